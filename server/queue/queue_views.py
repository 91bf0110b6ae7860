"""Views of the hall that several pages share: windows, queues, waiting people.

Pure conversion of a snapshot into messages for boards, counters and the office.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from server.catalogue import hours as catalogue_hours
from server.catalogue.messages import HallHours
from server.catalogue.model import Window
from server.core.clock import instant
from server.core.settings import GeneralSettings
from server.queue import sites
from server.queue.call_candidates import takes
from server.queue.messages import DelayView, HallNoticeView, QueueView, WindowState
from server.queue.notice_scope import areas
from server.queue.number_ranges import windows_here
from server.queue.routing import Delay
from server.queue.settings import NumberSettings
from server.queue.snapshot import QueueSnapshot
from server.queue.ticket_queries import LaneCount


def queue_views(snapshot: QueueSnapshot, site: str = "") -> list[QueueView]:
    """Return for every unit with a desk here: waiting, longest wait, windows that serve it now.

    `site`: of one building alone.
    """
    waiting: dict[str, list[LaneCount]] = {}
    for row in snapshot.waiting:
        if waits_at(snapshot, row, site):
            waiting.setdefault(row.queue, []).append(row)
    numbers = windows_now(snapshot, site)
    views = []
    for unit in snapshot.catalogue.units:
        rows, served = waiting.get(unit.code, []), numbers.get(unit.code)
        if not rows and not served:
            continue
        since = min((row.since for row in rows), default=snapshot.now)
        views.append(
            QueueView(
                unit=unit.code,
                name=unit.short or unit.name,
                name_en=unit.name_en,
                prefix=unit.prefix,
                waiting=sum(int(row.waiting) for row in rows),
                longest=max(0, (snapshot.now - since) // 60_000),
                target=unit.target_wait,
                windows=sorted(served or ()),
            )
        )
    return views


def windows_now(snapshot: QueueSnapshot, site: str = "") -> dict[str, set[int]]:
    """Return by unit the staffed, unpaused windows that serve it: own and by mandate."""
    catalogue, day = snapshot.catalogue.at(site), snapshot.local.date()
    numbers_by_unit: dict[str, set[int]] = {}
    numbers: dict[str, int] = {}
    for window in catalogue.windows:
        session = snapshot.sessions.get(window.code)
        if session is not None and not session.paused:
            numbers[window.code] = window.number
            for unit in window.units:
                numbers_by_unit.setdefault(unit, set()).add(window.number)
    for mandate in catalogue.mandates:
        if mandate.in_force(day):
            mandate_numbers = {numbers[code] for code in mandate.windows if code in numbers}
            numbers_by_unit.setdefault(mandate.unit, set()).update(mandate_numbers)
    return numbers_by_unit


def window_states(snapshot: QueueSnapshot) -> list[WindowState]:
    """Return every window that this server runs: closed, paused, idle, called or serving."""
    windows = windows_here(snapshot.catalogue, snapshot.settings, snapshot.day)
    return [_window(snapshot, window) for window in windows]


def _window(snapshot: QueueSnapshot, window: Window) -> WindowState:
    seat = snapshot.session_rows.get(window.code)
    ticket = snapshot.current.get(window.code)
    person = snapshot.catalogue.staff_by.get(seat.staff) if seat else None
    state = "closed"
    if seat is not None:
        state = "paused" if seat.paused_at is not None else "idle"
    if ticket is not None:
        state = ticket.state.value
    return WindowState.model_validate(
        {
            "code": window.code,
            "number": window.number,
            "name": window.name,
            "name_en": window.name_en,
            "zone": window.zone,
            "kind": window.kind.value,
            "state": state,
            "ticket": ticket.number if ticket else "",
            "staff": seat.staff if seat else "",
            "staff_name": person.name if person else "",
            "since": seat.since if seat else None,
            "pause_reason": seat.pause_reason if seat else "",
            "pause_until": seat.pause_until if seat else None,
        }
    )


def hall_hours(snapshot: QueueSnapshot, site: str = "") -> HallHours:
    """Return the hall's hours: open or closed, and the next opening.

    `site`: building whose hours and windows count.
    """
    catalogue, now = snapshot.catalogue.at(site), snapshot.local
    today = catalogue_hours.site_spans(catalogue, site, now.date())
    is_open, numbers = catalogue_hours.open_at(today, now.time()), _gives_numbers(snapshot, today)
    opens = None if is_open and numbers else catalogue_hours.hall_opens(catalogue, now, site)
    others = catalogue.windows if not is_open else ()
    return HallHours(
        open=is_open,
        numbers=numbers,
        midday=not is_open
        and any(span.closes <= now.time() for span in today)
        and any(span.opens > now.time() for span in today),
        next=None
        if opens is None
        else instant(opens, snapshot.settings.of(GeneralSettings).timezone),
        windows=[w.number for w in others if _keeps_open(snapshot, w)],
    )


def _keeps_open(snapshot: QueueSnapshot, window: Window) -> bool:
    spans = catalogue_hours.window_spans(snapshot.catalogue, window.code, snapshot.local.date())
    return catalogue_hours.open_at(spans, snapshot.local.time())


def _gives_numbers(snapshot: QueueSnapshot, today: tuple[catalogue_hours.Span, ...]) -> bool:
    now, settings = snapshot.local, snapshot.settings
    last = timedelta(minutes=settings.of(NumberSettings).last_ticket_minutes)
    for index, span in enumerate(today):
        early = (
            settings.of(NumberSettings).break_ticket_minutes
            if index
            else settings.of(NumberSettings).early_ticket_minutes
        )
        opens = datetime.combine(now.date(), span.opens) - timedelta(minutes=early)
        if opens <= now <= datetime.combine(now.date(), span.closes) - last:
            return True
    return False


def notice_views(
    snapshot: QueueSnapshot, covers: Callable[[str], bool] = lambda _area: True
) -> list[HallNoticeView]:
    """Return the notices and pauses in force whose area (as in `notice_scope`) `covers` accepts."""
    names = {area: (name, name_en) for area, name, name_en in areas(snapshot.catalogue)}
    return [
        HallNoticeView(
            id=notice.id,
            area=notice.area,
            area_name=names.get(notice.area, ("", ""))[0],
            area_name_en=names.get(notice.area, ("", ""))[1],
            pauses=notice.pauses,
            reason=notice.reason,
            text=notice.text,
            text_en=notice.text_en,
            since=notice.since,
            until=notice.until,
        )
        for notice in snapshot.notices
        if covers(notice.area)
    ]


def delay_view(delay: Delay | None) -> DelayView | None:
    """Return the message of a delay."""
    if delay is None:
        return None
    return DelayView.model_validate({"reason": delay.reason.value, "until": delay.until})


def waiting_for(snapshot: QueueSnapshot, window: str) -> int:
    """Return the number of people that a window may call now, as shown on the keypad."""
    window_entry = snapshot.catalogue.window_by.get(window)
    if window_entry is None:
        return 0
    return sum(
        int(row.waiting)
        for row in snapshot.waiting
        if takes(snapshot.catalogue, window_entry, row, snapshot.local)
    )


def waiting_in(snapshot: QueueSnapshot, queue: str, site: str = "") -> int:
    """Return the number of people waiting in a unit's queue; `site`: in one building alone."""
    rows = (row for row in snapshot.waiting if row.queue == queue)
    return sum(int(row.waiting) for row in rows if waits_at(snapshot, row, site))


def waits_at(snapshot: QueueSnapshot, row: LaneCount, site: str) -> bool:
    """Return True for people of a building, and for those whose building is not known."""
    return not site or sites.of_lane(snapshot.catalogue, snapshot.settings, row.lane) in ("", site)
