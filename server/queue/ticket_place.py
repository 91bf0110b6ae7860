"""Place of a ticket in the queue: windows that may call it, people ahead, expected wait."""

from __future__ import annotations

from dataclasses import dataclass

from server.catalogue.model import Item
from server.queue.forecasts import Latest
from server.queue.routing import Delay, delayed, unit_windows, windows_for
from server.queue.snapshot import QueueSnapshot
from server.queue.tickets import State, Ticket, site_of
from server.queue.turns import Turn, not_before
from server.queue.wait_range import Wait, wait_of


@dataclass(frozen=True, slots=True)
class TicketPlace:
    """Windows that may call a ticket, and its wait; None for one that does not wait."""

    windows: tuple[str, ...]
    wait: Wait | None
    delay: Delay | None = None
    """Reason why none of the windows calls at the moment."""


def place_of(
    snapshot: QueueSnapshot, ticket: Ticket, item: Item | None, latest: Latest
) -> TicketPlace:
    """Return the place of a ticket for `item` by the latest forecast."""
    is_waiting = ticket.state is State.WAITING and item is not None
    windows, delay = _callers(snapshot, ticket)
    if not is_waiting or item is None:
        return TicketPlace(windows, None)
    turn = after_delay(latest.turn_of(ticket, item), delay, snapshot.now)
    return TicketPlace(windows, wait_of(turn), delay)


def after_delay(turn: Turn, delay: Delay | None, now: int) -> Turn:
    """Return the turn of a person whose windows are back at a known time; `now` in ms."""
    if delay is None or delay.until is None:
        return turn
    return not_before(turn, (delay.until - now) / 60_000)


def _callers(snapshot: QueueSnapshot, ticket: Ticket) -> tuple[tuple[str, ...], Delay | None]:
    """Return the windows that may call a ticket, and why they do not call now."""
    catalogue, item = snapshot.catalogue, snapshot.catalogue.item_by.get(ticket.item)
    here = catalogue.at(site_of(ticket.lane))
    if ticket.lane.startswith("@"):
        codes = [ticket.lane[1:].partition("/")[0]]
    elif ticket.lane.startswith("=") or item is None:
        codes = [w.code for w in unit_windows(here, ticket.queue)]
    else:
        codes = [w.code for w in windows_for(here, item, snapshot.local)]
    windows, delay = delayed(
        catalogue, ticket.item, codes, snapshot.local, snapshot.sessions, snapshot.settings
    )
    if ticket.lane.startswith("@"):
        windows = tuple(codes)
    return windows, delay
