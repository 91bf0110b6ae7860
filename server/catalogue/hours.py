"""Opening hours of the hall, its windows and items, as wall-clock times of the hall's zone.

Takes local naive datetimes or dates; uses no clock and no zone data. If a building, window or item
has opening lines of its own, they replace the hall's on every weekday: a temporary window with
lines for Tuesday only is closed on Monday. A window without own lines has those of its building.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from server.catalogue.model import Catalogue, OpenLine, Scope
from server.core.working_days import SpecialDay

LOOK_AHEAD_DAYS = 14


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Time from `opens` to `closes`, the latter excluded."""

    opens: time
    closes: time

    def holds(self, moment: time) -> bool:
        """Return True if `moment` lies inside."""
        return self.opens <= moment < self.closes


def weekday_of(catalogue: Catalogue, day: date) -> int | None:
    """Return the ISO weekday whose hours apply on `day`; None on a holiday."""
    special = catalogue.special_day(day)
    if special is None:
        return day.isoweekday()
    return special.like_weekday if special.opens else None


def _lines(catalogue: Catalogue, scope: Scope, subject: str) -> list[OpenLine]:
    return [h for h in catalogue.hours if h.scope is scope and h.subject == subject]


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.opens <= result[-1].closes:
            result[-1] = Span(result[-1].opens, max(result[-1].closes, span.closes))
        else:
            result.append(span)
    return tuple(result)


def _crossed(first_spans: tuple[Span, ...], second_spans: tuple[Span, ...]) -> tuple[Span, ...]:
    overlaps = (
        Span(max(a.opens, b.opens), min(a.closes, b.closes))
        for a in first_spans
        for b in second_spans
    )
    return _merged(s for s in overlaps if s.opens < s.closes)


def hall_spans(catalogue: Catalogue, day: date) -> tuple[Span, ...]:
    """Return the opening spans of the hall on `day`."""
    return _spans(catalogue, Scope.HALL, "", day)


@dataclass(frozen=True, slots=True)
class HoursStep:
    """The hall's own opening lines and special days in force from a day on."""

    since: date
    lines: tuple[OpenLine, ...]
    special_days: tuple[SpecialDay, ...]


@dataclass(frozen=True)
class PastHours:
    """Opening hours of the hall as they were on each day.

    A day has the hours that were in force at its end; days before the first step have that step's,
    days to come the last one's. So a change of hours never moves what was counted before it.
    """

    steps: tuple[HoursStep, ...]
    """In order, at least one."""
    state_days: tuple[SpecialDay, ...] = ()

    @cached_property
    def _state_by_day(self) -> Mapping[date, SpecialDay]:
        return {s.day: s for s in self.state_days}

    def spans(self, day: date) -> tuple[Span, ...]:
        """Return the opening spans of a day."""
        place = bisect_right(self.steps, day, key=lambda step: step.since)
        return self._spans(self.steps[max(0, place - 1)], day)

    def _spans(self, step: HoursStep, day: date) -> tuple[Span, ...]:
        own = next((s for s in step.special_days if s.day == day), None)
        special = own or self._state_by_day.get(day)
        weekday: int | None = day.isoweekday()
        if special is not None:
            weekday = special.like_weekday if special.opens else None
        return _merged(Span(h.opens, h.closes) for h in step.lines if weekday in h.weekdays)

    def basis(self) -> list[object]:
        """Return what the spans follow from, besides the State Council's days, for a digest."""
        return [
            [
                step.since.isoformat(),
                [
                    [sorted(h.weekdays), h.opens.isoformat(), h.closes.isoformat()]
                    for h in step.lines
                ],
                [[s.day.isoformat(), s.opens, s.like_weekday] for s in step.special_days],
            ]
            for step in self.steps
        ]


def past_hours(
    versions: Iterable[tuple[int, tuple[OpenLine, ...], tuple[SpecialDay, ...]]],
    state_days: tuple[SpecialDay, ...],
    day_of: Callable[[int], date],
) -> PastHours:
    """Return the hours over time from the versions' times (ms), opening lines and special days.

    Of several versions of one day the last counts. `day_of` returns the day of a time.
    """
    steps = {day_of(at): HoursStep(day_of(at), lines, days) for at, lines, days in versions}
    return PastHours(tuple(steps.values()), state_days)


def _spans(catalogue: Catalogue, scope: Scope, subject: str, day: date) -> tuple[Span, ...]:
    return _open_on(catalogue, _lines(catalogue, scope, subject), day)


