"""Workflow: the table of states and moves of a subject that several people handle.

A room declares a `Workflow` in its `workflow.py`: from which states a move leads to which, who may
make it, who may not (the second person), until when, and what has to be given. The room describes
an `Attempt`, and `Workflow.after` is the only way to the next state. It raises the room's own error
codes, in the order of the table: requirements of `first` (what a stranger must not even learn), the
state, then `requires`. Tables read no storage and no clock; both come with the attempt.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from server.core.errors import ErrorCode, HallError

S = TypeVar("S", bound=StrEnum)
"""States of a subject."""
M = TypeVar("M", bound=StrEnum)
"""Moves of a subject."""
T = TypeVar("T", int, datetime)
"""Moments: milliseconds, or the hall's wall clock."""
STATE = "state"
"""Name of the fact with the present state, for the data of an error."""


class Deadline(Protocol):
    """Port to the end of a period."""

    def is_over(self) -> bool:
        """Return True if the period has ended."""


@dataclass(frozen=True, slots=True)
class Moment(Generic[T]):
    """Period that ends at a stored moment; None: it never began."""

    end: T | None
    now: T

    def is_over(self) -> bool:
        """Return True from the moment on, and for a period that never began."""
        return self.end is None or self.now >= self.end


class Calendar(Protocol):
    """Port to the working days."""

    def after(self, day: date, days: int) -> date:
        """Return the `days`-th working day after `day`."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Period of `days` working days after the day `since`."""

    since: date
    days: int
    today: date
    calendar: Calendar

    def is_over(self) -> bool:
        """Return True if the last of the days has passed."""
        return self.today > self.since and self.today > self.calendar.after(self.since, self.days)


