"""Routing: the windows that can serve an item now and today, or the reason why there is none.

Pure: the caller passes the catalogue, the hall's local time, the window sessions and the
settings. A `Route` guarantees at least one signed-in, open, unpaused window that serves the item,
or has a `Delay`: the windows are paused, or it is the midday break, and they come back today.
Every other case is a `HallError` whose code names the case and whose data says where to go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.catalogue import hours as catalogue_hours
from server.catalogue import item_days
from server.catalogue.model import (
    Catalogue,
    Handling,
    Item,
    Presence,
    Site,
    Staff,
    Window,
    WindowKind,
)
from server.core.clock import instant, local
from server.core.errors import ErrorCode, HallError
from server.core.settings import GeneralSettings, Settings
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
    QueueCode.OTHER_SITE,
    QueueCode.BRANCH_SERVER,
    QueueCode.BRANCH_DAY,
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
    until: int | None = None
    """Time (ms) at which a paused window is expected back, if it is known."""
    office: bool = False
    """True if the office paused it, with all windows of its area."""


WindowSessions = Mapping[str, WindowSession]


class DelayReason(StrEnum):
    """Reason why no window calls for an item at the moment."""

    PAUSE = "pause"
    HALL = "hall"
    """Pause by the office."""
    MIDDAY = "midday"


@dataclass(frozen=True, slots=True)
class Delay:
    """Interruption after which the windows of an item call again today."""

    reason: DelayReason
    until: int | None
    """Expected time of return (ms); None if it is not known."""


@dataclass(frozen=True, slots=True)
class Route:
    """Windows that serve the item: `now` are staffed and open, `today` also includes the others.

    With a delay, `now` are those that call after it.
    """

    now: tuple[str, ...]
    today: tuple[str, ...]
    closes: datetime
    """Local time at which the last of `now` closes."""
    delay: Delay | None = None


def windows_for(catalogue: Catalogue, item: Item, now: datetime) -> tuple[Window, ...]:
    """Return every window entitled to the item that day, as its unit's own or by a mandate.

    For a consultation-only item these are the windows that advise on it.
    """
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
    windows = {w.code: w for w in catalogue.windows if _entitled(w, item, mandated)}
    if item.handling is Handling.CONSULT and not windows:
        windows = {w.code: w for w in catalogue.windows if _advises(catalogue, w, item, day)}
    return windows


def _advises(catalogue: Catalogue, window: Window, item: Item, day: date) -> bool:
    """Return True if a window works for the unit of an item, whatever items it accepts."""
    if window.kind is WindowKind.SPECIALISED:
        return item.unit in window.units
    return any(
        m.unit == item.unit and m.in_force(day) and window.code in m.windows
        for m in catalogue.mandates
    )


def _entitled(window: Window, item: Item, mandated: set[str]) -> bool:
    if window.kind is WindowKind.COMPREHENSIVE:
        return window.code in mandated
    return item.unit in window.units and (not window.items or item.code in window.items)


def entitled(catalogue: Catalogue, window: Window, item: Item, now: datetime) -> bool:
    """Return True if `window` may serve `item` (or advise on it) on that day, at any hour."""
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
    site: str = "",
) -> Route:
    """Return the windows that can serve `item_code`, or raise HallError with the case.

    `site`: building in which the number is taken; empty: windows of all buildings count.
    """
    item = catalogue.item_by.get(item_code)
    if item is None:
        raise HallError(QueueCode.ITEM_UNKNOWN, item=item_code)
    _check_offered(catalogue, item)
    require_site(catalogue, item, now, site)
    hall, catalogue = catalogue, catalogue.at(site)
    entitled = windows_for(catalogue, item, now)
    if not entitled:
        raise _no_window(catalogue, item)
    codes = [w.code for w in entitled]
    present, later = _openings(catalogue, item, codes, now, settings)
    last = timedelta(minutes=settings.of(NumberSettings).last_ticket_minutes)
    if present and now <= max(closing for _, closing in present.values()) - last:
        return _staffed_route(catalogue, item, codes, present, now, sessions, settings)
    if later:
        ready = tuple(c for c in later if c in sessions) or tuple(later)
        delay = _delay(DelayReason.MIDDAY, min(later[c][0] for c in ready), settings)
        return Route(ready, tuple(codes), max(later[c][1] for c in ready), delay)
    case = QueueCode.AFTER_LAST_TICKET if present else _closed_case(catalogue, item, codes, now)
    facts = _again(catalogue, item, codes, now)
    if case in (QueueCode.OTHER_DAY, QueueCode.CLOSED_TODAY) and site:
        places = _other_places(hall, item, now, site, settings)
        case, facts = (QueueCode.OTHER_DAY, facts | places) if places else (case, facts)
    raise HallError(case, **facts)


def _staffed_route(
    catalogue: Catalogue,
    item: Item,
    codes: list[str],
    opening: Openings,
    now: datetime,
    sessions: WindowSessions,
    settings: Settings,
) -> Route:
    """Return the route over windows that are open; raise NOBODY_SIGNED_IN, ALL_PAUSED."""
    staffed = [c for c in opening if c in sessions]
    if not staffed:
        raise HallError(QueueCode.NOBODY_SIGNED_IN, windows=list(opening))
    ready = tuple(c for c in staffed if not sessions[c].paused)
    delay = None
    if not ready:
        ready, delay = _returning(catalogue, item.code, staffed, now, sessions, settings)
        if delay is None:
            raise HallError(QueueCode.ALL_PAUSED, windows=staffed)
    return Route(ready, tuple(codes), max(opening[c][1] for c in ready), delay)


def _returning(
    catalogue: Catalogue,
    item: str,
    paused: list[str],
    now: datetime,
    sessions: WindowSessions,
    settings: Settings,
) -> tuple[tuple[str, ...], Delay | None]:
    """Return those of the paused windows that come back today, and when; none: () and None."""
    times: dict[str, datetime | None] = {}
    zone = settings.of(GeneralSettings).timezone
    for code in paused:
        until = sessions[code].until
        back = local(until, zone) if until is not None else now
        spans = catalogue_hours.item_spans(catalogue, item, code, now.date())
        back_open = _first_open(spans, max(back, now))
        if back_open is not None:
            times[code] = back_open if back_open > now else None
    known_times = [moment for moment in times.values() if moment is not None]
    if not times:
        return (), None
    reason = DelayReason.PAUSE
    if all(sessions[code].office for code in times):
        reason = DelayReason.HALL
    return tuple(times), _delay(reason, min(known_times, default=None), settings)


def _delay(reason: DelayReason, until: datetime | None, settings: Settings) -> Delay:
    zone = settings.of(GeneralSettings).timezone
    return Delay(reason, instant(until, zone) if until is not None else None)


def _first_open(spans: tuple[catalogue_hours.Span, ...], moment: datetime) -> datetime | None:
    """Return `moment` or the next opening after it on its day; None after the last closing."""
    starts = [
        max(moment, datetime.combine(moment.date(), span.opens))
        for span in spans
        if moment.time() < span.closes
    ]
    return min(starts, default=None)


def delayed(
    catalogue: Catalogue,
    item: str,
    codes: Iterable[str],
    now: datetime,
    sessions: WindowSessions,
    settings: Settings,
) -> tuple[tuple[str, ...], Delay | None]:
    """Return those of the windows that call for people who wait, and why none does now.

    After the last ticket, and after closing, a window with a session still calls them. The item may
    be unknown to the catalogue.
    """
    spans = {c: catalogue_hours.item_spans(catalogue, item, c, now.date()) for c in codes}
    staffed = [c for c in spans if c in sessions]
    calling = tuple(c for c in staffed if not sessions[c].paused)
    open_now = tuple(c for c in calling if catalogue_hours.open_at(spans[c], now.time()))
    if open_now:
        return open_now, None
    if staffed and not calling:
        windows, delay = _returning(catalogue, item, staffed, now, sessions, settings)
        return windows or tuple(staffed), delay or Delay(DelayReason.PAUSE, None)
    back = {c: end for c in calling or spans if (end := break_end(spans[c], now)) is not None}
    if back:
        return tuple(back), _delay(DelayReason.MIDDAY, min(back.values()), settings)
    return calling, None


def break_end(spans: tuple[catalogue_hours.Span, ...], now: datetime) -> datetime | None:
    """Return when a break of the day ends; None outside of one."""
    is_break = any(span.closes <= now.time() for span in spans)
    start = _first_open(spans, now)
    return start if is_break and start is not None and start > now else None


def _check_offered(catalogue: Catalogue, item: Item) -> None:
    unit = catalogue.unit_by[item.unit]
    facts = {"item": item.code, "unit": unit.name, "place": unit.place, "phone": unit.phone}
    facts["unit_en"], facts["place_en"] = unit.name_en, unit.place_en
    if unit.presence is Presence.WITHDRAWN:
        raise HallError(QueueCode.UNIT_WITHDRAWN, **facts)
    if unit.presence is Presence.ELSEWHERE:
        raise HallError(QueueCode.ELSEWHERE, **facts)


def require_site(catalogue: Catalogue, item: Item, now: datetime, site: str) -> None:
    """Raise OTHER_SITE with the way there if only windows of another building serve an item."""
    elsewhere = windows_for(catalogue, item, now)
    if not elsewhere or windows_for(catalogue.at(site), item, now):
        return
    other = item_days.by_nearness(catalogue, item.code, elsewhere, now)[0]
    codes = item_days.codes_by_site(catalogue, elsewhere)[other.code]
    facts: dict[str, object] = {
        "item": item.code,
        **way_to(other),
        "window": sorted(w.number for w in elsewhere if w.code in codes),
    }
    spans = (catalogue_hours.item_spans(catalogue, item.code, c, now.date()) for c in codes)
    if not any(spans):
        facts |= _again(catalogue, item, codes, now) | {"why": "other_day"}
    raise HallError(QueueCode.OTHER_SITE, **facts)


def _other_places(
    catalogue: Catalogue, item: Item, now: datetime, site: str, settings: Settings
) -> dict[str, object]:
    """Return the error data on where an item is served that a building does not serve that day.

    Empty if no other building serves it. `why`: `elsewhere` if another one does so now or later
    that day, `sooner` if another one opens for it on an earlier day, else `here`.
    """
    entitled = windows_for(catalogue, item, now)
    nearest = item_days.by_nearness(catalogue, item.code, entitled, now)
    if len(nearest) <= 1:
        return {}
    codes = item_days.codes_by_site(catalogue, entitled)
    last = timedelta(minutes=settings.of(NumberSettings).last_ticket_minutes)
    for place in nearest:
        if place.code != site and _gives_number_on(catalogue, item, codes[place.code], now, last):
            return {"why": "elsewhere", **way_to(place)}
    opens = {
        p.code: catalogue_hours.next_opening(catalogue, item.code, codes[p.code], now)
        for p in nearest
    }
    known_times = {code: moment for code, moment in opens.items() if moment is not None}
    if not known_times:
        return {}
    first = min(known_times, key=lambda code: (known_times[code].date(), code != site))
    sooner = known_times[first].isoformat(timespec="minutes")
    way = way_to(catalogue.site_by[first])
    return {"why": "here" if first == site else "sooner", **way, "sooner": sooner}


def _gives_number_on(
    catalogue: Catalogue, item: Item, codes: list[str], now: datetime, last: timedelta
) -> bool:
    """Return True if one of the windows still gives numbers of an item on that day."""
    day = now.date()
    spans = (s for c in codes for s in catalogue_hours.item_spans(catalogue, item.code, c, day))
    return any(now <= datetime.combine(day, span.closes) - last for span in spans)


def way_to(site: Site) -> dict[str, object]:
    """Return the error data that say where a building is."""
    return {
        "site": site.name,
        "site_en": site.name_en,
        "address": site.address,
        "address_en": site.address_en or site.address,
    }


def require_here(catalogue: Catalogue, item: str, here: str, chosen: str) -> None:
    """Raise OTHER_SITE if a person is in another building than the one of number or appointment.

    `here` and `chosen`: buildings, empty where there is none.
    """
    site = catalogue.site_by.get(chosen)
    if here and site is not None and here != chosen:
        way = {"way": site.directions, "way_en": site.directions_en or site.directions}
        raise HallError(QueueCode.OTHER_SITE, item=item, **way_to(site), **way, why="chosen")


def _no_window(catalogue: Catalogue, item: Item) -> HallError:
    """Return the case of an item without a window; one for consultation names who accepts it."""
    if item.handling is Handling.ACCEPTED:
        return HallError(QueueCode.NO_WINDOW, item=item.code)
    unit = catalogue.unit_by[item.unit]
    facts = {"item": item.code, "unit": unit.name, "unit_en": unit.name_en, "phone": unit.phone}
    advice = {"advice": item.advice, "advice_en": item.advice_en}
    return HallError(QueueCode.CONSULT_ONLY, **facts, **advice)


Openings = Mapping[str, tuple[datetime, datetime]]
"""Span of each window, as local times."""


def _openings(
    catalogue: Catalogue, item: Item, codes: list[str], now: datetime, settings: Settings
) -> tuple[Openings, Openings]:
    """Return the windows that are open or about to open, and those that open after a break."""
    present: dict[str, tuple[datetime, datetime]] = {}
    later: dict[str, tuple[datetime, datetime]] = {}
    day, numbers = now.date(), settings.of(NumberSettings)
    early = timedelta(minutes=numbers.early_ticket_minutes)
    before_end = timedelta(minutes=numbers.break_ticket_minutes)
    for code in codes:
        spans = catalogue_hours.item_spans(catalogue, item.code, code, day)
        for index, span in enumerate(spans):
            opens = datetime.combine(day, span.opens)
            closes = datetime.combine(day, span.closes)
            if opens - (early if index == 0 else timedelta()) <= now < closes:
                present[code] = (opens, closes)
            elif index and code not in later and opens - before_end <= now < opens:
                later[code] = (opens, closes)
    return present, later


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
    present, later = _openings(catalogue, item, codes, at, settings)
    if later or (present and at <= max(closing for _, closing in present.values()) - last):
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
    """Return the codes of windows that call for the item now: entitled, staffed, unpaused."""
    return tuple(
        w.code
        for w in windows_for(catalogue, item, now)
        if w.code in sessions and not sessions[w.code].paused
    )
