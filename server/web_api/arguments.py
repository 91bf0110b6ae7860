"""Days, weeks and numbers in the address of a request."""

from __future__ import annotations

from datetime import date

from flask import request

from server.core.errors import CommonCode, HallError
from server.core.weeks import Week, parse_week

OLDEST, NEWEST = 2000, 2099


def check_year_range(day: date, field: str = "day") -> date:
    """Return the day; raises INVALID if it is so far off that date arithmetic could fail."""
    if not OLDEST <= day.year <= NEWEST:
        raise HallError(CommonCode.INVALID, field=field)
    return day


def day_argument(name: str, default: date) -> date:
    """Return a day from the request's query string; raises INVALID."""
    text = request.args.get(name, "")
    try:
        return check_year_range(date.fromisoformat(text), name) if text else default
    except ValueError:
        raise HallError(CommonCode.INVALID, field=name) from None


def day_of(text: str, field: str = "day") -> date:
    """Return the date of an ISO day; raises INVALID."""
    try:
        return check_year_range(date.fromisoformat(text), field)
    except ValueError:
        raise HallError(CommonCode.INVALID, field=field) from None


def whole_argument(name: str, default: int = 0, most: int = 10**7) -> int:
    """Return a number from 0 to `most` from the request's query string; raises INVALID."""
    text = request.args.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        raise HallError(CommonCode.INVALID, field=name)
    if int(text) > most:
        raise HallError(CommonCode.INVALID, field=name)
    return int(text)


def week_argument(text: str, field: str = "week") -> Week:
    """Return the week of a text such as 2026-W47; raises INVALID."""
    try:
        week = parse_week(text)
        check_year_range(week.first, field)
    except ValueError:
        raise HallError(CommonCode.INVALID, field=field) from None
    return week
