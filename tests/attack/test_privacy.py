"""Personal data: every column decided on, retention, export and erasure, none in the logs."""

from __future__ import annotations

import io
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, String, Text, func, insert, select

from devices.host import logs as agent_logs
from devices.json_lines import JsonLines
from server.accounts.errors import AccountCode
from server.catalogue.actions import import_catalogue
from server.catalogue.model import Catalogue
from server.core.actors import SYSTEM
from server.core.all_tables import STAFF_NUMBER_COLUMNS, metadata
from server.core.errors import HallError
from server.core.store import Tx
from server.integrity import checks
from server.leave import files as leave_files
from server.leave.errors import LeaveCode
from server.leave.tables import leave
from server.privacy import personal_data
from server.queue import tables as queue_tables
from server.runtime import logs
from server.time_clocks import queries as time_clocks_queries
from support.halls import STAFF, SmallHall, at, catalogue
from support.web import PASSWORD, Web

ROOT = Path(__file__).resolve().parents[2]
MINE = STAFF["T1"]
ROW = re.compile(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \|", re.MULTILINE)
PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00"
    b"IEND\xaeB`\x82"
)


def decided() -> dict[str, set[str]]:
    """Return the columns by table that docs/personal-data.md covers."""
    rows = ROW.findall((ROOT / "docs/personal-data.md").read_text())
    return {table: set(re.findall(r"`(\w+)`", personal + plain)) for table, personal, plain in rows}


def test_every_column_of_every_table_is_decided_on() -> None:
    by_table = decided()
    wanted = {
        name: {c.name for c in table.columns} - {"hall_id"}
        for name, table in metadata.tables.items()
    }
    assert by_table == wanted


def holding() -> dict[str, set[str]]:
    """Return the columns by table in bold in docs/personal-data.md: they hold a person's number."""
    rows = ROW.findall((ROOT / "docs/personal-data.md").read_text())
    by_table = {table: set(re.findall(r"\*\*`(\w+)`\*\*", personal)) for table, personal, _ in rows}
    return {table: columns for table, columns in by_table.items() if columns}


def test_every_column_that_holds_a_persons_number_is_exported() -> None:
    assert holding() == {table: set(columns) for table, columns in STAFF_NUMBER_COLUMNS.items()}


def test_a_column_named_like_a_personal_one_is_personal_or_listed_here() -> None:
    names = set().union(*holding().values())
    others = {
        f"{table.name}.{column}"
        for table in metadata.tables.values()
        for column in set(table.columns.keys()) & names - holding().get(table.name, set())
    }
    assert others == {
        "alarm_take.subject",  # a device, a ticket, a day
        "case_paper.content",  # by number of the case
        "assistance_person.subject",  # a question or job
        "honour_interview.subject",  # person, window or unit
        "honour_veto.subject",
        "branch.lines",  # of its journal: their count
        "bulletin.number",
        "case_record.number",
        "joint_late.subject",  # a part, a case
        "joint_notice.content",  # opinions of units
        "joint_step.number",  # of an answer from above
        "complaint.number",
        "licence.number",
        "licence_extra.number",
        "licence_roll.lines",  # their number
        "licence_roll_line.number",
        "first_ask.subject",  # what was asked
        "finger.enrolment",  # beside the person it belongs to
        "open_line.subject",  # a unit or a window
        "reader.facts",  # readings of the time clock
        "past_change.command",  # the name of an act
        "punch.said",  # the time clock's own time
        "score_dispute.subject",  # person, window or unit
        "score_sheet.content",  # parts and lines
        "score_sheet.subject",
        "standby_line.line",  # an address
        "ticket.number",
        "window.number",
    }


PERSON, PIN, GIVEN_ON = "7777", "41", 5_000_000
PLAIN = (PERSON, f"clerk:{PERSON}", f"manager:{PERSON}", f"administrator:{PERSON}")
WITHIN = (
    PERSON,
    f'["1", "{PERSON}"]',
    f'{{"by": "{PERSON}"}}',
    f'{{"a": [{{"x": "1,{PERSON}"}}]}}',
)
AT_CLOCKS = {
    "punch": (PIN,),
    "reader_line": (f"{PIN}\t2026-13-41 08:00:00\t0", f"USER PIN={PIN}\tName=A"),
    "reader_command": (f"DATA UPDATE USERINFO PIN={PIN}\tName=A", f'{{"users": [["{PIN}", "A"]]}}'),
}
NOT_HIS = (
    f"1{PERSON}",
    f"{PERSON}1",
    f'["1{PERSON}", "kiosk:{PERSON}"]',
    f"{PERSON} 号窗口",
    "411",
)


