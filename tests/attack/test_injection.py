"""Injection: text that tries to be a formula, a script, a template or control bytes."""

from __future__ import annotations

import contextlib
import io
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import openpyxl
import pytest
from pydantic import TypeAdapter, ValidationError

from devices.led.codecs import CODECS
from devices.printers import escpos
from devices.printers.document import Document, DocumentError
from display.board import board, public
from kiosk.slip import notice_slip, ticket_slip
from server.bulletins.messages import Words as BulletinWords
from server.catalogue.actions import import_catalogue
from server.catalogue.model import Catalogue, Item, Material, Staff, Unit, Window, Zone
from server.catalogue.workbook import export
from server.catalogue.workbook.values import is_clean
from server.core.actors import SYSTEM
from server.core.documents import pdf
from server.core.messages import Note
from server.core.settings import Settings
from server.leave.messages import Reason
from server.queue import slip_queries, snapshot
from server.spot_checks.messages import Words
from support.escpos_reader import PrintedLine, Row, read
from support.halls import MONDAY, STAFF, at, catalogue
from support.sheets import GOOD, deliver_punches, with_clock_and_rule
from support.web import Browser, Web

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
EVIL = (
    '=HYPERLINK("http://192.0.2.1","好")',
    "+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(1)",
    "external:c:\\x.xlsx",
    "http://192.0.2.1/x",
    '"><img src=x onerror=alert(1)>',
    '#read("/etc/passwd")',
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\u202egnp.exe",
)
WORDS = "".join(each for each in "\n".join(EVIL) if not each.isdigit()) + " *粗* $x$ _y_ <label>"
"""All of it as words of a bulletin, without digits."""
WEEK, NEXT_MONDAY = "2026-W10", MONDAY + timedelta(days=7)


Named = TypeVar("Named", Staff, Item, Unit, Window, Zone)


def _named(things: Sequence[Named], first: int) -> tuple[Named, ...]:
    """Return the things, each with another name of EVIL."""
    return tuple(replace(thing, name=EVIL[n % len(EVIL)]) for n, thing in enumerate(things, first))


def spoilt() -> Catalogue:
    """Return the small hall with a hostile text as every name."""
    plain = catalogue()
    items = tuple(
        replace(item, materials=(Material(item.name, item.name),))
        for item in _named(plain.items, 3)
    )
    return replace(
        plain,
        staff=_named(plain.staff, 0),
        items=items,
        units=tuple(replace(unit, short=unit.name) for unit in _named(plain.units, 5)),
        windows=_named(plain.windows, 8),
        zones=_named(plain.zones, 8),
        hall_name=EVIL[0],
    )


def strings_only(content: bytes) -> set[str]:
    """Return every text of a workbook; fail on a formula or a link."""
    texts = set()
    for page in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{page.title} {cell.coordinate}: {cell.value}"
                assert cell.hyperlink is None, f"{page.title} {cell.coordinate}"
                texts.add(str(cell.value))
    return texts


def test_the_halls_workbook_holds_no_formula_and_no_link() -> None:
    stream = io.BytesIO()
    export(spoilt(), stream)
    assert set(EVIL) <= strings_only(stream.getvalue())


@pytest.mark.parametrize("unit", ["all", "tax"])
def test_a_month_sheet_holds_no_formula_and_no_link(web: Web, unit: str) -> None:
    import_catalogue(web.small.ctx, SYSTEM, spoilt(), "test")
    path = f"/office/attendance/months/{unit}/2026-03/sheet.xlsx"
    answer = web.manager().get(path)
    assert answer.status_code == 200
    assert EVIL[0] in strings_only(answer.data)


def test_the_paper_of_a_month_shows_names_as_they_are(web: Web) -> None:
    import_catalogue(web.small.ctx, SYSTEM, spoilt(), "test")
    answer = web.manager().get("/office/attendance/months/tax/2026-03/sheet.pdf")
    assert answer.data.startswith(b"%PDF")


@pytest.mark.parametrize("by", ["unit", "item", "window", "person"])
def test_a_report_holds_no_formula_and_no_link(web: Web, by: str) -> None:
    import_catalogue(web.small.ctx, SYSTEM, spoilt(), "test")
    web.small.sign_in("T1")
    web.small.issue("tax-1")
    web.small.serve("T1")
    manager = web.manager()
    texts = strings_only(manager.get(f"/office/reports/day/{by}/report.xlsx").data)
    assert f"{EVIL[0]}日报" in texts
    named = texts - {f"{EVIL[0]}日报"}
    assert any(evil in text for evil in EVIL for text in named)
    assert manager.get(f"/office/reports/day/{by}/report.pdf").data.startswith(b"%PDF")


def test_a_template_reads_nothing_outside_its_folder(tmp_path: Path) -> None:
    template = tmp_path / "evil.typ"
    template.write_text('#read("/etc/passwd")')
    with pytest.raises(Exception, match=r"(?i)root|found|access|denied"):
        pdf(template, {})


