"""Messages of retroactive changes, and of sheets and checks that wait for a second person."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from server.core.messages import Command, Message

Words = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class PastMove(Message):
    """Value of a past day before and after the change, in words."""

    day: str
    staff: str
    name: str
    what: str
    """Name of the slot or of another moved value."""
    was_zh: str
    was_en: str
    now_zh: str
    now_en: str


class PastChange(Message):
    """Retroactive change: an action on past days with the values that it moves."""

    id: str
    command: str
    command_zh: str
    command_en: str
    details: list[list[str]]
    """Arguments of the action: (name, value)."""
    why: str
    asked_by: str
    asked_name: str
    asked_at: int
    state: Literal["waiting", "confirmed", "refused", "withdrawn", "stale"]
    decided_by: str
    decided_name: str
    decided_at: int | None
    words: str
    moves: list[PastMove]
    """First moved values; `count` is the number of all."""
    count: int
    mine: bool
    """True if the viewer requested it and may withdraw it."""
    may_confirm: bool
    """True if the viewer may be its second person."""


class PastMoves(Message):
    """Moved values of a change from a place on, by day and person; `count` is the number of all."""

    moves: list[PastMove]
    count: int


class PastChanges(Message):
    """Retroactive changes, waiting ones first."""

    changes: list[PastChange]
    waiting: int


class RefuseChange(Command):
    """Words of a refusal."""

    words: Words


class WitnessSheet(Command):
    """Decision of the witness: agreement with the sheet, or the reason against it."""

    agree: bool
    words: Words = ""


class SecondChecker(Command):
    """Decision of the second inspector: both made the round, or the reason against it."""

    agree: bool
    words: Words = ""


class SheetLine(Message):
    """One signature of a sheet."""

    staff: str
    name: str
    at: str


class SheetToWitness(Message):
    """Sign-in sheet that names the viewer as its witness."""

    id: str
    day: str
    reason: str
    by: str
    by_name: str
    at: int
    lines: list[SheetLine]


class CheckToSecond(Message):
    """Inspection round that names the viewer as its second inspector."""

    id: str
    by: str
    by_name: str
    day: str
    started_at: int
    ended_at: int | None
    objected: bool
    marks: int
    problems: int
    """Number of marks that would become findings."""


class ToConfirm(Message):
    """Sheets and inspection rounds that wait for the viewer's confirmation."""

    sheets: list[SheetToWitness]
    checks: list[CheckToSecond]