def _open_on(catalogue: Catalogue, lines: Iterable[OpenLine], day: date) -> tuple[Span, ...]:
    weekday = weekday_of(catalogue, day)
    return _merged(Span(h.opens, h.closes) for h in lines if weekday in h.weekdays)


def site_lines(catalogue: Catalogue, site: str) -> list[OpenLine]:
    """Return the opening lines of a building: its own, otherwise the hall's."""
    own = _lines(catalogue, Scope.SITE, site) if site else []
    return own or _lines(catalogue, Scope.HALL, "")


def site_spans(catalogue: Catalogue, site: str, day: date) -> tuple[Span, ...]:
    """Return the opening spans of a building on `day`; the hall's for no building."""
    return _open_on(catalogue, site_lines(catalogue, site), day)


def window_lines(catalogue: Catalogue, window: str) -> list[OpenLine]:
    """Return the opening lines of a window: its own, otherwise those of its building."""
    if own := _lines(catalogue, Scope.WINDOW, window):
        return own
    only = catalogue.sites[0].code if len(catalogue.sites) == 1 else ""
    return site_lines(catalogue, only or catalogue.site_of_window(window))


def window_spans(catalogue: Catalogue, window: str, day: date) -> tuple[Span, ...]:
    """Return the opening spans of a window on `day`: its own, its building's, or the hall's."""
    return _open_on(catalogue, window_lines(catalogue, window), day)


def item_spans(catalogue: Catalogue, item: str, window: str, day: date) -> tuple[Span, ...]:
    """Return the spans in which `window` serves `item` on `day`.

    The window's spans, intersected with the item's own if it has any.
    """
    spans = window_spans(catalogue, window, day)
    if _lines(catalogue, Scope.ITEM, item):
        return _crossed(spans, _spans(catalogue, Scope.ITEM, item, day))
    return spans


def item_weekday_spans(
    catalogue: Catalogue, item: str, windows: Iterable[str], weekday: int
) -> tuple[Span, ...]:
    """Return the spans of an ordinary weekday in which one of `windows` serves `item`."""
    lines = (line for code in windows for line in window_lines(catalogue, code))
    spans = _merged(Span(h.opens, h.closes) for h in lines if weekday in h.weekdays)
    if own := _lines(catalogue, Scope.ITEM, item):
        of_item = _merged(Span(h.opens, h.closes) for h in own if weekday in h.weekdays)
        return _crossed(spans, of_item)
    return spans


def open_at(spans: tuple[Span, ...], moment: time) -> bool:
    """Return True if any span includes `moment`."""
    return any(s.holds(moment) for s in spans)


def last_close(catalogue: Catalogue, day: date) -> time | None:
    """Return the time when the last window (or the hall) closes on `day`; None if all is closed."""
    ends = [s.closes for s in hall_spans(catalogue, day)]
    for window in catalogue.windows:
        ends += [s.closes for s in window_spans(catalogue, window.code, day)]
    return max(ends, default=None)


def hall_opens(catalogue: Catalogue, now: datetime, site: str = "") -> datetime | None:
    """Return the next time after `now` at which the hall opens, within two weeks, or None.

    `site`: a building with hours of its own.
    """
    for ahead in range(LOOK_AHEAD_DAYS + 1):
        day = now.date() + timedelta(days=ahead)
        for span in site_spans(catalogue, site, day):
            start = datetime.combine(day, span.opens)
            if start > now:
                return start
    return None


def next_opening(
    catalogue: Catalogue, item: str, windows: Iterable[str], now: datetime
) -> datetime | None:
    """Return the next time within two weeks at which one of `windows` serves `item`, or None."""
    codes = tuple(windows)
    for ahead in range(LOOK_AHEAD_DAYS + 1):
        day = now.date() + timedelta(days=ahead)
        starts = [
            datetime.combine(day, span.opens)
            for code in codes
            for span in item_spans(catalogue, item, code, day)
        ]
        later = [s for s in starts if s > now]
        if later:
            return min(later)
    return None


def weekdays_of(catalogue: Catalogue, windows: Iterable[str]) -> tuple[int, ...]:
    """Return the ISO weekdays on which one of `windows` is open in an ordinary week."""
    days: set[int] = set()
    for code in windows:
        for line in window_lines(catalogue, code):
            days |= line.weekdays
    return tuple(sorted(days))
