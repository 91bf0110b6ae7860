"""Due days and times as texts: an ISO day, or an ISO minute of the hall's wall clock.

As texts they are in the order of time: a day comes before its minutes, and these before the next
day.
"""

from __future__ import annotations

from datetime import datetime

DAY_LENGTH = len("2026-01-01")


def minute_text(moment: datetime | None) -> str:
    """Return a minute of the hall's wall clock; "" for none."""
    return moment.isoformat(timespec="minutes") if moment else ""


def day_of(due: str) -> str:
    """Return the ISO day of a due day or time."""
    return due[:DAY_LENGTH]


def time_of(due: str) -> str:
    """Return the time of day of a due time as HH:MM; "" for a due day."""
    return due[DAY_LENGTH + 1 :]


def end_of(day: str) -> str:
    """Return a text after every minute of an ISO day and before the next one."""
    return f"{day}T24"
