"""Lamps: when a clock crosses a threshold, and which colour a case shows now.

The first crossing is a fact and stays, also if an extension later moves the due day; the present
colour is computed. Lamps read the earliest of the due days: in doubt they warn sooner.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from server.core.working_days import Workdays


class LampLevel(StrEnum):
    """LampLevel of a lamp."""

    YELLOW = "yellow"
    RED = "red"


def crossing_day(level: LampLevel, due: date, calendar: Workdays, yellow_days: int) -> date:
    """Return the day from which a lamp has a level.

    Yellow: the `yellow_days`-th working day before the due day; red: the day after the due day.
    """
    if level is LampLevel.RED:
        return due + timedelta(days=1)
    day, remaining = due, yellow_days
    while remaining > 0:
        day -= timedelta(days=1)
        remaining -= calendar.works(day)
    return day


def colour(due: str, today: date, calendar: Workdays, yellow_days: int) -> LampLevel | None:
    """Return the colour that a clock with an ISO due day shows today; None: green, or no day."""
    if not due:
        return None
    day = date.fromisoformat(due)
    for level in (LampLevel.RED, LampLevel.YELLOW):
        if today >= crossing_day(level, day, calendar, yellow_days):
            return level
    return None


def horizon(today: date, calendar: Workdays, yellow_days: int) -> date:
    """Return the last due day whose lamp is not green today."""
    day, remaining = today, yellow_days
    while remaining > 0:
        day += timedelta(days=1)
        remaining -= calendar.works(day)
    # Days of rest behind it are due days of no clock, but cost nothing.
    return day
