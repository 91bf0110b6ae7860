"""Place of a ticket in the queue: windows that may call it, people ahead, expected wait."""

from __future__ import annotations

from dataclasses import dataclass

from server.catalogue.model import Item
from server.core.errors import HallError
from server.queue.forecasts import Latest
from server.queue.routing import route, unit_windows
from server.queue.snapshot import QueueSnapshot
from server.queue.tickets import State, Ticket
from server.queue.wait_range import Wait, wait_of


@dataclass(frozen=True, slots=True)
class TicketPlace:
    """Windows that may call a ticket, and its wait; None for one that does not wait."""

    windows: tuple[str, ...]
    wait: Wait | None


def place_of(
    snapshot: QueueSnapshot, ticket: Ticket, item: Item | None, latest: Latest
) -> TicketPlace:
    """Return the place of a ticket for `item` by the latest forecast."""
    is_waiting = ticket.state is State.WAITING and item is not None
    wait = wait_of(latest.turn_of(ticket, item)) if is_waiting and item else None
    return TicketPlace(windows_of(snapshot, ticket), wait)


def windows_of(snapshot: QueueSnapshot, ticket: Ticket) -> tuple[str, ...]:
    """Return the windows that may call a ticket now; empty if there is none."""
    if ticket.lane.startswith("@"):
        return (ticket.lane[1:].partition("/")[0],)
    catalogue, sessions = snapshot.catalogue, snapshot.sessions
    if ticket.lane.startswith("="):
        windows = unit_windows(catalogue, ticket.queue)
        return tuple(w.code for w in windows if w.code in sessions and not sessions[w.code].paused)
    try:
        return route(catalogue, ticket.item, snapshot.local, sessions, snapshot.settings).now
    except HallError:
        return ()
