"""However the line is cut, both servers end with the books that they have without any cut."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.branches.deliveries import ORIGIN
from server.core import journal
from server.core.errors import HallError
from server.integrity.checks import violations
from server.queue import calling, returning, ticket_queries
from server.queue.business_day import keep_day
from server.queue.tickets import Outcome, State
from support.branch_pair import HERE, OFFICE, SITE, Pair, Server, clerk
from support.halls import MONDAY, SmallHall, at

WINDOWS = tuple(HERE)
ITEMS = ("tax-1", "tax-2", "social-1", "build-1")
FAULTS = ("", "cut", "deaf", "twice")
MOVES = ("issue", "call", "call", "finish", "miss", "return", "cancel", "evening")
LOCAL = {"main_line", "row_change", "branch"}
"""Tables of the line itself, which differ by what was sent when."""


@dataclass(frozen=True)
class Step:
    """Act of somebody, then an exchange over a line with a fault."""

    move: str
    window: str
    item: str
    pick: int
    fault: str


STEPS = st.lists(
    st.builds(
        Step,
        move=st.sampled_from(MOVES),
        window=st.sampled_from(WINDOWS),
        item=st.sampled_from(ITEMS),
        pick=st.integers(0, 9),
        fault=st.sampled_from(FAULTS),
    ),
    min_size=5,
    max_size=40,
)


@dataclass
class Play:
    """Days of a pair of servers."""

    pair: Pair
    day: Any = MONDAY
    refused: list[str] = field(default_factory=list)

    def morning(self) -> None:
        """Begin the day in both buildings."""
        for server in (self.pair.main, self.pair.branch):
            keep_day(server.ctx)
            here = "" if server is self.pair.main else SITE
            windows = [w for w in WINDOWS if (HERE[w] == SITE) == bool(here)]
            server.sign_in(*windows)

    def act(self, step: Step) -> None:
        """Do one act; a refusal is part of the play."""
        self.pair.clock.advance(seconds=20)
        server = self.pair.branch if HERE[step.window] == SITE else self.pair.main
        act: Callable[[Server, Step], Any] = getattr(self, f"_{step.move}")
        try:
            act(server, step)
        except HallError as error:
            self.refused.append(error.code.value)

    def _issue(self, server: Server, step: Step) -> None:
        server.issue(step.item, "2" if server is self.pair.branch else "1")

    def _call(self, server: Server, step: Step) -> None:
        calling.call_next(server.ctx, clerk(step.window), server.key(), step.window, "default")

    def _finish(self, server: Server, step: Step) -> None:
        who = clerk(step.window)
        calling.start(server.ctx, who, server.key(), step.window)
        calling.finish(server.ctx, who, server.key(), step.window, Outcome.DONE, "")

    def _miss(self, server: Server, step: Step) -> None:
        who = clerk(step.window)
        calling.recall(server.ctx, who, server.key(), step.window)
        self.pair.clock.advance(seconds=60)
        calling.no_show(server.ctx, who, server.key(), step.window)

    def _own(self, server: Server, step: Step, state: State) -> str:
        ctx = server.ctx
        tickets = ctx.read(lambda c: ticket_queries.in_states(c, ctx.hall_id, [state]))
        own = sorted(t.id for t in tickets if not t.branch)
        return own[step.pick % len(own)] if own else "none"

    def _return(self, server: Server, step: Step) -> None:
        ticket = self._own(server, step, State.MISSED)
        returning.return_missed(server.ctx, clerk(step.window), server.key(), ticket)

    def _cancel(self, server: Server, step: Step) -> None:
        ticket = self._own(server, step, State.WAITING)
        calling.cancel(server.ctx, OFFICE, server.key(), ticket)

    def _evening(self, _server: Server, _step: Step) -> None:
        self.pair.clock.set(at(18, 40, day=self.day))
        for server in (self.pair.main, self.pair.branch):
            keep_day(server.ctx)
        self.day += timedelta(days=3 if self.day.weekday() == 4 else 1)
        self.pair.clock.set(at(9, day=self.day))
        self.morning()


def books(server: Server) -> dict[str, Any]:
    """Return everything that a server has, lines of the journal by building."""
    hall_id = server.ctx.hall_id
    names = {name for name in TABLES if name not in LOCAL}
    content: dict[str, Any] = {
        name: sorted(map(str, server.rows(name))) for name in names if name != "journal"
    }
    lines: dict[str, list[Any]] = {}
    for row in server.ctx.read(lambda c: list(journal.lines(c, hall_id))):
        line = journal.line_of(row)
        origin = line.data.get(ORIGIN, ["here"])
        lines.setdefault(origin[0], []).append(
            (line.at, line.actor, line.window, line.act, line.subject, line.data, line.why)
        )
    content["journal"] = lines
    return content


TABLES = (
    "journal",
    "ticket",
    "call",
    "window_post",
    "business_day",
    "number_counter",
    "pool_run",
    "announcement",
    "slip",
    "setting",
    "account",
    "idempotency",
)


def play(steps: list[Step], *, whole: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Play the steps on new servers; return the books of both. `whole`: no fault ever."""
    with tempfile.TemporaryDirectory() as folder:
        small = SmallHall(f"sqlite:///{folder}/hall.db", Path(folder), at(9))
        pair = Pair(small, Path(folder))
        try:
            days = Play(pair)
            days.morning()
            for step in steps:
                days.act(step)
                pair.cable.fault = "" if whole else step.fault
                pair.line.exchange_all()
            pair.deliver()
            for server in (pair.main, pair.branch):
                ctx = server.ctx
                assert ctx.read(partial(violations, ctx.hall_id)) == []
            return books(pair.main), books(pair.branch)
        finally:
            pair.close()
            small.close()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_a_cut_line_changes_nothing_in_the_books(steps: list[Step]) -> None:
    cut_main, cut_branch = play(steps, whole=False)
    main, branch = play(steps, whole=True)
    assert cut_branch == branch
    for name in main:
        assert cut_main[name] == main[name], name


def test_two_days_without_a_line_are_as_two_with_one() -> None:
    steps = []
    for _day in range(2):
        for pick in range(6):
            for window in WINDOWS:
                steps.append(Step("issue", window, "tax-1", pick, "cut"))
                steps.append(Step("call", window, "", pick, "cut"))
        steps.append(Step("evening", "T1", "", 0, "cut"))
    cut, whole = play(steps, whole=False), play(steps, whole=True)
    for mine, its in zip(cut, whole, strict=True):
        for name in its:
            assert mine[name] == its[name], name
    north = whole[0]["journal"][SITE]
    assert sum(line[3] == "ticket.issue" for line in north) == pytest.approx(24, abs=4)
