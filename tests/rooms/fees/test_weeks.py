"""Fees of a week in the bulletin: by unit, with the bank's differences."""

from __future__ import annotations

import pytest

from server.core.weeks import parse_week
from server.fees.rules import FeeMove
from server.fees.week_facts import week_facts
from server.hall.week_request import WeekRequest
from support.fees import CLERK, OFFICE, SECOND, charge, confirm, line, made, read_file, take
from support.halls import SmallHall

DAY = "2026-03-02"


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall with two standards and two cashiers."""
    return charge(small)


def test_a_week_states_its_fees_by_unit(hall: SmallHall) -> None:
    paid, returned, waived = made(hall), made(hall), made(hall, standard="copy")
    take(hall, OFFICE, made(hall, standard="copy"), FeeMove.CANCEL, "开错")
    confirm(hall, paid, "R-0001")
    confirm(hall, returned, "R-0002")
    take(hall, CLERK, returned, FeeMove.ASK_REFUND, "撤回")
    take(hall, SECOND, returned, FeeMove.CONFIRM_REFUND, reference="T-0001")
    take(hall, CLERK, waived, FeeMove.ASK_WAIVE, "依据")
    take(hall, OFFICE, waived, FeeMove.GRANT_WAIVE, "同意")
    ctx = hall.ctx
    week = parse_week("2026-W10")

    def facts() -> tuple[dict[str, str], list[tuple[str, int, int, int, int, int]]]:
        answer = ctx.read(lambda c: week_facts(WeekRequest(ctx, c, ctx.catalogue(), week)))
        lines = [
            (row.unit, row.made, row.received, row.waived, row.refunded, row.differences)
            for row in answer.lines["fee_units"]
        ]
        return {name: fact.value for name, fact in answer.facts.items()}, lines

    assert facts() == (
        {
            "fees_made_count": "3",
            "fees_made": "170.00",
            "fees_received": "160.00",
            "fees_waived": "10.00",
            "fees_refunded": "80.00",
            "fees_cancelled_count": "1",
            "fees_cancelled": "10.00",
            "fees_differences": "0",
        },
        [("tax", 17000, 16000, 1000, 8000, 0)],
    )
    read_file(
        hall,
        line(DAY, "R-0001", paid, 8000),
        line(DAY, "R-0009", waived, 1000),
        line(DAY, "R-0010", "二手房", 5),
        line(DAY, "T-0001", returned, -8000),
    )
    values, lines = facts()
    assert values["fees_differences"] == "3"
    assert [row[5] for row in lines] == [2, 1], "the receipt of R-0002 is missing at the bank"
