"""Views of the reception desk: a ticket without the applicant's identity, and the way. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from counters.messages import (
    DeskCall,
    DeskOther,
    DeskPrinter,
    DeskTicket,
    OpenSpan,
    WayTo,
    WayWindow,
)
from server.catalogue import hours as catalogue_hours
from server.catalogue.model import Handling, Item, Presence, Window
from server.catalogue.refs import item_ref, unit_ref, window_ref, window_refs
from server.core.errors import HallError
from server.core.messages import Problem
from server.core.problems import problem
from server.device_health.queries import Device
from server.queue import sites
from server.queue.call_queries import StoredCall
from server.queue.errors import QueueCode
from server.queue.queue_views import delay_view
from server.queue.routing import route, windows_for
from server.queue.settings import NumberSettings
from server.queue.slips import StoredSlip
from server.queue.snapshot import QueueSnapshot
from server.queue.ticket_place import TicketPlace
from server.queue.tickets import AT_WINDOW, FINAL, RULES, Move, State, Ticket


def printers(devices: Sequence[Device]) -> list[DeskPrinter]:
    """Return the kiosks with a printer, by name."""
    return [
        DeskPrinter.model_validate(
            {"kiosk": d.serves, "state": d.state or "unknown", "code": d.code or ""}
        )
        for d in sorted(devices, key=lambda d: (len(d.serves), d.serves))
        if d.kind == "printers" and d.serves
    ]


def desk_ticket(
    snapshot: QueueSnapshot,
    ticket: Ticket,
    place: TicketPlace,
    calls: Sequence[StoredCall],
    slips: Sequence[StoredSlip],
    others: Sequence[Ticket] = (),
) -> DeskTicket:
    """Return a ticket for the reception desk; `others`: the other ones of its visit."""
    catalogue, wait = snapshot.catalogue, place.wait
    item = catalogue.item_by.get(ticket.item)
    unit = catalogue.unit_by.get(ticket.queue)
    numbers = snapshot.settings.of(NumberSettings)
    is_waiting = ticket.state is State.WAITING
    return DeskTicket(
        id=ticket.id,
        number=ticket.number,
        state=ticket.state.value,
        item=ticket.item,
        item_name=item.name if item else ticket.item,
        item_name_en=item.name_en if item else "",
        unit_name=unit.name if unit else "",
        unit_name_en=unit.name_en if unit else "",
        priority=ticket.level > 0,
        ahead=wait.ahead if wait else 0,
        low=wait.low if wait else 0,
        high=wait.high if wait else 0,
        windows=window_refs(catalogue, place.windows) if is_waiting else [],
        window=window_ref(catalogue, ticket.window),
        calls=[DeskCall(at=c.at, window=window_ref(catalogue, c.window)) for c in calls],
        issued_at=ticket.issued_at,
        waiting_since=ticket.waiting_since,
        ended_at=ticket.ended_at,
        transfers=ticket.transfers,
        can_return=ticket.state in RULES[Move.RETURN].sources
        and ticket.returns < numbers.return_limit,
        can_cancel=ticket.state in RULES[Move.CANCEL].sources,
        can_redirect=ticket.state in RULES[Move.REDIRECT].sources,
        can_print=ticket.state not in FINAL,
        return_places=numbers.return_places,
        slip=slips[-1].state if slips else "none",
        slip_reason=slips[-1].reason if slips else "",
        delay=delay_view(place.delay) if is_waiting else None,
        consult=item is not None and item.handling is Handling.CONSULT,
        others=[_other(snapshot, other) for other in others],
    )


def _other(snapshot: QueueSnapshot, ticket: Ticket) -> DeskOther:
    item = snapshot.catalogue.item_by.get(ticket.item)
    window = ticket.window if ticket.state in AT_WINDOW else ""
    return DeskOther(
        id=ticket.id,
        number=ticket.number,
        state=ticket.state.value,
        item_name=item.name if item else ticket.item,
        item_name_en=item.name_en if item else "",
        window=window_ref(snapshot.catalogue, window),
    )


def way_to(snapshot: QueueSnapshot, code: str, staff: str = "") -> WayTo:
    """Return where an item is served, and when; raise ITEM_UNKNOWN.

    `staff`: who looks; an item of another building is refused at that person's desk.
    """
    catalogue = snapshot.catalogue
    item = catalogue.item_by.get(code)
    if item is None:
        raise HallError(QueueCode.ITEM_UNKNOWN, item=code)
    unit = catalogue.unit_by[item.unit]
    is_here = unit.presence is Presence.HALL
    windows = windows_for(catalogue, item, snapshot.local) if is_here else ()
    return WayTo(
        item=item_ref(item),
        unit=unit_ref(catalogue, unit),
        windows=[_way_window(snapshot, item, w) for w in sorted(windows, key=lambda w: w.number)],
        advice=item.advice,
        advice_en=item.advice_en,
        refusal=_refusal(snapshot, item, staff),
    )


def _way_window(snapshot: QueueSnapshot, item: Item, window: Window) -> WayWindow:
    catalogue, day = snapshot.catalogue, snapshot.local.date()
    session = snapshot.sessions.get(window.code)
    ref = window_ref(catalogue, window.code)
    assert ref is not None, "the window is in the catalogue"
    state = "unstaffed" if session is None else "paused" if session.paused else "open"
    spans = catalogue_hours.item_spans(catalogue, item.code, window.code, day)
    today = [OpenSpan(opens=f"{s.opens:%H:%M}", closes=f"{s.closes:%H:%M}") for s in spans]
    return WayWindow.model_validate(
        {
            "window": ref,
            "state": state,
            "today": today,
            "weekdays": list(catalogue_hours.weekdays_of(catalogue, (window.code,))),
        }
    )


def _refusal(snapshot: QueueSnapshot, item: Item, staff: str) -> Problem | None:
    catalogue, settings, sessions = snapshot.catalogue, snapshot.settings, snapshot.sessions
    windows = [code for code, session in sessions.items() if session.staff == staff]
    site = sites.of_desk(catalogue, settings, staff, windows, snapshot.local.date())
    try:
        route(catalogue, item.code, snapshot.local, sessions, settings, site)
    except HallError as error:
        return problem(error)
    return None
