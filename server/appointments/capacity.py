"""Seats of a day's slots: the plans' share of what the windows can serve by schedule.

How long a person takes is measured: the finished services of the plan's items in the last 60 days,
from the call to the end. A window that serves the items of several plans at the same time counts
for each of them in part.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from sqlalchemy import Connection

from server.appointments import plan_queries
from server.appointments.plan_queries import MeasuredItem, StoredClosure
from server.appointments.rules import (
    HOUR,
    NO_SEATS,
    Figures,
    Plan,
    clock_text,
    figures,
    in_force,
)
from server.appointments.settings import AppointmentSettings
from server.catalogue import hours as catalogue_hours
from server.catalogue.hours import Span
from server.catalogue.model import Catalogue, Item, Window
from server.core.settings import Settings
from server.hall.context import Context
from server.queue.number_ranges import windows_here
from server.queue.routing import entitled

MEASURED_DAYS = 60
MOST_CACHED = 2000
"""Most pairs of a plan's version and a day whose windows are cached."""
Spans = Mapping[str, tuple[Span, ...]]
"""Spans in which a window can serve any item of a plan, by window."""
Absent = Callable[[int], Collection[str]]
"""Returns the windows without a person at a minute of the day."""


def no_absence(_minute: int) -> Collection[str]:
    """Return no window: everybody is there."""
    return ()


@dataclass(frozen=True, slots=True)
class Slot:
    """Slot of a plan on a day, with its seats; `start` is a time such as 09:30."""

    plan: Plan
    day: str
    start: str
    figures: Figures

    @property
    def key(self) -> tuple[str, str, str]:
        """Day, plan and start: what the seats of the slot have in common."""
        return self.day, self.plan.id, self.start


@dataclass(slots=True)
class _Cache:
    """Windows of plans by the catalogue in force, and the services that were measured today."""

    catalogue: Catalogue | None = None
    settings: Settings | None = None
    spans: dict[tuple[str, int, str], Spans] = field(default_factory=dict)
    day: str = ""
    measured: dict[str, MeasuredItem] = field(default_factory=dict)


def _cache(ctx: Context) -> _Cache:
    cache = ctx.kept.setdefault(_Cache, _Cache())
    assert isinstance(cache, _Cache)
    return cache


def plans_on(ctx: Context, conn: Connection, day: date) -> list[Plan]:
    """Return the plans that have slots on a day."""
    weekday = ctx.workdays().weekday(day)
    versions = map(plan_queries.plan_of, plan_queries.plans(conn, ctx.hall_id))
    iso = day.isoformat()
    return [plan for plan in in_force(versions, iso) if plan.holds_on(iso, weekday)]


def items_of(catalogue: Catalogue, plan: Plan) -> list[Item]:
    """Return the items of a plan that the catalogue has."""
    return [item for item in catalogue.items if plan.covers(item.code, item.group)]


def measured(ctx: Context, conn: Connection) -> Mapping[str, MeasuredItem]:
    """Return the services of the last 60 days before today, by item; read once a day."""
    cache, today = _cache(ctx), ctx.local().date()
    if cache.day != today.isoformat():
        first = (today - timedelta(days=MEASURED_DAYS)).isoformat()
        last = (today - timedelta(days=1)).isoformat()
        cache.measured = plan_queries.measured(conn, ctx.hall_id, first, last)
        cache.day = today.isoformat()
    return cache.measured


def slots_of_day(
    ctx: Context,
    conn: Connection,
    day: date,
    plans: Sequence[Plan] | None = None,
    absent: Absent = no_absence,
) -> list[Slot]:
    """Return the slots of a day with their seats, in order; `plans`: instead of those in force.

    `absent`: windows without a person at a minute of the day, which the schedule does not know.
    """
    if plans is None:
        plans = plans_on(ctx, conn, day)
    if not plans:
        return []
    iso = day.isoformat()
    closures = plan_queries.closures(conn, ctx.hall_id, iso, iso)
    bases = [_Base(plan, _spans(ctx, plan, day), *_services(ctx, conn, plan)) for plan in plans]
    slots = [
        Slot(
            base.plan,
            iso,
            clock_text(start),
            _figures(ctx, base, start, bases, closures, absent(start)),
        )
        for base in bases
        for start in base.plan.starts()
    ]
    return sorted(slots, key=lambda slot: (slot.start, slot.plan.id))


