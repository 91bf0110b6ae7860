"""Working-day calendar: seeded once for the years a package covers, imported yearly by the office.

Days are read from the hall's table only, never from the package. A year that is missing in the
table is reported as missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from server.catalogue import calendar_queries
from server.core.actors import SYSTEM, Actor
from server.core.edit_conflicts import NOT_SHOWN, require_unchanged
from server.core.events import AttendanceChanged, HallChanged
from server.core.settings import CalendarSettings
from server.core.store import Tx
from server.core.working_days import SpecialDay, Workdays
from server.hall.context import Context, JsonDict, write_journal

SEED_FROM = 2020
"""First year that is seeded; a hall that starts now needs no older ones."""
SEEDED = "chinesecalendar"


@dataclass(frozen=True, slots=True)
class Missing:
    """Year without a calendar; `now`: True for the current year."""

    year: int
    now: bool


def missing(ctx: Context, today: date) -> list[Missing]:
    """Return the years whose calendar is due but missing, the most urgent first."""
    imported_years = ctx.calendar_years()
    gaps = [] if today.year in imported_years else [Missing(today.year, True)]
    due = today.month >= ctx.settings().of(CalendarSettings).calendar_warn_month
    if due and today.year + 1 not in imported_years:
        gaps.append(Missing(today.year + 1, False))
    return gaps


def put_year(
    ctx: Context,
    actor: Actor,
    year: int,
    days: Iterable[SpecialDay],
    source: str,
    seen: Mapping[str, object] = NOT_SHOWN,
) -> int:
    """Replace the calendar of a year as a whole; return its number of days.

    Past days keep their verdicts until a second person confirms the change. `seen`: the import time
    of the year as shown to the person. Raises CHANGED_MEANWHILE.
    """
    year_days = tuple(days)
    request: JsonDict = {
        "act": "calendar.import",
        "year": year,
        "days": [[d.day.isoformat(), d.opens, d.note, d.like_weekday] for d in year_days],
        "source": source,
    }

    def act(tx: Tx) -> JsonDict:
        rows = calendar_queries.of_year(tx.conn, tx.hall_id, year)
        require_unchanged(seen, {"imported_at": rows[0].at if rows else None})
        before = ctx.within(tx).workdays()
        count = _put(tx, actor, year, year_days, source)
        tx.events.append(HallChanged("calendar", {"year": year}))
        days = differing(before, ctx.within(tx).workdays())
        if days:
            tx.events.append(AttendanceChanged(days))
        return {"count": count}

    return int(ctx.guarded(actor, request, act)["count"])


def differing(before: Workdays, after: Workdays) -> tuple[str, ...]:
    """Return the special days, ISO, whose working state or weekday rule differs."""
    days = {special.day for special in (*before.state, *before.own, *after.state, *after.own)}
    return tuple(
        day.isoformat() for day in sorted(days) if before.weekday(day) != after.weekday(day)
    )


def _put(tx: Tx, actor: Actor, year: int, days: tuple[SpecialDay, ...], source: str) -> int:
    count = calendar_queries.put_year(tx, year, days, source, actor.key)
    off = sum(not d.opens for d in days)
    data = {"off": off, "on": count - off, "source": source}
    write_journal(tx, actor, "calendar.import", str(year), data=data)
    return count


def seed(ctx: Context) -> int:
    """Import the years that the package covers and the hall does not; return their number."""
    imported_years = ctx.read(lambda c: calendar_queries.years(c, ctx.hall_id))
    new_years = {year: days for year, days in _packaged().items() if year not in imported_years}
    if not new_years:
        return 0

    def act(tx: Tx) -> int:
        for year, days in sorted(new_years.items()):
            _put(tx, SYSTEM, year, days, SEEDED)
        tx.events.append(HallChanged("calendar"))
        return len(new_years)

    return ctx.write(act)


@cache
def _packaged() -> Mapping[int, tuple[SpecialDay, ...]]:
    """Return the package's days by year, with the weekday that each make-up day replaces.

    The package lists the days given off in exchange in the order of the make-up days of the same
    festival and year. If the numbers do not match, the weekday is left to the setting.
    """
    from chinese_calendar import constants  # noqa: PLC0415 - 40 ms, once a start

    names = {h.value: h.chinese for h in constants.Holiday}
    days_by_year: dict[int, list[SpecialDay]] = {}
    for day, name in constants.holidays.items():
        if day.year >= SEED_FROM:
            days_by_year.setdefault(day.year, []).append(SpecialDay(day, False, names[name]))
    swaps: dict[tuple[int, str], list[date]] = {}
    for day, name in constants.in_lieu_days.items():
        swaps.setdefault((day.year, name), []).append(day)
    for (year, name), makeup_days in _by_festival(constants.workdays).items():
        off = swaps.get((year, name), [])
        weekdays = [d.isoweekday() for d in sorted(off)] if len(off) == len(makeup_days) else []
        for index, day in enumerate(sorted(makeup_days)):
            like = weekdays[index] if weekdays and weekdays[index] <= 5 else 0
            days_by_year.setdefault(year, []).append(
                SpecialDay(day, True, f"{names[name]}调休上班", like)
            )
    return {year: tuple(days) for year, days in days_by_year.items()}


def _by_festival(days: dict[date, str]) -> dict[tuple[int, str], list[date]]:
    by_festival: dict[tuple[int, str], list[date]] = {}
    for day, name in days.items():
        if day.year >= SEED_FROM:
            by_festival.setdefault((day.year, name), []).append(day)
    return by_festival