def _row(column: Column[Any], text: str, n: int, at: int) -> dict[str, Any]:
    """Return a row of the column's table that only `text` links to a person."""
    row: dict[str, Any] = {"hall_id": "small"}
    for each in column.table.columns:
        if isinstance(each.type, String):
            row[each.name] = row.get(each.name, f"t{n}")
        elif isinstance(each.type, Boolean):
            row[each.name] = False
        else:
            row[each.name] = n
    clock = personal_data.CLOCKS.get((column.table.name, column.name))
    fixed = {"version": 1} if column.table.name == "staff" else {}
    return row | ({clock: at} if clock else {}) | fixed | {column.name: text}


def test_the_export_finds_a_person_in_every_personal_column_and_nobody_else(
    both: SmallHall,
) -> None:
    wanted: Counter[str] = Counter()
    n = count(10_000_000)

    def fill(tx: Tx) -> None:
        time_clocks_queries.link(tx, PIN, 0, PERSON, "test")
        time_clocks_queries.link(tx, PIN, GIVEN_ON, "8888", "test")
        for name, columns in holding().items():
            for column in (metadata.tables[name].c[each] for each in sorted(columns)):
                long = isinstance(column.type, Text)
                texts: tuple[str, ...] = WITHIN if long else PLAIN
                if (name, column.name) in personal_data.CLOCKS:
                    texts = (*AT_CLOCKS[name], f"@{PERSON}")
                    later = [_row(column, text, next(n), GIVEN_ON) for text in AT_CLOCKS[name]]
                    tx.conn.execute(insert(column.table), later)
                rows = [_row(column, text, next(n), GIVEN_ON - 1) for text in texts]
                rows += [_row(column, t, next(n), 0) for t in NOT_HIS if long or len(t) < 10]
                tx.conn.execute(insert(column.table), rows)
                wanted[name] += len(texts)

    both.ctx.write(fill)
    wanted["finger"] += 1
    exported = personal_data.export_person(both.ctx, PERSON)
    assert {name: len(rows) for name, rows in exported.items()} == wanted


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """Yield the small hall on each database."""
    small = SmallHall(database_url, tmp_path, at(9))
    yield small
    small.close()


def paper(small: SmallHall) -> Path:
    """Return the path of the only stored paper."""
    paths = [p for p in (small.hall.config.data / leave_files.FOLDER).rglob("*") if p.is_file()]
    assert len(paths) == 1
    return paths[0]


def test_old_slips_pages_and_papers_are_deleted_and_nothing_else(both: SmallHall) -> None:
    both.sign_in("T1")
    ticket = both.issue("tax-1")
    both.serve("T1")
    leave_files.store(both.hall, both.clerk("T1"), "病历.png", "", PICTURE)
    stored_paper = paper(both)
    folder = both.hall.config.data
    assert personal_data.delete_old(both.ctx, folder) == 0
    both.ctx.write(lambda tx: tx.conn.execute(queue_tables.slip.update().values(state="printed")))
    both.clock.advance(minutes=60 * 24 * 91)
    assert personal_data.delete_old(both.ctx, folder) == 2
    assert both.ticket(ticket.id).token != ticket.token
    assert both.ticket(ticket.id).number == ticket.number
    assert stored_paper.exists()
    both.clock.advance(minutes=60 * 24 * 1100)
    personal_data.delete_old(both.ctx, folder)
    assert not stored_paper.exists()
    with pytest.raises(HallError) as refused:
        leave_files.load(both.hall, stored_paper.name)
    assert refused.value.code == LeaveCode.FILE_UNKNOWN
    assert both.ctx.read(lambda c: checks.violations("small", c)) == []


def without(person: str) -> Catalogue:
    """Return the small hall's business data after a person has left."""
    plain = catalogue()
    return replace(plain, staff=tuple(s for s in plain.staff if s.number != person), version=2)


