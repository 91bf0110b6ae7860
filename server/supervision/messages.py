"""Messages of supervision: the wall of lamps, explanations, a calendar before it holds."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from server.cases.clocks import Clock
from server.cases.messages import CaseBrief, CaseText
from server.core.messages import Code, Command, Message
from server.supervision.rules import LampLevel
from server.supervision.signs import Sign

FIELD_WORDS = {
    "digest": ("文件校验码", "digest of the file"),
    "first": ("开始日期", "first day"),
    "last": ("结束日期", "last day"),
}
IsoDay = Annotated[str, StringConstraints(min_length=10, max_length=10)]
Digest = Annotated[str, StringConstraints(max_length=64, pattern=r"^[0-9a-fA-F]*$")]


class ExplanationKind(StrEnum):
    """Reason for signs of a period."""

    NETWORK = "network"
    """专网故障: the special network was down."""
    BATCH = "batch"
    """批量导入: a file of the superior system, by its digest."""
    OTHER = "other"


class UnitLamps(Message):
    """Open cases of a unit by their present colours."""

    unit: str
    unit_name: str
    open: int
    yellow: int
    red: int


class LampView(Message):
    """Clock of a case whose lamp is not green now."""

    clock: Clock
    level: LampLevel
    due: str
    days_left: int | None
    """Working days after today up to the due day; negative: overdue."""
    time: str
    """Time of the due day, HH:MM, of a case on the spot; else empty."""
    minutes_left: int | None
    """Minutes of opening hours up to it; negative: over."""
    since: str
    """ISO day of the first crossing; empty until it is written."""


class LitCase(Message):
    """Case with a lamp that is not green."""

    case: CaseBrief
    lamps: list[LampView]


class Wall(Message):
    """Wall of lamps: units, and the cases whose lamp is not green, the worst first."""

    today: str
    yellow_days: int
    yellow_minutes: int
    units: list[UnitLamps]
    cases: list[LitCase]
    more: int
    """Cases left out of the list."""


class SignView(Message):
    """Sign of a case outside the hall, with its figures in words."""

    sign: Sign
    unit: str
    unit_name: str
    words: str


class SignList(Message):
    """Signs of a day; those of a day that is over are proposed as findings as well."""

    day: str
    signs: list[SignView]


class Explain(Command):
    """Explanation of a unit for a period of ISO days."""

    kind: ExplanationKind
    first: IsoDay
    last: IsoDay
    words: Annotated[CaseText, StringConstraints(min_length=1)]
    digest: Digest = ""


class ExplanationView(Message):
    """Explanation that a unit gave."""

    id: str
    kind: ExplanationKind
    first: str
    last: str
    words: str
    digest: str
    at: int
    by_name: str


class ExplanationList(Message):
    """Explanations of the unit that one represents; `unit` empty: of none."""

    unit: str
    unit_name: str
    explanations: list[ExplanationView]


class PreviewCalendar(Command):
    """List of a year with a line per day or range, before it is imported."""

    year: Annotated[int, Field(ge=2000, le=2099)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class MovedDueDay(Message):
    """Due day that the calendar would move, and the changed day that moves it."""

    case: Code
    number: str
    clock: Clock
    before: str
    after: str
    because: str


class CalendarPreview(Message):
    """Due days of open cases that a calendar would move."""

    moved: list[MovedDueDay]
    more: int
    """Due days left out of the list."""
