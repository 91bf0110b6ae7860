"""The floor of the hall as several pages show it: windows, queues, who waits for whom.

Pure shaping of a snapshot into messages that boards, counters and the office share.
"""

from __future__ import annotations

from server.domain.catalogue import Window
from server.services.choice import takes
from server.services.snapshot import Snapshot
from server.wire.views import QueueView, WindowState


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
