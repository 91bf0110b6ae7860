"""Changes of the past, sheets that wait for their witness, checks that wait for their second."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from server.wire.base import Command, Message

Words = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class PastMove(Message):
    """A value of a day that is over, before and after, in words."""

    day: str
    staff: str
    name: str
    what: str
    """The slot's name, or what else the value is."""
    was_zh: str
    was_en: str
    now_zh: str
    now_en: str


class PastChange(Message):
    """An act on days that are over, with the values that it moves."""

    id: str
    command: str
    command_zh: str
    command_en: str
    details: list[list[str]]
    """The act's arguments: name and value."""
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
    """The first values; `count` says how many there are."""
    count: int
    mine: bool
    """The reader asked for it and may withdraw it."""
    may_confirm: bool
    """The reader is a second person for it."""


class PastChanges(Message):
    """Changes of the past, those that wait first."""

    changes: list[PastChange]
    waiting: int


class RefuseChange(Command):
    """Refuse a change, with words."""

    words: Words


class WitnessSheet(Command):
    """The witness's word: the sheet is as it was signed, or it is not, and why."""

    agree: bool
    words: Words = ""


class SecondChecker(Command):
    """The second checker's word: the walk was made by both, or why it was not."""

    agree: bool
    words: Words = ""


class SheetLine(Message):
    """One signature."""

    staff: str
    name: str
    at: str


class SheetToWitness(Message):
    """A sign-in sheet that names the reader as its witness."""

    id: str
    day: str
    reason: str
    by: str
    by_name: str
    at: int
    lines: list[SheetLine]


class CheckToSecond(Message):
    """A walk that names the reader as its second checker."""

    id: str
    by: str
    by_name: str
    day: str
    started_at: int
    ended_at: int | None
    objected: bool
    marks: int
    problems: int
    """Marks that would become findings."""


class ToConfirm(Message):
    """Sheets and walks that wait for the reader's own word."""

    sheets: list[SheetToWitness]
    checks: list[CheckToSecond]
