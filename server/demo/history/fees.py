"""Fees of the demo history: dues of accepted cases, the cashier, and the bank's file each morning.

Most pay on the day; some pay by transfer, which only the bank's file shows; one in a few is waived,
or paid and returned, in whole or in part, and the last ones stay unpaid. One notice was a mistake
and is cancelled. One payment comes twice: a named difference. The bank sends a file for days
without payments too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial

from server.cases import queries as case_queries
from server.cases import serving
from server.cases.queries import StoredCase
from server.cases.rules import HallPost
from server.core.actors import Actor
from server.core.money import yuan_text
from server.demo.history.world import Event, World
from server.fees import access, actions, queries
from server.fees.actions import FeeWish
from server.fees.rules import FeeMove

NAMED_AT, READ_AT, DECIDED_AT = time(7, 45), time(8, 40), time(9, 50)
MADE_AT = time(16, 30)
PAID, TRANSFERRED, WAIVED, RETURNED, UNPAID = range(5)
TURNS = (PAID, TRANSFERRED, PAID, WAIVED, PAID, RETURNED, TRANSFERRED, UNPAID)
"""Ends of the dues, in turn."""
MISTAKEN = 3
"""Place of the due before which a wrong one was made and cancelled."""
TWICE = 6
"""Working days before the last one from which on a payment comes twice, once."""
HEADING = "交易日期,银行流水号,缴款通知书编号,金额\n"


@dataclass(frozen=True, slots=True)
class Payment:
    """Payment as the bank sees it, negative for money that it returned."""

    day: date
    reference: str
    notice: str
    fen: int


class Fees:
    """Fees of the demo's cases."""

    def __init__(self, world: World, days: Sequence[date]) -> None:
        """`days`: working days of the history, in order."""
        self._world = world
        # Chance of its own, so that the rest of the past is what it was without fees.
        self._chance = random.Random(f"{world.seed} fees")
        self._days = days
        self._made = 0
        self._has_come_twice = False
        self._returned = 0
        self._read_until: date | None = None
        self._payments: list[Payment] = []
        self._later: list[Callable[[], None]] = []

    def events(self, day: date) -> list[Event]:
        """Return what happens about money on a day."""
        at = self._world.at
        events: list[Event] = [
            (at(day, READ_AT), partial(self._read_file, day)),
            (at(day, DECIDED_AT), self._decide),
            (at(day, MADE_AT), partial(self._make, day)),
        ]
        if day == self._days[0]:
            events.append((at(day, NAMED_AT), self._name_cashiers))
        return events

    def _cashiers(self) -> list[str]:
        """Return the desk's person and two clerks of units without fees."""
        book = self._world.catalogue
        charging = {item.unit for item in book.items if item.fees}
        clerks = [s for s in book.staff if s.role.value == "clerk" and s.unit not in charging]
        desk = next(person for person in clerks if person.windows and not person.unit)
        return [desk.number, *(person.number for person in clerks[-2:])]

    def _name_cashiers(self) -> None:
        world = self._world
        office = world.actor(world.managers()[0].number)
        serving.set_posts(world.ctx, office, world.key(), "", HallPost.CASHIER, self._cashiers())

    def _cashier(self, due: str, *others: str) -> Actor:
        """Return a cashier who has no part in a due, and is none of the others."""
        ctx = self._world.ctx
        whole = ctx.read(lambda c: access.due_with_case(ctx, c, due))
        barred = access.acceptors(whole.case, whole.case_facts, whole.row.staff) | {*others}
        number = next(number for number in self._cashiers() if number not in barred)
        return self._world.actor(number)

    # -- a day -----------------------------------------------------------------------------------

    def _make(self, day: date) -> None:
        """Make the dues of the day's accepted cases; most are paid soon."""
        ctx, iso = self._world.ctx, day.isoformat()
        rows = ctx.read(lambda c: case_queries.of_days(c, ctx.hall_id, iso, iso))
        for row in reversed(rows):
            _version, lines = actions.standards_of(ctx, row)
            if lines and actions.may_charge(row):
                self._charge(day, row, lines[self._chance.randrange(len(lines))].code)

    def _charge(self, day: date, row: StoredCase, standard: str) -> None:
        world = self._world
        clerk = world.actor(row.staff)
        if self._made == MISTAKEN:
            wrong = actions.make(world.ctx, clerk, world.key(), row.id, standard, 2)
            self._later.append(partial(self._cancel, wrong))
        due = actions.make(world.ctx, clerk, world.key(), row.id, standard, 1)
        end = TURNS[self._made % len(TURNS)]
        self._made += 1
        if end == WAIVED:
            self._take(clerk, due, FeeMove.ASK_WAIVE, "小微企业申请，按规定免收")
            self._later.append(partial(self._waive, due))
        elif end != UNPAID:
            reference = self._pays(day, due)
            if end != TRANSFERRED:
                self._take(self._cashier(due), due, FeeMove.CONFIRM, reference=reference)
            if end == RETURNED:
                fen = self._payments[-1].fen
                self._returned += 1
                part = fen // 2 if self._returned % 2 == 0 else 0
                words = "减半收取，退回多缴的一半" if part else "申请人多缴，申请退回"
                self._take(clerk, due, FeeMove.ASK_REFUND, words, amount=part)
                self._later.append(partial(self._return, due, row.staff))

    def _pays(self, day: date, due: str) -> str:
        """Let a payment come to the bank; return its reference."""
        ctx = self._world.ctx
        row = ctx.read(lambda c: queries.get(c, ctx.hall_id, due))
        assert row is not None
        reference = f"YH{day:%Y%m%d}{len(self._payments) + 1:05d}"
        self._payments.append(Payment(day, reference, due, row.amount))
        return reference

    def _take(
        self,
        actor: Actor,
        due: str,
        move: FeeMove,
        words: str = "",
        *,
        reference: str = "",
        amount: int = 0,
    ) -> None:
        world = self._world
        wish = FeeWish(move, words, reference, amount)
        actions.move(world.ctx, actor, world.key(), due, wish)

    # -- the morning after -------------------------------------------------------------------------

    def _read_file(self, day: date) -> None:
        """Read in the bank's file of the days until yesterday, in an order of its own."""
        first, last = self._span(day)
        if last < first:
            return
        self._read_until = last
        is_time = day >= self._days[max(0, len(self._days) - 1 - TWICE)]
        if self._payments and is_time and not self._has_come_twice:
            self._has_come_twice = True
            again = self._payments[-1]
            self._pays(again.day, again.notice)
        payments, self._payments = self._payments, []
        lines = [
            f"{p.day.isoformat()},{p.reference},{p.notice},{yuan_text(p.fen).replace(',', '')}\n"
            for p in self._chance.sample(payments, len(payments))
        ]
        content = (HEADING + "".join(lines)).encode("gb18030")
        cashier = self._world.actor(self._cashiers()[-1])
        name = f"银行明细{last:%Y%m%d}.csv"
        actions.read_file(self._world.ctx, cashier, name, content, first, last)

    def _span(self, day: date) -> tuple[date, date]:
        """Return the days of the file that comes on the morning of a day."""
        since = self._read_until + timedelta(days=1) if self._read_until else self._days[0]
        return since, day - timedelta(days=1)

    def _decide(self) -> None:
        """Decide what others requested the day before."""
        later, self._later = self._later, []
        for decide in later:
            decide()

    def _cancel(self, due: str) -> None:
        office = self._world.actor(self._world.managers()[0].number)
        self._take(office, due, FeeMove.CANCEL, "数量开错，已另开通知书")

    def _waive(self, due: str) -> None:
        office = self._world.actor(self._world.managers()[0].number)
        self._take(office, due, FeeMove.GRANT_WAIVE, "符合免收条件，同意")

    def _return(self, due: str, requester: str) -> None:
        ctx = self._world.ctx
        facts = ctx.read(lambda c: queries.FACTS.of(c, ctx.hall_id, [due]))[due]
        confirmer = facts[1].by_actor.partition(":")[2]
        cashier = self._cashier(due, requester, confirmer)
        reference = f"TK{due[1:]}"
        self._take(cashier, due, FeeMove.CONFIRM_REFUND, reference=reference)
        self._payments.append(Payment(ctx.local().date(), reference, due, -facts[-1].amount))
