"""Redress of a bad rating: states, moves, and the day by which the next step is due.

open → contacted → (appealed → granted | refused) → redressing → answered → rechecked → closed.
Nobody handles the redress of the own service. An appeal is decided by an office person who took no
step before. Days are working days of the hall's calendar; the limits are settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.core.workflow import Calendar
from server.core.working_days import Due, is_overdue


class RedressState(StrEnum):
    """State of a redress."""

    OPEN = "open"
    CONTACTED = "contacted"
    APPEALED = "appealed"
    GRANTED = "granted"
    """The appeal was granted: the rating is left out of the redress figures."""
    REFUSED = "refused"
    REDRESSING = "redressing"
    ANSWERED = "answered"
    RECHECKED = "rechecked"
    CLOSED = "closed"


class RedressMove(StrEnum):
    """Move of a redress."""

    OPEN = "open"
    CONTACT = "contact"
    """The person was called, or could not be reached."""
    CALL = "call"
    """One more attempt to reach the person."""
    APPEAL = "appeal"
    GRANT = "grant"
    REFUSE = "refuse"
    START = "start"
    ANSWER = "answer"
    RECHECK = "recheck"
    CLOSE = "close"


class CallResult(StrEnum):
    """Result of a call to the person who rated."""

    REACHED = "reached"
    UNREACHABLE = "unreachable"
    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    NO_CONTACT = "no_contact"
    """The person left no name and no telephone."""


CALLS = frozenset({RedressMove.CONTACT, RedressMove.CALL, RedressMove.RECHECK})
"""Moves that need the result of a call."""
FINAL = frozenset({RedressState.GRANTED, RedressState.CLOSED})
ANSWERED = frozenset({RedressState.ANSWERED, RedressState.RECHECKED, RedressState.CLOSED})
"""States in which the unit has put right what the rating named; the person may rate again."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Working days within which each step is due."""

    contact: int
    appeal: int
    redress: int
    recheck: int


@dataclass(frozen=True, slots=True)
class Step:
    """Step of a redress that was taken: the state after it, its day, and what was due then."""

    move: RedressMove
    state: RedressState
    day: str
    due: Due
    by: str = ""
    result: CallResult | None = None


def due_after(
    move: RedressMove,
    state: RedressState,
    before: Due | None,
    today: date,
    limits: Limits,
    work: Calendar,
) -> Due:
    """Return what is due after a step taken `today` that led to `state`.

    The unit's time for putting right runs from the day the rating came; it begins again with a
    refused appeal, and when the person is still dissatisfied. `before`: due before the step, None
    for the first.
    """

    def after(days: int) -> str:
        return work.after(today, days).isoformat()

    still_bad = move is RedressMove.RECHECK and state is RedressState.REDRESSING
    again = move is RedressMove.REFUSE or still_bad
    answer = after(limits.redress) if before is None or again else before.answer
    if move is RedressMove.CALL and before is not None:
        return before
    if state in FINAL:
        return Due("", answer)
    days = {
        RedressState.OPEN: limits.contact,
        RedressState.APPEALED: limits.appeal,
        RedressState.ANSWERED: limits.recheck,
        RedressState.RECHECKED: limits.recheck,
    }
    return Due(after(days[state]) if state in days else answer, answer)


def fits(result: CallResult, *, named: bool) -> bool:
    """Return True if a call can have this result: nobody can be called without a contact."""
    return named is not (result is CallResult.NO_CONTACT)


@dataclass(frozen=True, slots=True)
class RedressCase:
    """Redress with its steps, as the figures count it."""

    named: bool
    steps: Sequence[Step]

    @property
    def state(self) -> RedressState:
        """Present state."""
        return self.steps[-1].state


@dataclass(frozen=True, slots=True)
class RedressCounts:
    """Figures of redresses.

    整改率 = `in_time` / `run_out`: answered by the unit within the time, of those whose time has
    run or that were answered; granted appeals are in neither. 回访率 = `called` / `named`: of the
    ratings with a contact those whose giver was called, reached or not.
    """

    opened: int = 0
    granted: int = 0
    run_out: int = 0
    in_time: int = 0
    named: int = 0
    called: int = 0


def count_redress(cases: Iterable[RedressCase], today: date) -> RedressCounts:
    """Count redresses as of `today`."""
    opened = granted = run_out = in_time = named = called = 0
    for case in cases:
        opened += 1
        if case.state is RedressState.GRANTED:
            granted += 1
            continue
        answer = next((s for s in case.steps if s.move is RedressMove.ANSWER), None)
        if answer is not None or is_overdue(case.steps[-1].due.answer, today):
            run_out += 1
            # The day that was set before the answer: a later one belongs to a second answer.
            in_time += answer is not None and answer.day <= answer.due.answer
        named += case.named
        called += case.named and any(step.result is not None for step in case.steps)
    return RedressCounts(opened, granted, run_out, in_time, named, called)
