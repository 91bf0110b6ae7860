"""Lamps: when a clock crosses a threshold, and which colour a case shows now.

The first crossing is a fact and stays, also if an extension later moves the due day; the present
colour is computed. Lamps read the earliest of the due days: in doubt they warn sooner. Due days and
times, and crossings, are texts in the order of time (`server.cases.due_texts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.cases.due_texts import end_of, minute_text, time_of
from server.cases.hall_minutes import (
    MINUTE,
    OpeningHours,
    SpotTime,
    due_minute,
    minutes_before,
)
from server.core.working_days import Workdays


class LampLevel(StrEnum):
    """LampLevel of a lamp."""

    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class LampRule:
    """Thresholds in force, with the calendar and the hours by which they are counted."""

    calendar: Workdays
    hours: OpeningHours
    yellow_days: int
    """Working days before a due day from which a lamp is yellow."""
    yellow_minutes: int
    """Minutes of opening hours before a due time from which a lamp is yellow."""

    def crossing(self, level: LampLevel, due: str) -> str:
        """Return the day, or the minute of a case on the spot, from which a lamp has a level.

        Red: the day after the due day, the minute after the due time.
        """
        if time_of(due):
            moment = datetime.fromisoformat(due)
            if level is LampLevel.RED:
                return minute_text(moment + MINUTE)
            return minute_text(minutes_before(moment, self.yellow_minutes, self.hours))
        day = date.fromisoformat(due)
        if level is LampLevel.RED:
            return (day + timedelta(days=1)).isoformat()
        remaining = self.yellow_days
        while remaining > 0:
            day -= timedelta(days=1)
            remaining -= self.calendar.works(day)
        return day.isoformat()

    def has_crossed(self, level: LampLevel, due: str, now: datetime) -> bool:
        """Return True if a lamp has a level, or had it before."""
        return minute_text(now) >= self.crossing(level, due)

    def colour(self, due: str, now: datetime) -> LampLevel | None:
        """Return the colour that a clock shows now; None: green, or nothing is due."""
        if not due:
            return None
        levels = (LampLevel.RED, LampLevel.YELLOW)
        return next((level for level in levels if self.has_crossed(level, due, now)), None)

    def horizon(self, now: datetime) -> str:
        """Return a text after the last due day or time whose lamp is not green now."""
        day, remaining = now.date(), self.yellow_days
        while remaining > 0:
            day += timedelta(days=1)
            remaining -= self.calendar.works(day)
        # Days of rest behind it are due days of no clock, but cost nothing.
        minute = now.replace(second=0, microsecond=0)
        spot = due_minute(SpotTime(minute), self.yellow_minutes + 1, self.hours)
        return max(end_of(day.isoformat()), minute_text(spot))
