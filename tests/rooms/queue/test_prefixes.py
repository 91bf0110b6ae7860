"""Prefixes of one and two letters side by side: thirty departments, each with its own numbers."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from devices.printers.document import Text
from devices.printers.layout import wrap
from display import announcer, strip
from display.board import board
from kiosk.slip import ticket_slip
from server.backup.restore import parse_numbers
from server.catalogue import workbook
from server.catalogue.actions import import_catalogue
from server.catalogue.model import Catalogue
from server.catalogue.reference import load
from server.core.actors import SYSTEM
from server.core.settings import Settings
from server.integrity.checks import violations
from server.queue import snapshot
from support.halls import SmallHall, at, catalogue
from support.offline_kiosk import Kiosk

PREFIXES = {"tax": "AB", "social": "A", "build": "BA", "fire": "B"}
"""Prefixes of the units; each begins or ends like another one."""
FACTS = {"applicant": "ordinary", "windows": ["T1"], "ahead": 0, "low": 1, "high": 5, "token": "t"}
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@pytest.fixture
def hall(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """Yield the small hall with these prefixes and some windows staffed."""
    small = SmallHall(database_url, tmp_path, at(9))
    book = catalogue()
    units = tuple(replace(u, prefix=PREFIXES.get(u.code, u.prefix)) for u in book.units)
    import_catalogue(small.ctx, SYSTEM, replace(book, units=units), "test")
    small.sign_in("T1", "S1", "G1")
    yield small
    small.close()


def test_each_prefix_counts_by_itself_without_violations(hall: SmallHall) -> None:
    numbers = [hall.issue(item).number for item in ("tax-1", "social-1", "build-1") * 2]
    assert numbers == ["AB001", "A001", "BA001", "AB002", "A002", "BA002"]
    assert {hall.serve(window).number for window in ("T1", "G1", "S1")} == {
        "AB001",
        "A001",
        "BA001",
    }
    assert not hall.ctx.read(lambda c: list(violations("small", c)))


def test_a_number_is_called_shown_printed_and_spoken_whole(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1")
    hall.call("T1")
    ctx = hall.ctx
    board_view = snapshot.read_with(ctx, lambda state: board(state, "main"))
    assert [call.number for call in board_view.calls] == ["AB001"]
    assert "AB" in [queue.prefix for queue in board_view.queues]
    window = next(w for w in board_view.windows if w.number == 1)
    assert "AB001号" in strip.strip(window)["text"]
    parts = announcer.utterance("AB001", 1, "east", Settings(voice_languages="zh,en"))["parts"]
    assert "AB零零一号" in parts[0]["text"].replace(" ", "")
    assert parts[1]["text"].startswith("Number A B, zero zero one,")
    slip = ticket_slip(
        {"item": "tax-1", "issued_at": ticket.issued_at, "number": ticket.number} | FACTS,
        ctx.catalogue(),
        ctx.settings(),
        "http://hall.test",
        copy=False,
    )
    big = next(line for line in slip.lines if isinstance(line, Text) and line.text == "AB001")
    for columns in (32, 48):
        assert wrap(big.text, columns, big.width) == ["AB001"]


def test_a_kiosk_issues_and_imports_two_letter_numbers_offline(hall: SmallHall) -> None:
    kiosk = Kiosk(hall)
    assert {row.prefix for row in kiosk.blocks} == set(PREFIXES.values())
    offline_tickets = [kiosk.issue(item) for item in ("tax-1", "social-1", "build-1")]
    assert [kiosk.import_ticket(ticket) for ticket in offline_tickets] == ["waiting"] * 3
    numbers = [hall.ticket(ticket.id).number for ticket in offline_tickets]
    assert numbers == ["AB980", "A980", "BA980"]
    assert not hall.ctx.read(lambda c: list(violations("small", c)))


def test_numbers_on_slips_give_the_last_number_of_each_prefix() -> None:
    assert parse_numbers(["AB057", "A003", "AB012", "BA100"]) == {"AB": 57, "A": 3, "BA": 100}


def test_thirty_departments_fit_into_a_workbook() -> None:
    book: Catalogue = load()
    prefixes = [*LETTERS, *map("".join, itertools.product("AB", LETTERS))]
    extra = tuple(
        replace(book.units[0], code=f"unit-{n}", name=f"单位{n}", name_en=f"Unit {n}", short=f"{n}")
        for n in range(30 - len(book.units))
    )
    units = tuple(
        replace(unit, prefix=prefix)
        for unit, prefix in zip((*book.units, *extra), prefixes, strict=False)
    )
    assert len({unit.prefix for unit in units}) == 30
    wide = replace(book, units=units)
    assert workbook.problems(wide) == []
    stream = io.BytesIO()
    workbook.export(wide, stream)
    stream.seek(0)
    assert workbook.read(stream) == wide
