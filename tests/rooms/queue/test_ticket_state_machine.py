"""State machine test of tickets and windows against a simple model and the floor in memory.

The model holds only lists: who waits in which order, which window holds which ticket, how often
each waiting person was overtaken by priority. After every step the database must agree with it:
FIFO in a class, the bound on priority, one holder for each ticket, no ticket lost, none that no
window can serve.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from server.core.errors import ErrorCode, HallError
from server.queue import (
    call_queries,
    calling,
    reception,
    ticket_queries,
    undo,
    window_session_queries,
    window_sessions,
)
from server.queue.call_candidates import Moment, choose
from server.queue.call_order import Choice
from server.queue.errors import QueueCode
from server.queue.memory_floor import MemoryFloor
from server.queue.settings import NumberSettings
from server.queue.tickets import ORDER_STEP, Move, Outcome, State, Ticket
from support.database_pool import DatabasePool
from support.halls import SmallHall, at

WINDOWS = ("T1", "T2", "G1", "S1")
ITEMS = ("tax-1", "tax-2", "social-1", "build-1")
ABLE = {
    "T1": {"tax-1", "tax-2"},
    "T2": {"tax-1", "tax-2"},
    "G1": {"tax-1", "social-1"},
    "S1": {"build-1"},
}
QUEUE = {"tax-1": "tax", "tax-2": "tax", "social-1": "social", "build-1": "build"}


@dataclass
class Person:
    """Waiting person of the model."""

    id: str
    item: str
    priority: bool
    order: float
    overtaken: int = 0
    only: str = ""
    """Only window that may call (after a transfer to it); empty for any."""


@dataclass(frozen=True)
class LastAct:
    """Last act at a window that can be undone, and when it was made (ms)."""

    move: Move
    person: Person
    at: int


UNDONE = {
    Move.START: (State.SERVING, State.CALLED),
    Move.FINISH: (State.FINISHED, State.SERVING),
    Move.NO_SHOW: (State.MISSED, State.CALLED),
}
"""State after a move, and the state that its undo leads back to."""


class HallMachine(RuleBasedStateMachine):
    """State machine that issues, calls and moves at random; the test provides `small`."""

    small: SmallHall
    fresh: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.small = type(self).fresh()
        # Low bounds, so that a short run meets them.
        self.small.configure(priority_run=2, overtake_limit=2)
        self.waiting: list[Person] = []
        self.at: dict[str, Person | None] = {}
        self.states: dict[str, State] = {}
        self.held: list[tuple[str, Person]] = []
        self.missed: list[Person] = []
        self.returns: dict[str, int] = {}
        self.paused: set[str] = set()
        self.last: dict[str, LastAct] = {}
        self.arrivals = 0
        self.floor = MemoryFloor()

    def teardown(self) -> None:
        self.small.close()

    @initialize(windows=st.sets(st.sampled_from(WINDOWS), min_size=2))
    def open(self, windows: set[str]) -> None:
        self.small.sign_in(*sorted(windows))
        self.at = dict.fromkeys(sorted(windows))

    @rule(item=st.sampled_from(ITEMS), priority=st.booleans())
    def issue(self, item: str, priority: bool) -> None:
        able = [w for w in self.at if item in ABLE[w]]
        self.small.clock.advance(seconds=30)
        try:
            ticket = self.small.issue(item, "elderly" if priority else "ordinary")
        except HallError as error:
            assert not able
            assert error.code is QueueCode.NOBODY_SIGNED_IN
            return
        assert able, "a number was given that no window would call"
        self.arrivals += 1
        self.waiting.append(Person(ticket.id, item, priority, self.arrivals))
        self.states[ticket.id] = State.WAITING

    @rule(data=st.data())
    def call(self, data: st.DataObject) -> None:
        window = data.draw(st.sampled_from(sorted(self.at)))
        candidates = [p for p in self.waiting if self._callable(p, window)]
        foreseen = choose(self.floor, self._moment(), window)
        try:
            ticket = self.small.call(window)
        except HallError as error:
            expected: dict[ErrorCode, bool] = {
                QueueCode.NOBODY_WAITING: not candidates,
                QueueCode.WINDOW_BUSY: bool(self.at[window]),
                QueueCode.WINDOW_PAUSED: window in self.paused,
            }
            assert expected[error.code]
            return
        assert self.at[window] is None
        self._check_floor(ticket, foreseen)
        chosen = next(p for p in candidates if p.id == ticket.id)
        self._check_order(chosen, candidates, window)
        self._seat(chosen, window)

    @precondition(lambda self: State.CALLED in self.states.values())
    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        window, person = self._busy(data, State.CALLED)
        calling.start(self.small.ctx, self.small.clerk(window), self.small.key(), window)
        self.states[person.id] = State.SERVING
        self._may_undo(window, person, Move.START)

    @precondition(lambda self: any(self.at.values()))
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        window, person = self._busy(data)
        clerk = self.small.clerk(window)
        if self.states[person.id] is State.CALLED:
            calling.start(self.small.ctx, clerk, self.small.key(), window)
        calling.finish(self.small.ctx, clerk, self.small.key(), window, Outcome.DONE, "")
        self._free(window, person, State.FINISHED)
        self._may_undo(window, person, Move.FINISH)

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        window = data.draw(st.sampled_from(sorted(self.at)))
        last, present = self.last.get(window), self.at[window]
        state = self.states[last.person.id] if last else None
        try:
            undo.undo(self.small.ctx, self.small.clerk(window), self.small.key(), window)
        except HallError as error:
            moved_on = last is not None and state is not UNDONE[last.move][0]
            expected: dict[ErrorCode, bool] = {
                QueueCode.NOTHING_TO_UNDO: last is None,
                QueueCode.WINDOW_PAUSED: window in self.paused,
                QueueCode.UNDO_NEXT_CALLED: present is not None,
                QueueCode.UNDO_TOO_LATE: last is not None and self._is_old(last),
                QueueCode.MOVE_NOT_ALLOWED: moved_on,
                QueueCode.NOT_THE_HOLDER: last is not None and last.move is Move.NO_SHOW,
            }
            assert expected[error.code]
            return
        assert last is not None
        assert not self._is_old(last)
        assert present is None or present is last.person
        if last.person in self.missed:
            self.missed.remove(last.person)
        self.at[window] = last.person
        self.states[last.person.id] = UNDONE[last.move][1]
        del self.last[window]

    @precondition(lambda self: State.CALLED in self.states.values())
    @rule(data=st.data())
    def miss(self, data: st.DataObject) -> None:
        window, person = self._busy(data, State.CALLED)
        clerk = self.small.clerk(window)
        calling.recall(self.small.ctx, clerk, self.small.key(), window)
        self.small.clock.advance(seconds=60)
        calling.no_show(self.small.ctx, clerk, self.small.key(), window)
        self._free(window, person, State.MISSED)
        self._may_undo(window, person, Move.NO_SHOW)
        self.missed.append(person)

    @precondition(lambda self: bool(self.missed))
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(self.missed))
        clerk = self.small.clerk(next(iter(self.at)))
        try:
            calling.return_to_queue(self.small.ctx, clerk, self.small.key(), person.id)
        except HallError as error:
            assert error.code is QueueCode.RETURN_LIMIT
            assert self.returns.get(person.id, 0) == 2
            return
        self.returns[person.id] = self.returns.get(person.id, 0) + 1
        # The place itself is tested with its rule (`return_place`).
        person.order = self.small.ticket(person.id).ord / ORDER_STEP
        person.overtaken = 0  # the bound is on one wait; a returned ticket starts another
        self._wait(person, self.missed)

    @precondition(lambda self: any(self.at.values()))
    @rule(data=st.data())
    def hold(self, data: st.DataObject) -> None:
        window, person = self._busy(data)
        calling.hold(self.small.ctx, self.small.clerk(window), self.small.key(), window, "")
        self._free(window, person, State.HELD)
        self.last.pop(window, None)
        self.held.append((window, person))

    @precondition(lambda self: bool(self.held))
    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        window, person = data.draw(st.sampled_from(self.held))
        clerk = self.small.clerk(window)
        try:
            calling.resume(self.small.ctx, clerk, self.small.key(), window, person.id)
        except HallError as error:
            assert error.code in (QueueCode.WINDOW_BUSY, QueueCode.WINDOW_PAUSED)
            assert self.at[window] is not None or window in self.paused
            return
        self.held.remove((window, person))
        self.at[window] = person
        self.states[person.id] = State.CALLED

    @precondition(lambda self: any(self.at.values()))
    @rule(data=st.data())
    def transfer(self, data: st.DataObject) -> None:
        window, person = self._busy(data)
        target = data.draw(st.sampled_from(WINDOWS))
        clerk = self.small.clerk(window)
        try:
            calling.transfer(
                self.small.ctx,
                clerk,
                self.small.key(),
                window,
                to_window=target,
                to_item=None,
                to_unit=None,
                text="",
            )
        except HallError as error:
            assert error.code is QueueCode.TRANSFER_TARGET
            assert target == window or target not in self.at
            return
        self._free(window, person, State.WAITING)
        self.last.pop(window, None)
        person.only = target
        self.waiting.append(person)

    @precondition(lambda self: bool(self.waiting))
    @rule(data=st.data())
    def redirect(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(self.waiting))
        target = data.draw(st.sampled_from(WINDOWS))
        clerk = self.small.clerk(next(iter(self.at)))
        try:
            reception.redirect(
                self.small.ctx,
                clerk,
                self.small.key(),
                person.id,
                to_window=target,
                to_item=None,
                to_unit=None,
                text="",
            )
        except HallError as error:
            assert error.code is QueueCode.TRANSFER_TARGET
            assert target == person.only or target not in self.at
            return
        person.only = target

    @rule(data=st.data())
    def pause_or_go_on(self, data: st.DataObject) -> None:
        window = data.draw(st.sampled_from(sorted(self.at)))
        clerk = self.small.clerk(window)
        if window in self.paused:
            window_sessions.unpause(self.small.ctx, clerk, self.small.key(), window)
            self.paused.discard(window)
            return
        try:
            window_sessions.pause(self.small.ctx, clerk, self.small.key(), window, "rest", "")
        except HallError as error:
            assert error.code is QueueCode.WINDOW_BUSY
            assert self.at[window] is not None
        else:
            self.paused.add(window)

    @precondition(lambda self: bool(self.waiting))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(self.waiting))
        clerk = self.small.clerk(next(iter(self.at)))
        calling.cancel(self.small.ctx, clerk, self.small.key(), person.id)
        self.waiting.remove(person)
        self.states[person.id] = State.CANCELLED

    @invariant()
    def books_agree(self) -> None:
        stored = {t.id: t for t in self._kept()}
        for ticket in stored.values():
            self.floor.put(ticket)
        assert {i: t.state for i, t in stored.items()} == self.states
        for window, person in self.at.items():
            holding = [
                t.id
                for t in stored.values()
                if t.window == window and t.state in (State.CALLED, State.SERVING)
            ]
            assert holding == ([person.id] if person else [])

    @invariant()
    def nobody_is_overtaken_too_often(self) -> None:
        limit = self.small.ctx.settings().of(NumberSettings).overtake_limit
        assert all(p.overtaken <= limit for p in self.waiting if not p.priority)

    def _moment(self) -> Moment:
        """Return the hall's present moment, for a choice without its database."""
        ctx = self.small.ctx
        seats = ctx.read(lambda c: window_session_queries.sessions(c, ctx.hall_id))
        sessions = window_session_queries.for_rules(seats)
        now = ctx.clock.now()
        return Moment(ctx.catalogue(), ctx.settings(), sessions, ctx.local(now), now)

    def _check_floor(self, ticket: Ticket, foreseen: tuple[str, Choice] | None) -> None:
        """Assert that the floor in memory foresaw the call with its reason; record the call."""
        assert foreseen is not None
        ticket_id, choice = foreseen
        assert ticket_id == ticket.id
        calls = self.small.ctx.read(lambda c: call_queries.calls_of(c, "small", ticket.id))
        assert json.loads(calls[-1].why) == {
            "codes": [why.value for why in choice.why],
            "facts": choice.facts,
        }
        self.floor.count(choice)
        self.floor.record_call(ticket, ticket.window, calls[-1].at)

    def _kept(self) -> list[Ticket]:
        return self.small.ctx.read(lambda c: ticket_queries.of_day(c, "small", "2026-03-02"))

    def _callable(self, person: Person, window: str) -> bool:
        if person.only:
            return person.only == window
        return person.item in ABLE[window]

    def _check_order(self, chosen: Person, candidates: list[Person], window: str) -> None:
        """Assert that `chosen` is the first ticket that the window may call.

        It is first in its class and lanes, and no transfer to this very window waits.
        """
        sent = [p for p in candidates if p.only == window]
        if sent:
            assert chosen is min(sent, key=lambda p: p.order)
            return
        rivals = [p for p in candidates if p.priority == chosen.priority]
        if window == "G1":
            rivals = [p for p in rivals if QUEUE[p.item] == QUEUE[chosen.item]]
        assert chosen.order == min(p.order for p in rivals)

    def _seat(self, person: Person, window: str) -> None:
        self.waiting.remove(person)
        self.at[window] = person
        self.states[person.id] = State.CALLED
        if person.priority and not person.only:
            for other in self.waiting:
                if (
                    not other.priority
                    and not other.only
                    and other.order < person.order
                    and QUEUE[other.item] == QUEUE[person.item]
                    and other.item in ABLE[window]
                ):
                    other.overtaken += 1

    def _may_undo(self, window: str, person: Person, move: Move) -> None:
        self.last[window] = LastAct(move, person, self.small.clock.now())

    def _is_old(self, last: LastAct) -> bool:
        return self.small.clock.now() - last.at >= 60_000

    def _busy(self, data: st.DataObject, *states: State) -> tuple[str, Person]:
        busy = sorted(
            w for w, p in self.at.items() if p and (not states or self.states[p.id] in states)
        )
        window = data.draw(st.sampled_from(busy))
        person = self.at[window]
        assert person is not None
        return window, person

    def _free(self, window: str, person: Person, state: State) -> None:
        self.at[window] = None
        self.states[person.id] = state

    def _wait(self, person: Person, source: list[Person]) -> None:
        source.remove(person)
        self.waiting.append(person)
        self.states[person.id] = State.WAITING


def _run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        HallMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_on_sqlite(tmp_path: Path) -> None:
    folders: list[str] = []

    def fresh(_cls: Any = None) -> SmallHall:
        for old in folders:
            shutil.rmtree(old, ignore_errors=True)
        folder = tempfile.mkdtemp(dir=tmp_path)
        folders[:] = [folder]
        return SmallHall(f"sqlite:///{folder}/hall.db", Path(folder), at(9))

    HallMachine.fresh = staticmethod(fresh)
    _run(examples=16, steps=60)


def test_on_postgresql(books: DatabasePool, tmp_path: Path) -> None:
    with ExitStack() as used:

        def fresh(_cls: Any = None) -> SmallHall:
            used.close()
            return SmallHall(used.enter_context(books.database_url()), tmp_path, at(9))

        HallMachine.fresh = staticmethod(fresh)
        _run(examples=6, steps=40)