def test_a_former_persons_name_papers_and_links_are_erased(both: SmallHall) -> None:
    web = Web(both)
    clerk = web.clerk("T1")
    both.issue("tax-1")
    both.serve("T1")
    file = clerk.client.post(
        "/api/v1/files",
        data={"file": (io.BytesIO(PICTURE), "病历.png")},
        headers=clerk.headers(None),
        content_type="multipart/form-data",
    ).get_json()["id"]
    span = {"begins": "2026-03-04T08:30", "ends": "2026-03-04T17:30", "reason": "去医院看牙"}
    body = {"staff": MINE, "kind": "sick", "file": file, **span}
    assert clerk.post("/requests/leaves", body).status_code == 200
    before_erasure = json.dumps(personal_data.export_person(both.ctx, MINE), ensure_ascii=False)
    assert "去医院看牙" in before_erasure
    assert "测试1" in before_erasure
    assert "argon2" not in before_erasure
    folder, stored_paper = both.hall.config.data, paper(both)
    with pytest.raises(HallError):
        personal_data.erase_person(both.ctx, MINE, folder)
    clerk.post("/counter/sign-out", {"force": True})
    import_catalogue(both.ctx, SYSTEM, without(MINE), "left")
    with pytest.raises(HallError):
        personal_data.erase_person(both.ctx, MINE, folder)
    web.administrator().post(f"/office/accounts/{MINE}", {"disabled": True})
    assert personal_data.erase_person(both.ctx, MINE, folder) >= 4
    assert not stored_paper.exists()
    after_erasure = json.dumps(personal_data.export_person(both.ctx, MINE), ensure_ascii=False)
    assert "去医院看牙" not in after_erasure
    assert "测试1" not in after_erasure
    assert "privacy.erase" in after_erasure
    assert web.browser().login(MINE).status_code == 401
    left_over = both.ctx.read(lambda c: c.scalar(select(func.count()).select_from(leave)))
    assert left_over == 1
    assert both.ctx.read(lambda c: checks.violations("small", c)) == []


def test_erasing_an_unknown_person_is_not_journalled(both: SmallHall) -> None:
    with pytest.raises(HallError) as refused:
        personal_data.erase_person(both.ctx, "9999", both.hall.config.data)
    assert refused.value.code == AccountCode.ACCOUNT_UNKNOWN
    assert "privacy.erase" not in json.dumps(personal_data.export_person(both.ctx, "9999"))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("证号110101199003070010。", "证号110101********0010。"),
        ("11010119900307001X", "110101********001X"),
        ("A0121101011990030700101", "A0121101011990030700101"),
        ("110101199013070010", "110101199013070010"),
    ],
)
def test_an_identity_number_in_a_note_is_masked(web: Web, typed: str, stored: str) -> None:
    clerk = web.clerk("T1")
    ticket = web.small.issue("tax-1")
    web.small.call("T1")
    clerk.post("/counter/start")
    assert clerk.post("/counter/finish", {"outcome": "refused", "note": typed}).status_code == 200
    assert web.small.ticket(ticket.id).note == stored
    lines = clerk.get(f"/tickets/{ticket.id}").get_data(as_text=True)
    assert (typed in lines) == (typed == stored)


SECRET = (
    "110101199003070010",
    "13800138000",
    "王秘密",
    "pass-word-never-logged",
    "tok-never-logged",
)


def driven(web: Web) -> None:
    """Send requests that carry all of it everywhere and fail, and one that breaks the server."""
    browser = web.clerk("T1")
    for word in SECRET:
        plain = word.encode().decode("latin-1")
        headers = {
            # A client that puts a secret into its request id has written it to the log itself.
            "Idempotency-Key": plain if word.isdigit() else "k",
            "X-Request-Id": plain if word.isdigit() else "r",
            "X-Hall-Surface": f"kiosk/{plain}",
            "User-Agent": plain,
            "Cookie": f"hall_session={plain}",
            "Authorization": f"Bearer {plain}",
        }
        web.browser().client.post(f"/api/v1/phone/{word}/cancel?q={word}", headers=headers)
        web.browser().client.get(f"/iclock/cdata?SN={word}&x={word}", headers=headers)
        web.browser().login(word, word)
        web.browser().post("/enrol", {"code": word, "kind": "kiosk", "name": word}, key=None)
        browser.post("/counter/finish", {"outcome": word, "note": word})
        browser.post("/tickets", f'{{"item": "{word}", "{word}": 1')
        browser.get(f"/items/{word}")
    store = web.small.ctx.store
    web.small.ctx.store = _Broken()  # type: ignore[assignment]
    for word in SECRET:
        web.browser().get(f"/items/{word}")
        web.browser().login(word, word)
    web.small.ctx.store = store


class _Broken:
    """Store whose errors quote their arguments."""

    def read(self, *_args: object, **_more: object) -> object:
        raise ValueError(*SECRET)

    write = read


@pytest.mark.parametrize("fields", [logs.FIELDS, agent_logs.FIELDS])
def test_logs_and_traces_hold_nothing_personal(
    web: Web, caplog: pytest.LogCaptureFixture, fields: tuple[str, ...]
) -> None:
    with caplog.at_level(logging.DEBUG, "server"):
        driven(web)
    text = "\n".join(JsonLines(fields).format(record) for record in caplog.records)
    assert "request failed" in text
    for word in (*SECRET, PASSWORD):
        assert word not in text
        assert word.encode().decode("latin-1") not in text
