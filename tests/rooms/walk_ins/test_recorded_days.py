"""Days of random acts: the replay of the journal makes each first call again, at its time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.appointments import plans
from server.core.errors import HallError
from server.queue import (
    business_day,
    calling,
    chosen_calls,
    reception,
    returning,
    ticket_queries,
    undo,
)
from server.queue.issuing import IssueExtras
from server.queue.tickets import AT_WINDOW, Outcome, State, Ticket, is_absent
from server.walk_ins import actions
from support.appointments import OFFICE, PLAN, TUESDAY, arrive, book, choice, open_day
from support.halls import SmallHall, at

WINDOWS = ("T1", "T2", "G1")
ITEMS = ("tax-1", "tax-2", "social-1")
TARGETS = (
    {"to_window": None, "to_item": "tax-2", "to_unit": None},
    {"to_window": None, "to_item": "tax-1", "to_unit": None},
    {"to_window": "T2", "to_item": None, "to_unit": None},
    {"to_window": None, "to_item": None, "to_unit": "tax"},
)
STARTS = ("09:00", "09:30", "10:00")
DAY = TUESDAY.isoformat()


class RandomDay:
    """Tuesday in the small hall; every act names its person, window or item by a number."""

    def __init__(self, hall: SmallHall) -> None:
        self.hall, self.ctx = hall, hall.ctx
        hall.configure(chosen_calls="on", undo_seconds=300)
        plans.save(hall.ctx, OFFICE, hall.key(), PLAN)
        business_day.keep_day(hall.ctx)
        self._booked = [
            book(hall, name, choice(start)) for name, start in zip("abc", STARTS, strict=True)
        ]
        open_day(hall, TUESDAY)
        hall.sign_in(*WINDOWS[1:])
        self.acts: dict[str, Callable[[int, int], object]] = {
            "issue": lambda n, _: hall.issue(ITEMS[n % 3]),
            "elder": lambda n, _: hall.issue(ITEMS[n % 3], "elderly"),
            "remote": lambda n, _: hall.issue_extra(ITEMS[n % 3], IssueExtras(absent=True)),
            "companion": self._companion,
            "arrive": lambda n, _: arrive(hall, self._booked[n % 3]),
            "call": lambda n, _: self._at_window(calling.call_next, n, "done"),
            "start": lambda n, _: self._at_window(calling.start, n),
            "finish": self._finish,
            "hold": lambda n, _: self._at_window(calling.hold, n, ""),
            "miss": self._miss,
            "undo": lambda n, _: self._at_window(undo.undo, n),
            "transfer": self._transfer,
            "resume": self._resume,
            "redirect": self._redirect,
            "chosen": self._chosen,
            "cancel": self._cancel,
            "return": self._return,
            "check_in": self._check_in,
        }

    def play(self, steps: list[tuple[str, int, int]]) -> None:
        """Do an act every minute; those that the rules refuse change nothing."""
        for minute, (act, first, second) in enumerate(steps, 2):
            self.hall.clock.set(at(9, day=TUESDAY) + minute * 60_000)
            with suppress(HallError, LookupError):
                self.acts[act](first, second)

    def _at_window(self, act: Callable[..., str], n: int, *more: object) -> str:
        window = WINDOWS[n % 3]
        return act(self.ctx, self.hall.clerk(window), self.hall.key(), window, *more)

    def _finish(self, n: int, _: int) -> None:
        self._at_window(calling.finish, n, Outcome.DONE, "")

    def _miss(self, n: int, _: int) -> None:
        self._at_window(calling.recall, n)
        self.hall.clock.advance(seconds=40)
        self._at_window(calling.no_show, n)

    def _transfer(self, n: int, target: int) -> None:
        window = WINDOWS[n % 3]
        clerk = self.hall.clerk(window)
        calling.transfer(
            self.ctx, clerk, self.hall.key(), window, **TARGETS[target % len(TARGETS)], text=""
        )

    def _resume(self, window: int, n: int) -> None:
        self._at_window(calling.resume, window, self._ticket(n, State.HELD).id)

    def _redirect(self, n: int, target: int) -> None:
        ticket = self._ticket(n, State.WAITING).id
        more = TARGETS[target % len(TARGETS)]
        reception.redirect(self.ctx, OFFICE, self.hall.key(), ticket, **more, text="")

    def _chosen(self, window: int, n: int) -> None:
        number = self._ticket(n, State.WAITING).number
        self._at_window(chosen_calls.call_chosen, window, number, "unwell", "")

    def _cancel(self, n: int, _: int) -> None:
        ticket = self._ticket(n, State.WAITING).id
        calling.cancel(self.ctx, self.hall.clerk("T1"), self.hall.key(), ticket)

    def _return(self, n: int, _: int) -> None:
        ticket = self._ticket(n, State.MISSED).id
        returning.return_missed(self.ctx, self.hall.clerk("T1"), self.hall.key(), ticket)

    def _check_in(self, n: int, _: int) -> None:
        ticket = _pick([ticket for ticket in self._tickets() if is_absent(ticket.lane)], n).id
        returning.check_in(self.ctx, self.hall.clerk("T1"), self.hall.key(), ticket)

    def _companion(self, n: int, item: int) -> None:
        first = self._ticket(n, State.WAITING, *AT_WINDOW)
        self.hall.issue_extra(ITEMS[item % 3], IssueExtras(companion=first.token))

    def _tickets(self) -> list[Ticket]:
        return self.ctx.read(lambda c: ticket_queries.of_day(c, self.ctx.hall_id, DAY))

    def _ticket(self, n: int, *states: State) -> Ticket:
        return _pick([ticket for ticket in self._tickets() if ticket.state in states], n)


def _pick(tickets: list[Ticket], n: int) -> Ticket:
    if not tickets:
        raise LookupError
    return tickets[n % len(tickets)]


ACTS = (
    *("issue", "issue", "elder", "companion", "remote", "check_in", "arrive"),
    *("call", "call", "call", "start", "finish", "finish", "miss", "return", "hold", "resume"),
    *("undo", "transfer", "redirect", "chosen", "cancel"),
)
steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 5), st.integers(0, 5)), min_size=20, max_size=60
)


STILL_SERVED = [
    *(("issue", 1, 0), ("call", 0, 0), ("companion", 0, 2), ("issue", 2, 0), ("call", 2, 0)),
]
"""A person is still at a window in the evening: another number of the visit is never called."""
SENT_AND_BACK = [
    *(("issue", 2, 0), ("elder", 2, 0), ("redirect", 1, 3), ("call", 0, 0), ("miss", 0, 0)),
    *(("return", 0, 0), ("call", 2, 0), ("call", 1, 0)),
]
"""A person who was sent to another unit misses a call and comes back there."""


TO_ANOTHER_UNIT = [
    *(("remote", 4, 0), ("issue", 2, 0), ("elder", 0, 0), ("redirect", 1, 1), ("call", 2, 0)),
]
"""A person is sent to an item of another unit, whose priority calls count there."""
SENT_ON_THEN_BACK = [
    *(("issue", 0, 0), ("issue", 2, 0), ("issue", 0, 0), ("call", 1, 0), ("chosen", 2, 1)),
    *(("transfer", 1, 0), ("hold", 2, 0), ("companion", 1, 0), ("call", 0, 0), ("miss", 0, 0)),
    *(("return", 0, 0), ("call", 2, 0)),
]
"""A person is sent on with the old seniority, misses that call, and comes back with a new one."""


@given(steps)
@example(STILL_SERVED)
@example(SENT_AND_BACK)
@example(TO_ANOTHER_UNIT)
@example(SENT_ON_THEN_BACK)
@settings(max_examples=20)
def test_the_replay_makes_each_first_call_again(acts: list[tuple[str, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        hall = SmallHall(f"sqlite:///{folder}/hall.db", Path(folder), at(9))
        try:
            RandomDay(hall).play(acts)
            effect = hall.ctx.read(lambda c: actions.effect_of(hall.ctx, c, DAY, 10))
        finally:
            hall.close()
    assert effect.agreement == 1.0, acts
