"""What a board shows: pure shaping of a snapshot, one zone or the whole hall (`main`)."""

from __future__ import annotations

from server.domain.catalogue import Window
from server.domain.tickets import State, Ticket
from server.services.choice import takes
from server.services.snapshot import Snapshot
from server.wire.views import BoardState, CallView, QueueView, WindowState

MAIN = "main"
CALLS_SHOWN = 8


def board(snapshot: Snapshot, zone: str) -> BoardState:
    """Everything a board of `zone` shows."""
    catalogue = snapshot.catalogue
    found = catalogue.zone_by.get(zone)
    queues = [q for q in queue_views(snapshot) if zone == MAIN or _in_zone(snapshot, q, zone)]
    return BoardState(
        zone=zone,
        zone_name=found.name if found else "",
        zone_name_en=found.name_en if found else "",
        hall=catalogue.hall_name,
        hall_en=catalogue.hall_name_en,
        calls=calls(snapshot, zone),
        queues=queues,
        windows=[w for w in window_states(snapshot) if zone in (MAIN, w.zone)],
        waiting=sum(q.waiting for q in queues),
        notice=snapshot.settings.notice_zh,
        notice_en=snapshot.settings.notice_en,
        moment_seconds=snapshot.settings.moment_seconds,
    )


def calls(snapshot: Snapshot, zone: str) -> list[CallView]:
    """The last calls that still stand: people called or being served, newest first."""
    found = []
    for ticket in snapshot.calls:
        window = snapshot.catalogue.window_by.get(ticket.window)
        if window is None or ticket.state not in (State.CALLED, State.SERVING):
            continue
        if zone in (MAIN, window.zone):
            found.append(_call(ticket, window))
    return found[:CALLS_SHOWN]


def _call(ticket: Ticket, window: Window) -> CallView:
    return CallView(
        number=ticket.number,
        window=window.code,
        window_number=window.number,
        window_name=window.name,
        window_name_en=window.name_en,
        zone=window.zone,
        state="called" if ticket.state is State.CALLED else "serving",
        n=ticket.call_count,
        at=ticket.called_at or ticket.issued_at,
    )


def queue_views(snapshot: Snapshot) -> list[QueueView]:
    """Every unit with a desk here: waiting, longest wait, windows that serve it now."""
    catalogue = snapshot.catalogue
    views = []
    for unit in catalogue.units:
        rows = [row for row in snapshot.floor.waiting if row.queue == unit.code]
        numbers = unit_windows_now(snapshot, unit.code)
        if not rows and not numbers:
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
                windows=numbers,
            )
        )
    return views


def unit_windows_now(snapshot: Snapshot, unit: str) -> list[int]:
    """Numbers of staffed, unpaused windows that serve the unit: own and by mandate."""
    catalogue, day = snapshot.catalogue, snapshot.local.date()
    mandated = {
        w for m in catalogue.mandates if m.unit == unit and m.in_force(day) for w in m.windows
    }
    return sorted(
        w.number
        for w in catalogue.windows
        if w.code in snapshot.posts
        and not snapshot.posts[w.code].paused
        and (unit in w.units or w.code in mandated)
    )


def _in_zone(snapshot: Snapshot, queue: QueueView, zone: str) -> bool:
    here = {w.number for w in snapshot.catalogue.windows if w.zone == zone}
    return bool(here & set(queue.windows))


def window_states(snapshot: Snapshot) -> list[WindowState]:
    """Every window: closed, paused, idle, called or serving."""
    return [_window(snapshot, w) for w in snapshot.catalogue.windows]


def _window(snapshot: Snapshot, window: Window) -> WindowState:
    seat = snapshot.seats.get(window.code)
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
        }
    )


def public(state: BoardState) -> BoardState:
    """A board is seen by everybody: no names of staff, no reasons of pauses."""
    windows = [
        w.model_copy(update={"staff": "", "staff_name": "", "pause_reason": ""})
        for w in state.windows
    ]
    return state.model_copy(update={"windows": windows})


def waiting_for(snapshot: Snapshot, window: str) -> int:
    """People a window may call now: what the keypad shows."""
    found = snapshot.catalogue.window_by.get(window)
    if found is None:
        return 0
    return sum(
        int(row.waiting)
        for row in snapshot.floor.waiting
        if takes(snapshot.catalogue, found, row, snapshot.local)
    )
