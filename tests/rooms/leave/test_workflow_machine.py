"""State machine test of leave and corrections: whatever people attempt, the table holds.

Anybody attempts anything at any time. A stored state changes only by an attempt that succeeds, and
only as a row of the table says.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection

from server.core.errors import HallError
from server.core.workflow import Workflow
from server.leave import actions, correction_actions, correction_queries
from server.leave.correction_actions import CorrectionRequest
from server.leave.workflow import CORRECTION, LEAVE, CorrectionMove, LeaveMove
from support.halls import ADMINISTRATOR, MANAGER, MONDAY, SmallHall, at
from support.leave_halls import (
    CHIEF,
    STRANGER,
    A,
    B,
    actor,
    leave_request,
    stored_leave,
    with_cover_and_chief,
)

PEOPLE = st.sampled_from((A, B, CHIEF, STRANGER, MANAGER, ADMINISTRATOR))
WORDS = st.sampled_from(("", "情况属实"))
SPANS = (("03-03T08:30", "03-03T17:30"), ("03-04T08:30", "03-06T17:30"))
SLOTS = ("am_in", "am_out")


def stands(_conn: Connection, _staff: str, _day: date, slot: str) -> dict[str, Any]:
    """Return the verdict that a correction replaces."""
    return {"state": "late", "minutes": 7, "name": slot, "due": "08:30", "at": "08:37", "line": "…"}


class RequestMachine(RuleBasedStateMachine):
    """State machine that requests, decides, cancels and covers at random."""

    fresh: Callable[[], SmallHall]

    def __init__(self) -> None:
        super().__init__()
        self.hall = with_cover_and_chief(type(self).fresh())
        self.states: dict[str, str] = {}
        self.leaves: list[str] = []
        self.corrections: list[str] = []

    def teardown(self) -> None:
        self.hall.close()

    def attempt(
        self, table: Workflow[Any, Any], subject: str, moves: tuple[Any, ...], act: Any
    ) -> None:
        """Run an action; a success is one of `moves`, as the table has it."""
        before = self.states[subject]
        try:
            act()
        except HallError:
            return
        after = self.state_of(subject)
        rows = [row for move in moves if (row := table.row(move, before)) is not None]
        assert any(after in (row.targets or (before,)) for row in rows), (before, moves, after)
        self.states[subject] = after

    def state_of(self, subject: str) -> str:
        """Return a stored state."""
        if subject in self.leaves:
            return stored_leave(self.hall, subject).state
        row = self.hall.ctx.read(lambda c: correction_queries.get(c, "small", subject))
        assert row is not None
        return row.state

    @rule(by=PEOPLE, span=st.sampled_from(SPANS))
    def request_leave(self, by: str, span: tuple[str, str]) -> None:
        wish = leave_request(*span)
        try:
            leave = actions.request(self.hall.ctx, actor(by), self.hall.key(), wish)
        except HallError:
            return
        self.leaves.append(leave)
        self.states[leave] = "asked"

    @rule(by=PEOPLE, slot=st.sampled_from(SLOTS))
    def request_correction(self, by: str, slot: str) -> None:
        wish = CorrectionRequest(A, MONDAY, slot, "on_time", "手指有伤")
        try:
            correction = correction_actions.request(
                self.hall.ctx, actor(by), self.hall.key(), wish, stands
            )
        except HallError:
            return
        self.corrections.append(correction)
        self.states[correction] = "asked"

    @rule(data=st.data(), by=PEOPLE, words=WORDS)
    def change_leave(self, data: st.DataObject, by: str, words: str) -> None:
        if not self.leaves:
            return
        leave, ctx, key = data.draw(st.sampled_from(self.leaves)), self.hall.ctx, self.hall.key()
        person = actor(by)
        name = data.draw(st.sampled_from(("approve", "refuse", "cancel", "cover", "hand_over")))
        acts: dict[str, tuple[tuple[LeaveMove, ...], Callable[[], object]]] = {
            "approve": (
                (LeaveMove.APPROVE,),
                lambda: actions.decide(ctx, person, key, leave, True, words),
            ),
            "refuse": (
                (LeaveMove.REFUSE,),
                lambda: actions.decide(ctx, person, key, leave, False, words),
            ),
            "cancel": (
                (LeaveMove.CANCEL, LeaveMove.SHORTEN),
                lambda: actions.cancel(ctx, person, key, leave, words),
            ),
            "cover": (
                (LeaveMove.COVER,),
                lambda: actions.set_cover(ctx, person, key, leave, STRANGER),
            ),
            "hand_over": (
                (LeaveMove.HAND_OVER,),
                lambda: actions.hand_over(ctx, person, key, leave, words),
            ),
        }
        moves, act = acts[name]
        self.attempt(LEAVE, leave, moves, act)

    @rule(data=st.data(), by=PEOPLE, words=WORDS, approve=st.booleans())
    def decide_correction(self, data: st.DataObject, by: str, words: str, approve: bool) -> None:
        if not self.corrections:
            return
        correction = data.draw(st.sampled_from(self.corrections))
        move = CorrectionMove.APPROVE if approve else CorrectionMove.REFUSE
        self.attempt(
            CORRECTION,
            correction,
            (move,),
            lambda: correction_actions.decide(
                self.hall.ctx, actor(by), self.hall.key(), correction, approve, words
            ),
        )

    @rule(data=st.data(), by=PEOPLE)
    def cancel_correction(self, data: st.DataObject, by: str) -> None:
        if not self.corrections:
            return
        correction = data.draw(st.sampled_from(self.corrections))
        self.attempt(
            CORRECTION,
            correction,
            (CorrectionMove.CANCEL,),
            lambda: correction_actions.cancel(
                self.hall.ctx, actor(by), self.hall.key(), correction, ""
            ),
        )

    @rule(hours=st.sampled_from((1, 20)))
    def wait(self, hours: int) -> None:
        self.hall.clock.advance(seconds=hours * 3600)

    @invariant()
    def states_change_by_moves_only(self) -> None:
        assert {subject: self.state_of(subject) for subject in self.states} == self.states

    @invariant()
    def nobody_decided_the_own_case(self) -> None:
        for leave in self.leaves:
            row = stored_leave(self.hall, leave)
            deciders = {s["by"] for s in row.steps if s["act"] in ("approve", "refuse")}
            assert row.staff not in deciders


def test_no_history_of_attempts_leaves_the_tables(tmp_path: Path) -> None:
    def fresh() -> SmallHall:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        return SmallHall(f"sqlite:///{folder}/hall.db", folder, at(9))

    RequestMachine.fresh = staticmethod(fresh)
    run_state_machine_as_test(
        RequestMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
