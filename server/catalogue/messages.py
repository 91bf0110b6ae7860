"""Messages of the working calendar."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from server.wire.base import Edit, Message


class StateDay(Message):
    """Holiday or make-up working day. `own` marks the hall's own special day, which wins."""

    day: str
    opens: bool
    note: str
    like_weekday: int
    own: bool


class CalendarYear(Message):
    """One year of the working calendar."""

    year: int
    known: bool
    source: str
    imported_at: int | None
    week: list[int]
    """ISO weekdays worked in an ordinary week."""
    days: list[StateDay]
    working_days: list[int]
    """Number of working days of each month."""
    years: list[int]
    missing: list[int]


class ImportCalendar(Edit):
    """List of a year with a line per day or range: day, 休 or 班, name."""

    year: int = Field(ge=2000, le=2099)
    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class CalendarTaken(Message):
    """Result of a calendar import."""

    year: int
    off: int
    on: int
