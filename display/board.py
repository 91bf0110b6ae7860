"""What a board shows: pure shaping of a snapshot, one zone or the whole hall (`main`)."""

from __future__ import annotations

from server.domain.catalogue import Window
from server.domain.tickets import State, Ticket
from server.services.floor import queue_views, window_states
from server.services.snapshot import Snapshot
from server.wire.views import BoardState, CallView, QueueView

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


def _in_zone(snapshot: Snapshot, queue: QueueView, zone: str) -> bool:
    here = {w.number for w in snapshot.catalogue.windows if w.zone == zone}
    return bool(here & set(queue.windows))


def public(state: BoardState) -> BoardState:
    """A board is seen by everybody: no names of staff, no reasons of pauses."""
    windows = [
        w.model_copy(update={"staff": "", "staff_name": "", "pause_reason": ""})
        for w in state.windows
    ]
    return state.model_copy(update={"windows": windows})