def _holds_nothing(_role: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Attempt(Generic[S]):
    """Move as it is attempted: the subject's state, the person, and what they bring."""

    state: S | None
    """None: the subject does not exist yet."""
    person: str = ""
    """Staff number; empty for the hall itself."""
    holds: Callable[[str], bool] = _holds_nothing
    """Return True if the person holds a role towards the subject."""
    earlier: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Staff numbers by their part in the subject: who requested, edited, found …"""
    given: Collection[str] = ()
    """Names of what comes with the move: words, papers."""
    deadlines: Mapping[str, Deadline] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Data of errors, by name."""


@dataclass(frozen=True, slots=True)
class Requirement(ABC):
    """Condition of a move, with the error code of an attempt that does not meet it."""

    code: ErrorCode
    facts: tuple[str, ...] = field(default=(), kw_only=True)
    """Facts of the attempt that explain the error."""
    data: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    """Further data of the error."""

    @abstractmethod
    def is_met(self, attempt: Attempt[Any]) -> bool:
        """Return True if the attempt meets the condition."""

    def error(self, attempt: Attempt[Any]) -> HallError:
        """Return the error of an attempt that does not meet the condition."""
        facts = {STATE: attempt.state} | dict(attempt.facts)
        return HallError(self.code, **{n: facts[n] for n in self.facts if n in facts}, **self.data)


@dataclass(frozen=True, slots=True)
class Role(Requirement):
    """The person holds one of these roles towards the subject."""

    roles: tuple[str, ...]

    def is_met(self, attempt: Attempt[Any]) -> bool:
        """Return True if the person holds one of the roles."""
        return any(attempt.holds(role) for role in self.roles)


@dataclass(frozen=True, slots=True)
class Apart(Requirement):
    """The person has none of these parts in the subject: the second person."""

    parts: tuple[str, ...]

    def is_met(self, attempt: Attempt[Any]) -> bool:
        """Return True if the person has none of the parts."""
        return not any(attempt.person in attempt.earlier.get(part, ()) for part in self.parts)


@dataclass(frozen=True, slots=True)
class After(Requirement):
    """The part is taken: the first person comes before the second."""

    part: str

    def is_met(self, attempt: Attempt[Any]) -> bool:
        """Return True if anybody has the part."""
        return bool(attempt.earlier.get(self.part))


@dataclass(frozen=True, slots=True)
class Within(Requirement):
    """A period has not ended."""

    deadline: str

    def is_met(self, attempt: Attempt[Any]) -> bool:
        """Return True if the period has not ended."""
        return not attempt.deadlines[self.deadline].is_over()


@dataclass(frozen=True, slots=True)
class Given(Requirement):
    """Something comes with the move: a reason in words, a paper."""

    name: str

    def is_met(self, attempt: Attempt[Any]) -> bool:
        """Return True if it comes with the move."""
        return self.name in attempt.given


@dataclass(frozen=True, slots=True)
class Row(Generic[S, M]):
    """Row of the table: a move, the states it leads from and to, and its requirements."""

    move: M
    sources: frozenset[S]
    """Empty: the move creates the subject."""
    targets: tuple[S, ...] = ()
    """Empty: the state stays. With several, the room names the one it leads to."""
    first: tuple[Requirement, ...] = ()
    """Requirements that come before the state."""
    requires: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Workflow(Generic[S, M]):
    """Table of the moves of one kind of subject. Raises ValueError if it contradicts itself."""

    name: str
    wrong_state: ErrorCode
    """Error code of a move that the state does not allow; its data: `state`."""
    rows: tuple[Row[S, M], ...]

    def __post_init__(self) -> None:
        moves = [(row.move, source) for row in self.rows for source in row.sources or (None,)]
        if len(set(moves)) < len(moves):
            raise ValueError(f"{self.name}: two rows for the same move and state")
        sources = {state for row in self.rows for state in row.sources}
        if not sources <= self.states:
            raise ValueError(f"{self.name}: no move leads to {sorted(sources - self.states)}")

    @property
    def states(self) -> frozenset[S]:
        """States that some row leads to."""
        return frozenset(state for row in self.rows for state in row.targets)

    @property
    def final(self) -> frozenset[S]:
        """States that no move leaves."""
        left = {state for row in self.rows if row.targets for state in row.sources}
        return self.states - left

    def row(self, move: M, state: S | None) -> Row[S, M] | None:
        """Return the row of a move in a state, or None; state None: before the subject exists."""
        for row in self.rows:
            if row.move == move and (state in row.sources or (state is None and not row.sources)):
                return row
        return None

    def after(self, move: M, attempt: Attempt[S], target: S | None = None) -> S:
        """Return the state after a move; `target` selects one of several.

        Raises the error of the first requirement that is not met.
        """
        error = self.error(move, attempt)
        if error is not None:
            raise error
        row = self.row(move, attempt.state)
        assert row is not None
        if target is None:
            state = row.targets[0] if len(row.targets) == 1 else attempt.state
        else:
            state = target
        if state is None or (row.targets and state not in row.targets):
            raise ValueError(f"{self.name}: {move} does not lead to {state}")
        return state

    def allows(self, move: M, attempt: Attempt[S]) -> bool:
        """Return True if the attempt meets every requirement of the move."""
        return self.error(move, attempt) is None

    def error(self, move: M, attempt: Attempt[S]) -> HallError | None:
        """Return the error of the first requirement that is not met, or None."""
        row = self.row(move, attempt.state)
        first = (row or self._any_row(move)).first
        for requirement in first:
            if not requirement.is_met(attempt):
                return requirement.error(attempt)
        if row is None:
            state = attempt.state.value if attempt.state is not None else ""
            return HallError(self.wrong_state, state=state)
        for requirement in row.requires:
            if not requirement.is_met(attempt):
                return requirement.error(attempt)
        return None

    def _any_row(self, move: M) -> Row[S, M]:
        return next(row for row in self.rows if row.move == move)


WORKFLOWS: tuple[Workflow[Any, Any], ...] = ()
"""Core has no workflow of its own."""