@pytest.mark.parametrize("char", ["\x1b", "\x10", "\x1d", "\n", "\0", "\x7f", "\x85"])
def test_a_slip_text_with_a_control_byte_is_rejected(char: str) -> None:
    line = {"type": "text", "text": f"A{char}@", "width": 1, "height": 1}
    with pytest.raises(DocumentError):
        Document.from_json({"lines": [line], "copy": False})


def printed(document: Document) -> list[Row]:
    """Return what a printer prints of a slip after its JSON form; fail on an unknown byte."""
    travelled = Document.from_json(json.loads(json.dumps(document.to_json())))
    return list(read(escpos.encode(travelled, escpos.Profile()).data, kanji_at_power_up=True))


def on_paper(rows: list[Row]) -> str:
    """Return the text of a slip without the spaces and breaks of its layout."""
    return "".join("".join(row.text.split()) for row in rows if isinstance(row, PrintedLine))


def slip_of(web: Web, item: str) -> Document:
    """Return the slip of a ticket issued now."""
    small, ctx = web.small, web.small.ctx
    ticket = small.issue(item)
    (row,) = ctx.read(lambda c: slip_queries.of_ticket(c, "small", ticket.id))
    facts = json.loads(row.document)
    return ticket_slip(facts, ctx.catalogue(), ctx.settings(), "http://hall.example", copy=False)


def seen(text: str) -> str:
    """Return a text as paper shows it: without marks that change the writing direction."""
    return "".join(text.replace("\u202e", "").split())


def test_names_are_printed_as_plain_text(web: Web) -> None:
    ctx = web.small.ctx
    web.small.sign_in("T1", "S1")
    plain = printed(slip_of(web, "tax-1"))
    import_catalogue(ctx, SYSTEM, spoilt(), "test")
    for evil in EVIL:
        web.small.configure(notice_zh=evil)
        rows = printed(slip_of(web, "tax-1"))
        item = ctx.catalogue().item_by["tax-1"]
        for name in (EVIL[0], item.name, ctx.catalogue().unit_by[item.unit].name, evil):
            assert seen(name) in on_paper(rows)
        marks = [type(row) for row in rows if not isinstance(row, PrintedLine)]
        assert marks == [type(row) for row in plain if not isinstance(row, PrintedLine)]
        assert all(char.isprintable() for char in on_paper(rows))


@pytest.mark.parametrize("item", [item.code for item in catalogue().items])
def test_materials_are_printed_as_plain_text(web: Web, item: str) -> None:
    import_catalogue(web.small.ctx, SYSTEM, spoilt(), "test")
    book, settings = web.small.ctx.catalogue(), web.small.ctx.settings()
    facts = {"item": item, "missing": [0], "issued_at": web.small.clock.now()}
    text = on_paper(printed(notice_slip(facts, book, settings, copy=False)))
    name = book.item_by[item].name  # of the item, of a paper, of the paper's form
    assert text.count(seen(name)) == 3 + (name == book.hall_name)
    assert all(char.isprintable() for char in text)


HIDDEN = ("\x1b@", "\x1dV\0", "\x10\x04\x01", "\x85", "\u202e", "\u200f", "\ufeff")


@pytest.mark.parametrize("char", HIDDEN)
def test_names_in_a_workbook_hold_no_invisible_characters(char: str) -> None:
    assert is_clean("甲乙")
    assert not is_clean(f"甲{char}乙")


@pytest.mark.parametrize("char", ["\x1b@", "\x1dV\0", "\n", "\x7f", "\x85"])
@pytest.mark.parametrize("name", ["notice_zh", "notice_en", "check_faults"])
def test_no_setting_holds_a_control_character(web: Web, name: str, char: str) -> None:
    """Reject control characters in settings.

    The printer's driver rejects a slip with one, so no number would be printed any more.
    """
    answer = web.administrator().post("/office/settings", {"values": {name: f"甲{char}乙"}})
    assert (answer.status_code, answer.get_json().get("code")) == (400, "setting_invalid")
    assert web.small.ctx.settings() == Settings()


def test_a_board_gets_names_as_plain_text(web: Web) -> None:
    small = web.small
    small.sign_in("T1")
    small.issue("tax-1")
    import_catalogue(small.ctx, SYSTEM, spoilt(), "test")
    small.configure(notice_zh=EVIL[6], notice_en=EVIL[8])
    book = small.ctx.catalogue()
    state = json.loads(public(board(snapshot.take(small.ctx), "east")).model_dump_json())
    assert (state["hall"], state["notice"], state["notice_en"]) == (EVIL[0], EVIL[6], EVIL[8])
    assert state["zone_name"] == book.zone_by["east"].name
    names = {queue["unit"]: queue["name"] for queue in state["queues"]}
    assert names["tax"] == book.unit_by["tax"].name
    assert set(names.values()) <= set(EVIL)


PAGES = (
    "/board/main",
    "/kiosk/1",
    "/bulletin",
    "/voices",
    "/counter",
    "/office",
    "/my",
    "/check",
    "/t/x",
)


