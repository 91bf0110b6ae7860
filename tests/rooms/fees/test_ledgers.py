"""Random ledgers: whatever people and the bank do, no fen appears or vanishes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from server.core.actors import person_of
from server.core.errors import HallError
from server.core.groups import Group, added
from server.fees import queries, views
from server.fees.figures import money_by, money_by_day
from server.fees.queries import StoredFeeFact
from server.fees.rules import PAID, DayMoney, FeeMove, FeeState, ReceiptWay
from support.fees import (
    CASHIER,
    CHIEF,
    CLERK,
    COLLEAGUE,
    OFFICE,
    SECOND,
    accepted_case,
    charge,
    check,
    line,
    made,
    read_file,
    take,
)
from support.halls import SmallHall, at

LEDGERS, STEPS = 8, 60
PEOPLE = (CLERK, COLLEAGUE, CASHIER, SECOND, OFFICE, CHIEF)
DAY, YEAR, NEXT_YEAR = "2026-03-02", "2026-01-01", "2027-01-01"
MOVES = [move for move in FeeMove if move is not FeeMove.MAKE]


@pytest.mark.parametrize("seed", range(LEDGERS))
def test_money_is_conserved(tmp_path: Path, seed: int) -> None:
    """Take random steps, allowed or not; after each file and at the end the books are whole."""
    hall = charge(SmallHall(f"sqlite:///{tmp_path}/hall.db", tmp_path, at(9)))
    chance = random.Random(seed)
    dues: list[str] = []
    outcomes: Counter[str] = Counter()
    for step in range(STEPS):
        if not dues or chance.random() < 0.1:
            case = accepted_case(hall, chance.choice((CLERK, COLLEAGUE)))
            dues.append(made(hall, case, chance.choice(("home", "copy")), chance.randint(1, 3)))
        elif chance.random() < 0.1:
            rows = _bank_rows(hall, chance, dues, step)
            try:
                read_file(hall, *rows, by=chance.choice((CASHIER, SECOND)))
                outcomes["file"] += 1
            except HallError:
                outcomes["refused"] += 1
            _whole(hall, dues)
        else:
            move, actor = chance.choice(MOVES), chance.choice(PEOPLE)
            reference = f"REF-{chance.randint(1, 12)}"
            try:
                amount = chance.choice((0, 1, 500, 9000))
                take(hall, actor, chance.choice(dues), move, "依据", reference, amount)
                outcomes[move.value] += 1
            except HallError:
                outcomes["refused"] += 1
    _whole(hall, dues)
    check(hall)
    assert outcomes["confirm"] + outcomes["file"] > 0, outcomes
    hall.close()


def _bank_rows(hall: SmallHall, chance: random.Random, dues: list[str], step: int) -> list[str]:
    stored = hall.ctx.read(lambda c: queries.among(c, hall.ctx.hall_id, dues))
    amounts = {row.id: row.amount for row in stored}
    rows = []
    for n in range(chance.randint(1, 4)):
        due = chance.choice([*dues, "J209901010001"])
        fen = amounts.get(due, 0) if chance.random() < 0.8 else 0
        reference = chance.choice((f"BANK-{step}-{n}", f"REF-{chance.randint(1, 12)}"))
        back = -1 if chance.random() < 0.2 else 1
        rows.append(line(DAY, reference, due, back * (fen or chance.randint(1, 99))))
    return rows


def _counted_by_every_group(
    hall: SmallHall, facts: Mapping[str, Sequence[StoredFeeFact]]
) -> DayMoney:
    """Return the money of the one count, which is the same by every group."""
    ctx = hall.ctx
    by_group = {
        group: ctx.read(lambda c, group=group: money_by(c, ctx.hall_id, YEAR, NEXT_YEAR, group))  # type: ignore[misc]
        for group in Group
    }
    days = ctx.read(lambda c: money_by_day(c, ctx.hall_id, YEAR, NEXT_YEAR))
    totals = [added(DayMoney(), groups.values()) for groups in (days, *by_group.values())]
    assert totals == totals[:1] * len(totals)
    received: Counter[str] = Counter()
    for own in facts.values():
        confirmer = ""
        for fact in own:
            person = person_of(fact.by_actor)
            confirmer = person if fact.move == "confirm" else confirmer
            sign = {"confirm": 1, "correct": -1}.get(fact.move, 0)
            received[confirmer] += sign * fact.amount
    counted = {who: money.received for who, money in by_group[Group.PERSON].items()}
    assert {who: fen for who, fen in counted.items() if fen} == {
        who: fen for who, fen in received.items() if fen
    }
    return totals[0]


def _whole(hall: SmallHall, dues: list[str]) -> None:
    """Assert that facts, states, receipts and days tell of the same money."""
    hall_id, ctx = hall.ctx.hall_id, hall.ctx
    rows = ctx.read(lambda c: queries.among(c, hall_id, dues))
    refunded = ctx.read(lambda c: queries.refunded(c, hall_id, dues))
    every = ctx.read(lambda c: queries.FACTS.of(c, hall_id, dues))
    paid = Counter(f.due for facts in every.values() for f in facts if f.move == "confirm")
    paid.subtract(f.due for facts in every.values() for f in facts if f.move == "correct")
    held = 0
    for row in rows:
        own = paid[row.id] * row.amount - refunded.get(row.id, 0)
        assert (0 < own <= row.amount) if FeeState(row.state) in PAID else own == 0
        held += own
    receipts = ctx.read(lambda c: queries.receipts_of_days(c, hall_id, DAY, DAY))
    total = _counted_by_every_group(hall, every)
    assert total.net == held
    assert total.made == sum(row.amount for row in rows if row.state != FeeState.CANCELLED)
    assert total.by_file == sum(row.amount for row in receipts if row.way == ReceiptWay.FILE)
    assert len({row.reference for row in receipts}) == len(receipts)
    assert sum(row.amount for row in receipts) == total.received
    view = ctx.read(lambda c: views.day_agreement(ctx, c, DAY))
    assert view.received == total.received
    assert view.refunded == total.refunded == sum(refunded.values())
    net = view.received - view.refunded - (view.bank - view.bank_refunded)
    assert net == sum(entry.amount for entry in view.differences)
    lines = ctx.read(lambda c: queries.bank_lines_of_days(c, hall_id, DAY, DAY))
    assert view.bank - view.bank_refunded == sum(row.amount for row in lines)
