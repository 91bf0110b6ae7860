"""Routing: the windows that can serve an item now and today, or the reason why there is none.

Pure: the caller passes the catalogue, the hall's local time, the window sessions and the
settings. A `Route` guarantees at least one signed-in, open, unpaused window that serves the item.
Every other case is a `HallError` whose code names the case and whose data says where to go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.catalogue import hours as catalogue_hours
from server.catalogue.model import Catalogue, Handling, Item, Presence, Staff, Window, WindowKind
from server.core.errors import ErrorCode, HallError
from server.core.settings import Settings
from server.queue.errors import QueueCode
from server.queue.settings import NumberSettings

ROUTING = (
    QueueCode.ITEM_UNKNOWN,
    QueueCode.UNIT_WITHDRAWN,
    QueueCode.CONSULT_ONLY,
    QueueCode.ELSEWHERE,
    QueueCode.OTHER_DAY,
    QueueCode.NOT_YET_OPEN,
    QueueCode.CLOSED_BREAK,
    QueueCode.CLOSED_TODAY,
    QueueCode.AFTER_LAST_TICKET,
    QueueCode.ALL_PAUSED,
    QueueCode.NOBODY_SIGNED_IN,
    QueueCode.NO_WINDOW,
    QueueCode.CLASS_UNKNOWN,
    QueueCode.NUMBERS_EXHAUSTED,
    QueueCode.KIOSK_PACE,
    QueueCode.NUMBERS_AT_DESK,
    QueueCode.QUOTA_FULL,
)
"""Error codes for which no number is issued."""
MOST_CACHED = 20_000
"""Most pairs of item and day of a catalogue whose entitled windows are cached."""


@dataclass(frozen=True, slots=True)
class WindowSession:
    """Window session: a person signed in to a window."""

    window: str
    staff: str
    paused: bool = False


WindowSessions = Mapping[str, WindowSession]


@dataclass(frozen=True, slots=True)
class Route:
    """Windows that serve the item: `now` are staffed and open, `today` also includes the others."""

    now: tuple[str, ...]
    today: tuple[str, ...]
    closes: datetime
    """Local time at which the last of `now` closes."""


def windows_for(catalogue: Catalogue, item: Item, now: datetime) -> tuple[Window, ...]:
    """Return every window entitled to the item that day, as its unit's own or by a mandate."""
    return tuple(_windows_by_code(catalogue, item, now.date()).values())


def _windows_by_code(catalogue: Catalogue, item: Item, day: date) -> Mapping[str, Window]:
    """Return the windows entitled to an item on a day, in the order of the catalogue.

    Cached with the catalogue: a choice examines every lane, and a catalogue never changes.
    """
    if catalogue.item_by.get(item.code) is not item:  # of another catalogue version
        return _entitled_windows(catalogue, item, day)
    cache = catalogue.entitled_windows
    windows = cache.get((item.code, day))
    if windows is None:
        if len(cache) >= MOST_CACHED:
            cache.clear()
        windows = cache[item.code, day] = _entitled_windows(catalogue, item, day)
    return windows


def _entitled_windows(catalogue: Catalogue, item: Item, day: date) -> dict[str, Window]:
    mandated = {code for m in catalogue.mandates_of(item.code, day) for code in m.windows}
    return {w.code: w for w in catalogue.windows if _entitled(w, item, mandated)}


def _entitled(window: Window, item: Item, mandated: set[str]) -> bool:
    if window.kind is WindowKind.COMPREHENSIVE:
        return window.code in mandated
    return item.unit in window.units and (not window.items or item.code in window.items)


def entitled(catalogue: Catalogue, window: Window, item: Item, now: datetime) -> bool:
    """Return True if `window` may serve `item` on that day, at any hour."""
    if item.handling is not Handling.ACCEPTED:
        return False
    return window.code in _windows_by_code(catalogue, item, now.date())


def can_serve(catalogue: Catalogue, window: Window, item: Item, now: datetime) -> bool:
    """Return True if `window` is entitled to `item` today and both are open at `now`."""
    if not entitled(catalogue, window, item, now):
        return False
    spans = catalogue_hours.item_spans(catalogue, item.code, window.code, now.date())
    return catalogue_hours.open_at(spans, now.time())


def route(
    catalogue: Catalogue,
    item_code: str,
    now: datetime,
    sessions: WindowSessions,
    settings: Settings,
) -> Route:
    """Return the windows that can serve `item_code`, or raise HallError with the case."""
    item = catalogue.item_by.get(item_code)
    if item is None:
        raise HallError(QueueCode.ITEM_UNKNOWN, item=item_code)
    _check_offered(catalogue, item)
    entitled = windows_for(catalogue, item, now)
    if not entitled:
        raise HallError(QueueCode.NO_WINDOW, item=item.code)
    codes = [w.code for w in entitled]
    opening = _opening_windows(catalogue, item, codes, now, settings)
    closes = max(closing for _, closing in opening.values())
    if now > closes - timedelta(minutes=settings.of(NumberSettings).last_ticket_minutes):
        raise HallError(QueueCode.AFTER_LAST_TICKET, **_again(catalogue, item, codes, now))
    staffed = [c for c in opening if c in sessions]
    if not staffed:
        raise HallError(QueueCode.NOBODY_SIGNED_IN, windows=list(opening))
    ready = tuple(c for c in staffed if not sessions[c].paused)
    if not ready:
        raise HallError(QueueCode.ALL_PAUSED, windows=staffed)
    return Route(ready, tuple(codes), max(opening[c][1] for c in ready))