@pytest.mark.parametrize("path", PAGES)
def test_pages_do_not_contain_texts_of_the_hall(web: Web, path: str) -> None:
    """Send the same page whatever the hall's name; its texts come as JSON."""
    before = web.browser().client.get(path)
    import_catalogue(web.small.ctx, SYSTEM, spoilt(), "test")
    after = web.browser().client.get(path)
    assert (after.status_code, after.data) == (before.status_code, before.data)
    if after.status_code == 200:  # the pages are built
        policy = after.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy


def evil_bulletin(web: Web) -> Browser:
    """Release a bulletin with such names, a person and words; return a manager's browser."""
    small = web.small
    small.sign_in("T1")
    small.issue("tax-1")
    small.serve("T1")
    import_catalogue(small.ctx, SYSTEM, spoilt(), "test")
    with_clock_and_rule(small, delivered=at(8, day=NEXT_MONDAY))
    small.clock.set(at(22))
    deliver_punches(small, "08:37", *GOOD[1:])
    small.clock.set(at(8, day=NEXT_MONDAY))
    small.configure(bulletin_names=1)
    manager = web.manager()
    assert manager.post("/office/bulletins", {"week": WEEK}).status_code == 200
    path = f"/office/bulletins/{WEEK}"
    answer = manager.post(f"{path}/words", {"words": {"closing": WORDS}})
    assert answer.status_code == 200, answer.get_json()
    digest = manager.get(f"/bulletins/{WEEK}").get_json()["digest"]
    assert web.administrator().post(f"{path}/release", {"seen": digest}).status_code == 200
    return manager


def words_in(value: Any) -> set[str]:
    """Return every text of an answer."""
    if isinstance(value, dict):
        return set().union(*map(words_in, value.values()))
    if isinstance(value, list):
        return set().union(*map(words_in, value))
    return {value} if isinstance(value, str) else set()


def chars_of(paper: bytes) -> set[str]:
    """Return the characters that a PDF can show, by the ToUnicode maps of its fonts."""
    chars: set[str] = set()
    for packed in re.findall(rb"stream\r?\n(.*?)\nendstream", paper, re.DOTALL):
        with contextlib.suppress(zlib.error):
            for code in re.findall(rb"<[0-9A-F]+> <([0-9A-F]+)>", zlib.decompress(packed)):
                chars |= set(bytes.fromhex(code.decode()).decode("utf-16-be", "replace"))
    return chars


def test_a_bulletin_shows_names_and_words_as_plain_text(web: Web) -> None:
    manager = evil_bulletin(web)
    book = web.small.ctx.catalogue()
    person = book.staff_by[STAFF["T1"]].name
    page = manager.get(f"/bulletins/{WEEK}")
    public_one = web.browser().get("/bulletin")
    for answer in (page, public_one):
        assert answer.mimetype == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert {WORDS, person, book.unit_by["tax"].name, EVIL[0]} <= words_in(answer.get_json())
    sheets = strings_only(manager.get(f"/office/bulletins/{WEEK}/bulletin.xlsx").data)
    assert {WORDS, person, book.unit_by["tax"].name} <= sheets
    paper = manager.get(f"/office/bulletins/{WEEK}/bulletin.pdf").data
    assert set("<>=|#*$_@\"'粗") <= chars_of(paper)
    assert b"/JavaScript" not in paper
    assert b"/URI" not in paper


@pytest.mark.parametrize("name", sorted(CODECS))
def test_a_strip_text_has_no_control_byte(name: str) -> None:
    evil, plain = CODECS[name](1, "A\r\x00\x1b\xffB", "red"), CODECS[name](1, "A？B", "red")
    assert evil == plain


def test_script_in_a_reason_comes_back_as_text_of_json(web: Web) -> None:
    clerk = web.clerk("T1")
    answer = clerk.post(
        "/requests/leaves",
        {
            "staff": STAFF["T1"],
            "kind": "personal",
            "begins": "2026-03-04T08:30",
            "ends": "2026-03-04T17:30",
            "reason": "<script>alert(1)</script>",
        },
    )
    assert answer.status_code == 200, answer.get_json()
    requests_page = clerk.get("/my/requests")
    assert requests_page.mimetype == "application/json"
    assert requests_page.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script>" in requests_page.get_data(as_text=True)


def test_no_page_inserts_raw_html() -> None:
    """Use no raw HTML in pages.

    Vue escapes what it shows; the functions that do not escape are not used.
    """
    root = Path(__file__).resolve().parents[2]
    doors = ("v-html", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
    uses = [
        f"{path.relative_to(root)}: {door}"
        for folder in ("kiosk", "counters", "display", "server")
        for path in (root / folder).rglob("*")
        if path.suffix in (".vue", ".ts", ".html") and "dist" not in path.parts
        for door in doors
        if door in path.read_text()
    ]
    assert uses == []


@pytest.mark.parametrize("words", [Note, Words, Reason, BulletinWords])
def test_no_words_of_a_command_hold_control_characters(words: Any) -> None:
    adapter: TypeAdapter[str] = TypeAdapter(words)
    assert adapter.validate_python("第一行\n第二行") == "第一行\n第二行"
    for char in "\0\x1b\x07\x1f":
        with pytest.raises(ValidationError):
            adapter.validate_python(f"a{char}b")