@dataclass(frozen=True, slots=True)
class _Base:
    """Plan on a day: the windows that can serve its items, and its measured services."""

    plan: Plan
    spans: Spans
    services: int
    seconds: int


def _figures(
    ctx: Context,
    base: _Base,
    start: int,
    bases: Sequence[_Base],
    closures: Sequence[StoredClosure],
    absent: Collection[str],
) -> Figures:
    plan = base.plan
    own = [c for c in closures if c.plan in ("", plan.id) and c.start in ("", clock_text(start))]
    if any(not closure.window for closure in own):
        return NO_SEATS
    closed = {closure.window for closure in own} | set(absent)
    end = start + plan.step
    windows = Fraction(0)
    for window in _serving(base.spans, start, end):
        if window not in closed:
            sharing = sum(
                other.plan.opens < end and start < other.plan.closes and window in other.spans
                for other in bases
            )
            windows += Fraction(1, sharing)
    settings = ctx.settings().of(AppointmentSettings)
    return figures(
        windows=windows,
        step=plan.step,
        share=plan.share,
        services=base.services,
        seconds_in_all=base.seconds,
        minutes_unmeasured=settings.appointment_unmeasured_minutes,
        first_seats=settings.appointment_first_seats,
    )


def _services(ctx: Context, conn: Connection, plan: Plan) -> tuple[int, int]:
    """Return the number of measured services of a plan's items, and their seconds in all."""
    rows = measured(ctx, conn)
    services = [rows[item.code] for item in items_of(ctx.catalogue(), plan) if item.code in rows]
    return sum(row.services for row in services), sum(row.total for row in services) // 1000


def _serving(spans: Spans, start: int, end: int) -> list[str]:
    """Return the windows that can serve through the minutes from `start` to `end`."""
    opens, closes = _time(start), _time(end)
    return [
        window
        for window, own in spans.items()
        if any(span.opens <= opens and closes <= span.closes for span in own)
    ]


def _time(minute: int) -> time:
    return time(minute // HOUR, minute % HOUR)


def _spans(ctx: Context, plan: Plan, day: date) -> Spans:
    cache, catalogue = _cache(ctx), ctx.catalogue()
    settings = ctx.settings()
    is_old = cache.catalogue is not catalogue or cache.settings is not settings
    if is_old or len(cache.spans) >= MOST_CACHED:
        cache.catalogue, cache.settings, cache.spans = catalogue, settings, {}
    key = plan.id, plan.n, day.isoformat()
    if plan.n == 0:  # a draft that is shown before it is stored
        return _computed_spans(ctx, plan, day)
    if key not in cache.spans:
        cache.spans[key] = _computed_spans(ctx, plan, day)
    return cache.spans[key]


def _windows(ctx: Context, site: str, day: date) -> Sequence[Window]:
    """Return the windows of a building whose appointments this server keeps; "": of all.

    None of a building that is not listed any more, or of one with a branch server.
    """
    catalogue = ctx.catalogue()
    if site and site not in catalogue.site_by:
        return ()
    return windows_here(catalogue.at(site), ctx.settings(), day.isoformat())


def _computed_spans(ctx: Context, plan: Plan, day: date) -> Spans:
    catalogue = ctx.catalogue()
    result: dict[str, tuple[Span, ...]] = {}
    items = items_of(catalogue, plan)
    noon = datetime.combine(day, time(12))
    for window in _windows(ctx, plan.site, day):
        own = {
            span
            for item in items
            if entitled(catalogue, window, item, noon)
            for span in catalogue_hours.item_spans(catalogue, item.code, window.code, day)
        }
        if own:
            result[window.code] = tuple(sorted(own))
    return result