def _check_offered(catalogue: Catalogue, item: Item) -> None:
    unit = catalogue.unit_by[item.unit]
    facts = {"item": item.code, "unit": unit.name, "place": unit.place, "phone": unit.phone}
    facts["unit_en"], facts["place_en"] = unit.name_en, unit.place_en
    if unit.presence is Presence.WITHDRAWN:
        raise HallError(QueueCode.UNIT_WITHDRAWN, **facts)
    if unit.presence is Presence.ELSEWHERE:
        raise HallError(QueueCode.ELSEWHERE, **facts)
    if item.handling is Handling.CONSULT:
        advice = {"advice": item.advice, "advice_en": item.advice_en}
        raise HallError(QueueCode.CONSULT_ONLY, **facts, **advice)


def _opening_windows(
    catalogue: Catalogue, item: Item, codes: list[str], now: datetime, settings: Settings
) -> dict[str, tuple[datetime, datetime]]:
    """Return the windows open now or about to open, with their span; raise if there are none."""
    opening: dict[str, tuple[datetime, datetime]] = {}
    day = now.date()
    for code in codes:
        spans = catalogue_hours.item_spans(catalogue, item.code, code, day)
        for index, span in enumerate(spans):
            early = (
                settings.of(NumberSettings).break_ticket_minutes
                if index
                else settings.of(NumberSettings).early_ticket_minutes
            )
            opens = datetime.combine(day, span.opens)
            closes = datetime.combine(day, span.closes)
            if opens - timedelta(minutes=early) <= now < closes:
                opening[code] = (opens, closes)
    if not opening:
        raise HallError(
            _closed_case(catalogue, item, codes, now), **_again(catalogue, item, codes, now)
        )
    return opening


def _closed_case(catalogue: Catalogue, item: Item, codes: list[str], now: datetime) -> ErrorCode:
    day = now.date()
    today = [s for c in codes for s in catalogue_hours.item_spans(catalogue, item.code, c, day)]
    if not today:
        return (
            QueueCode.OTHER_DAY
            if catalogue_hours.hall_spans(catalogue, day)
            else QueueCode.CLOSED_TODAY
        )
    if now.time() < min(s.opens for s in today):
        return QueueCode.NOT_YET_OPEN
    if now.time() >= max(s.closes for s in today):
        return QueueCode.AFTER_LAST_TICKET
    return QueueCode.CLOSED_BREAK


def _again(catalogue: Catalogue, item: Item, codes: list[str], now: datetime) -> dict[str, object]:
    """Return error data on when to come again: the next opening and the windows' weekdays."""
    later = catalogue_hours.next_opening(catalogue, item.code, codes, now)
    return {
        "item": item.code,
        "next": later.isoformat(timespec="minutes") if later else None,
        "weekdays": list(catalogue_hours.weekdays_of(catalogue, codes)),
    }


def numbers_from(
    catalogue: Catalogue, item_code: str, at: datetime, settings: Settings
) -> datetime | None:
    """Return `at` if the hours permit numbers of an item then, else the next opening, or None."""
    item = catalogue.item_by[item_code]
    codes = [w.code for w in windows_for(catalogue, item, at)]
    last = timedelta(minutes=settings.of(NumberSettings).last_ticket_minutes)
    try:
        opening = _opening_windows(catalogue, item, codes, at, settings)
    except HallError:
        opening = {}
    if opening and at <= max(closing for _, closing in opening.values()) - last:
        return at
    return catalogue_hours.next_opening(catalogue, item.code, codes, at)


def allowed_at(staff: Staff, window: Window) -> bool:
    """Return True if a person may sign in to a window."""
    return window.code in staff.windows


def unit_windows(catalogue: Catalogue, unit: str) -> tuple[Window, ...]:
    """Return the specialised windows of a unit."""
    return tuple(w for w in catalogue.windows if unit in w.units)


def only_comprehensive(
    catalogue: Catalogue, item: Item, now: datetime, sessions: WindowSessions
) -> bool:
    """Return True if no specialised window serves the item now: none is entitled and staffed.

    A paused window still counts: its clerk comes back, and a short pause must not turn a unit's
    whole queue into work that comprehensive windows serve first.
    """
    return not any(
        w.kind is WindowKind.SPECIALISED and w.code in sessions
        for w in windows_for(catalogue, item, now)
    )


def servers(
    catalogue: Catalogue, item: Item, now: datetime, sessions: WindowSessions
) -> tuple[str, ...]:
    """Return the codes of windows that will call for the item: entitled, staffed, unpaused."""
    return tuple(
        w.code
        for w in windows_for(catalogue, item, now)
        if w.code in sessions and not sessions[w.code].paused
    )
