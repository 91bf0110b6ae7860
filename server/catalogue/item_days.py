"""Days on which each building serves an item, for windows that travel (流动窗口). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from server.catalogue.hours import Span, item_spans, item_weekday_spans, next_opening
from server.catalogue.model import Catalogue, OpenLine, Scope, Site, Window

WEEK = range(1, 8)


def by_nearness(
    catalogue: Catalogue, item: str, windows: Sequence[Window], now: datetime
) -> list[Site]:
    """Return the buildings of some windows, those that serve an item on the nearest day first.

    Of the same day in the order of the catalogue. `windows`: those entitled to the item.
    """
    codes = codes_by_site(catalogue, windows)
    places = [site for site in catalogue.sites if site.code in codes]
    if len(places) <= 1:
        return places
    return sorted(places, key=lambda site: _nearest_day(catalogue, item, codes[site.code], now))


def _nearest_day(catalogue: Catalogue, item: str, codes: Sequence[str], now: datetime) -> date:
    if serves_on(catalogue, item, codes, now):
        return now.date()
    opens = next_opening(catalogue, item, codes, now)
    return opens.date() if opens is not None else date.max


def serves_on(catalogue: Catalogue, item: str, codes: Iterable[str], now: datetime) -> bool:
    """Return True if one of the windows serves an item now or later on that day."""
    day = now.date()
    spans = (span for code in codes for span in item_spans(catalogue, item, code, day))
    return any(now.time() < span.closes for span in spans)


def codes_by_site(catalogue: Catalogue, windows: Iterable[Window]) -> dict[str, list[str]]:
    """Return the codes of some windows by their building."""
    codes: dict[str, list[str]] = {}
    for window in windows:
        codes.setdefault(catalogue.site_of_window(window.code), []).append(window.code)
    return codes


def week_lines(catalogue: Catalogue, item: str, codes: Sequence[str]) -> list[OpenLine]:
    """Return the hours in which one of the windows serves an item in an ordinary week."""
    weekdays: dict[Span, set[int]] = {}
    for weekday in WEEK:
        for span in item_weekday_spans(catalogue, item, codes, weekday):
            weekdays.setdefault(span, set()).add(weekday)
    in_order = sorted(weekdays.items(), key=lambda entry: (sorted(entry[1]), entry[0]))
    return [
        OpenLine(Scope.ITEM, item, frozenset(days), span.opens, span.closes)
        for span, days in in_order
    ]
