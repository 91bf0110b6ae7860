"""The working-day calendar: seeded for the years that are known, imported yearly by the office.

Reading a day never asks a package: what is not in the hall's table is not known, and said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from server.domain.catalogue import SpecialDay
from server.domain.workdays import Workdays, workdays_of
from server.services.bus import AttendanceChanged, HallChanged
from server.services.context import SYSTEM, Actor, Context, JsonDict, note
from server.services.seen import NOTHING, still
from server.storage import calendar
from server.storage.store import Tx

SEED_FROM = 2020
"""Older years are of no use to a hall that begins now."""
SEEDED = "chinesecalendar"


def workdays(ctx: Context) -> Workdays:
    """The hall's working days, its own special days included."""
    return workdays_of(ctx.catalogue(), ctx.calendar_years(), ctx.weeks())


@dataclass(frozen=True, slots=True)
class Missing:
    """A year without a calendar; `now`: it is the running one."""

    year: int
    now: bool


def missing(ctx: Context, today: date) -> list[Missing]:
    """The years that should be there by now and are not, the worst first."""
    known = ctx.calendar_years()
    found = [] if today.year in known else [Missing(today.year, True)]
    due = today.month >= ctx.settings().calendar_warn_month
    if due and today.year + 1 not in known:
        found.append(Missing(today.year + 1, False))
    return found


def put_year(
    ctx: Context,
    actor: Actor,
    year: int,
    days: Iterable[SpecialDay],
    source: str,
    seen: Mapping[str, object] = NOTHING,
) -> int:
    """Replace a year's calendar as a whole; returns its number of days.

    Days that are over read as they did until a second person has confirmed it. `seen`: when the
    year that was shown had been imported. Raises CHANGED_MEANWHILE.
    """
    kept = tuple(days)
    asked: JsonDict = {
        "act": "calendar.import",
        "year": year,
        "days": [[d.day.isoformat(), d.opens, d.note, d.like_weekday] for d in kept],
        "source": source,
    }

    def act(tx: Tx) -> JsonDict:
        rows = calendar.of_year(tx.conn, tx.hall_id, year)
        still(seen, {"imported_at": rows[0].at if rows else None})
        before = workdays(ctx.inside(tx))
        count = _put(tx, actor, year, kept, source)
        tx.events.append(HallChanged("calendar", {"year": year}))
        days = differing(before, workdays(ctx.inside(tx)))
        if days:
            tx.events.append(AttendanceChanged(days))
        return {"count": count}

    return int(ctx.guarded(actor, asked, act)["count"])


def differing(before: Workdays, after: Workdays) -> tuple[str, ...]:
    """The special days, ISO, that are worked otherwise, or after another weekday's rule."""
    days = {one.day for one in (*before.state, *before.own, *after.state, *after.own)}
    return tuple(
        day.isoformat() for day in sorted(days) if before.weekday(day) != after.weekday(day)
    )


def _put(tx: Tx, actor: Actor, year: int, days: tuple[SpecialDay, ...], source: str) -> int:
    count = calendar.put_year(tx, year, days, source, actor.key)
    off = sum(not d.opens for d in days)
    data = {"off": off, "on": count - off, "source": source}
    note(tx, actor, "calendar.import", str(year), data=data)
    return count


def seed(ctx: Context) -> int:
    """Take over the years that the package knows and the hall does not; returns how many."""
    known = ctx.read(lambda c: calendar.years(c, ctx.hall_id))
    fresh = {year: days for year, days in _packaged().items() if year not in known}
    if not fresh:
        return 0

    def act(tx: Tx) -> int:
        for year, days in sorted(fresh.items()):
            _put(tx, SYSTEM, year, tuple(days), SEEDED)
        tx.events.append(HallChanged("calendar"))
        return len(fresh)

    return ctx.write(act)


def _packaged() -> dict[int, list[SpecialDay]]:
    """The package's days by year, with the weekday that each make-up day stands for.

    The package lists the days given off in exchange in the order of the make-up days of the same
    festival and year; where the numbers do not match the weekday is left to the setting.
    """
    from chinese_calendar import constants  # noqa: PLC0415 - 40 ms, once a start

    names = {h.value: h.chinese for h in constants.Holiday}
    found: dict[int, list[SpecialDay]] = {}
    for day, name in constants.holidays.items():
        if day.year >= SEED_FROM:
            found.setdefault(day.year, []).append(SpecialDay(day, False, names[name]))
    swaps: dict[tuple[int, str], list[date]] = {}
    for day, name in constants.in_lieu_days.items():
        swaps.setdefault((day.year, name), []).append(day)
    for (year, name), worked in _by_festival(constants.workdays).items():
        off = swaps.get((year, name), [])
        paired = [d.isoweekday() for d in sorted(off)] if len(off) == len(worked) else []
        for index, day in enumerate(sorted(worked)):
            like = paired[index] if paired and paired[index] <= 5 else 0
            found.setdefault(year, []).append(SpecialDay(day, True, f"{names[name]}调休上班", like))
    return found


def _by_festival(days: dict[date, str]) -> dict[tuple[int, str], list[date]]:
    found: dict[tuple[int, str], list[date]] = {}
    for day, name in days.items():
        if day.year >= SEED_FROM:
            found.setdefault((day.year, name), []).append(day)
    return found
