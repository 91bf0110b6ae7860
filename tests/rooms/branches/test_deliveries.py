"""Deliveries that are not the branch's own are refused as a whole, and nothing is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.branches import changes, deliveries, queries
from server.branches.changes import Change
from server.branches.errors import BranchCode
from server.capability import journal_readers
from server.core.errors import HallError
from server.core.journal_line import Line, line_hash
from support.branch_pair import SITE, Pair
from support.halls import SmallHall

Forgery = Callable[[Pair, list[Change]], list[Change]]


@pytest.fixture
def pair(small: SmallHall, tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(small, tmp_path)
    pair.main.sign_in("T1")
    pair.branch.sign_in("T2")
    pair.deliver()
    pair.main.issue("tax-1", "1")
    pair.branch.issue("tax-1", "2")
    yield pair
    pair.close()


def undelivered(pair: Pair) -> tuple[list[Change], int]:
    ctx = pair.branch.ctx
    line = ctx.read(lambda c: queries.line(c, ctx.hall_id))
    assert line is not None
    return ctx.read(lambda c: changes.after(c, ctx.hall_id, line.delivered)), line.delivered


def receive(pair: Pair, delivered: list[Change], after: int, run: int = 1) -> int:
    readers = journal_readers()
    rest = {"after": after, "windows": 1, "waiting": 1}
    return deliveries.receive(pair.main.ctx, readers, SITE, run, delivered, **rest)


def with_row(rows: list[Change], name: str, **values: Any) -> list[Change]:
    """Return the changes with other values in the row of a table."""
    return [
        replace(c, row=json.dumps(changes.read_row(c) | values)) if c.name == name else c
        for c in rows
    ]


def a_number_of_the_main_hall(pair: Pair, rows: list[Change]) -> list[Change]:
    own = pair.main.rows("ticket")[0]
    return with_row(rows, "ticket", id=own["id"], seq=own["seq"], number=own["number"])


def the_id_of_another_number(pair: Pair, rows: list[Change]) -> list[Change]:
    return with_row(rows, "ticket", id=pair.main.rows("ticket")[0]["id"])


def another_hall(_pair: Pair, rows: list[Change]) -> list[Change]:
    return with_row(rows, "ticket", hall_id="other")


def an_account(pair: Pair, rows: list[Change]) -> list[Change]:
    row = {"hall_id": "small", "staff": "1001", "password_hash": "x", "role": "administrator"}
    assert not pair.main.rows("account")
    return [replace(rows[0], name="account", row=json.dumps(row)), *rows[1:]]


def a_deleted_number(pair: Pair, rows: list[Change]) -> list[Change]:
    row = pair.main.rows("ticket")[0]
    return [replace(rows[0], name="-ticket", row=json.dumps(row)), *rows[1:]]


def no_row(_pair: Pair, rows: list[Change]) -> list[Change]:
    return [replace(c, row="[]") if c.name else c for c in rows]


def half_a_row(_pair: Pair, rows: list[Change]) -> list[Change]:
    return [replace(c, row='{"hall_id": "small", "seq": 801, "day": "2026-03-02"}') for c in rows]


def a_line_of_another_book(pair: Pair, rows: list[Change]) -> list[Change]:
    """Return a well-chained line of an act that no branch does."""
    lines = pair.main.rows("branch")[0]
    forged = Line("small", lines["lines"] + 1, 1, "clerk", "1001", "", "fee.paid", "x", {}, "")
    row = {name: getattr(forged, name) for name in Line.__slots__} | {
        "data": "{}",
        "hash": line_hash(lines["line_hash"], forged),
    }
    return [Change(rows[0].seq, "journal", json.dumps(row)), rows[-1]]


def a_changed_line(_pair: Pair, rows: list[Change]) -> list[Change]:
    return with_row(rows, "journal", actor="9999")


def a_line_left_out(_pair: Pair, rows: list[Change]) -> list[Change]:
    first = next(c for c in rows if c.name == "journal")
    return [*(c for c in rows if c is not first), *with_row([first], "journal", seq=99)]


FORGERIES: list[tuple[Forgery, BranchCode]] = [
    (a_number_of_the_main_hall, BranchCode.BRANCH_ROW),
    (the_id_of_another_number, BranchCode.BRANCH_ROW),
    (another_hall, BranchCode.BRANCH_ROW),
    (an_account, BranchCode.BRANCH_ROW),
    (a_deleted_number, BranchCode.BRANCH_ROW),
    (no_row, BranchCode.BRANCH_ROW),
    (half_a_row, BranchCode.BRANCH_ROW),
    (a_line_of_another_book, BranchCode.BRANCH_ROW),
    (a_changed_line, BranchCode.BRANCH_BROKEN),
    (a_line_left_out, BranchCode.BRANCH_BROKEN),
]


@pytest.mark.parametrize(("forgery", "code"), FORGERIES, ids=lambda x: getattr(x, "__name__", x))
def test_a_forged_delivery_changes_nothing(pair: Pair, forgery: Forgery, code: BranchCode) -> None:
    rows, after = undelivered(pair)
    before = {name: pair.main.rows(name) for name in ("ticket", "call", "journal", "account")}
    with pytest.raises(HallError) as refused:
        receive(pair, forgery(pair, rows), after)
    assert refused.value.code is code
    assert {name: pair.main.rows(name) for name in before} == before
    assert pair.main.rows("branch")[0]["refusal"] == code.value
    receive(pair, rows, after)  # the true ones are still welcome
    assert len(pair.main.rows("ticket")) == 2
    assert pair.main.rows("branch")[0]["refusal"] == ""


def test_a_delivery_with_a_gap_waits_for_what_is_missing(pair: Pair) -> None:
    rows, after = undelivered(pair)
    assert receive(pair, rows, after + 1) == after
    assert receive(pair, rows, after) == rows[-1].seq
    assert receive(pair, rows, after) == rows[-1].seq
    assert len(pair.main.rows("ticket")) == 2


def test_an_earlier_run_is_not_heard_any_more(pair: Pair) -> None:
    rows, after = undelivered(pair)
    pair.join()
    with pytest.raises(HallError) as refused:
        receive(pair, rows, after)
    assert refused.value.code is BranchCode.BRANCH_BROKEN
