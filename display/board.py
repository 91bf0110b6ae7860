"""Board state: converts a snapshot to the content of one zone's board or the main board. Pure."""

from __future__ import annotations

from display.messages import BoardState, CallView
from server.catalogue.model import Window, Zone
from server.disclosure.settings import DisclosureSettings
from server.honours.messages import FlagHolder
from server.queue import sites
from server.queue.messages import QueueView
from server.queue.notice_scope import covers
from server.queue.prepare import to_prepare
from server.queue.queue_views import hall_hours, notice_views, queue_views, window_states
from server.queue.settings import ScreenSettings
from server.queue.snapshot import QueueSnapshot
from server.queue.tickets import State, Ticket
from server.queue.wait_forecast import Forecast

MAIN = "main"
CALLS_SHOWN = 48
"""Maximum number of calls on a board.

Called people precede those being served, so no call of a burst is cut off.
"""


def board(
    snapshot: QueueSnapshot,
    zone: str,
    forecast: Forecast | None = None,
    flag: FlagHolder | None = None,
) -> BoardState:
    """Return the full state of the board of `zone`; without a forecast nobody is to prepare.

    `flag`: window with the red flag, which every board shows.
    """
    catalogue = snapshot.catalogue
    zone_entry = catalogue.zone_by.get(zone)
    site = sites.of_zone(catalogue, snapshot.settings, zone)
    queues = [q for q in queue_views(snapshot, site) if zone == MAIN or _in_zone(snapshot, q, zone)]
    return BoardState(
        zone=zone,
        zone_name=zone_entry.name if zone_entry else "",
        zone_name_en=zone_entry.name_en if zone_entry else "",
        hall=catalogue.hall_name,
        hall_en=catalogue.hall_name_en,
        calls=calls(snapshot, zone),
        queues=queues,
        windows=[w for w in window_states(snapshot) if zone in (MAIN, w.zone)],
        waiting=sum(q.waiting for q in queues),
        notice=snapshot.settings.of(ScreenSettings).notice_zh,
        notice_en=snapshot.settings.of(ScreenSettings).notice_en,
        moment_seconds=snapshot.settings.of(ScreenSettings).moment_seconds,
        hours=hall_hours(snapshot, site),
        notices=notice_views(snapshot, lambda a: zone == MAIN or covers(catalogue, a, zone)),
        prepare=_prepare(snapshot, zone, forecast),
        version=catalogue.version,
        guide_seconds=snapshot.settings.of(DisclosureSettings).board_guide_seconds,
        flag=flag if flag is not None and flag.window else None,
    )


def _prepare(snapshot: QueueSnapshot, zone: str, forecast: Forecast | None) -> list[str]:
    most = snapshot.settings.of(ScreenSettings).prepare_numbers
    if forecast is None or most == 0:
        return []
    here = [w.code for w in snapshot.catalogue.windows if zone in (MAIN, w.zone)]
    gone = {ticket.id for ticket in snapshot.at_windows}
    return [ticket.partition("-")[2] for ticket in to_prepare(forecast, here, gone, most)]


def calls(snapshot: QueueSnapshot, zone: str) -> list[CallView]:
    """Return the called people, newest first, then those being served, newest first.

    The list covers everyone at a window, not the last calls made: a person being served never hides
    a person who is called.
    """
    tickets = sorted(snapshot.current.values(), key=_called_first)
    pairs = ((ticket, snapshot.catalogue.window_by.get(ticket.window)) for ticket in tickets)
    zones = snapshot.catalogue.zone_by
    several = len(zones) > 1
    views = [
        _call(ticket, window, zones.get(window.zone) if several else None)
        for ticket, window in pairs
        if window is not None and zone in (MAIN, window.zone)
    ]
    return views[:CALLS_SHOWN]


def _called_first(ticket: Ticket) -> tuple[bool, int, str]:
    return ticket.state is not State.CALLED, -(ticket.called_at or 0), ticket.number


def _call(ticket: Ticket, window: Window, zone: Zone | None) -> CallView:
    return CallView(
        number=ticket.number,
        window=window.code,
        window_number=window.number,
        window_name=window.name,
        window_name_en=window.name_en,
        zone=window.zone,
        zone_name=zone.name if zone else "",
        zone_name_en=zone.name_en if zone else "",
        state="called" if ticket.state is State.CALLED else "serving",
        n=ticket.call_count,
        at=ticket.called_at or ticket.issued_at,
        serving_at=ticket.serving_at,
    )


def _in_zone(snapshot: QueueSnapshot, queue: QueueView, zone: str) -> bool:
    numbers = {w.number for w in snapshot.catalogue.windows if w.zone == zone}
    return bool(numbers & set(queue.windows))


def public(state: BoardState) -> BoardState:
    """Return the state without staff names and pause reasons: a board is public."""
    windows = [
        w.model_copy(update={"staff": "", "staff_name": "", "pause_reason": ""})
        for w in state.windows
    ]
    return state.model_copy(update={"windows": windows})
