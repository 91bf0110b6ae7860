"""Views of the counter: convert a snapshot to the state of one window. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from counters.messages import (
    CounterQueue,
    CounterState,
    DayFigures,
    JournalView,
    MissedCard,
    TicketCard,
    TransferTarget,
    UndoOffer,
)
from server.catalogue import hours as catalogue_hours
from server.catalogue.model import Catalogue, Handling, Unit, Window
from server.catalogue.refs import materials, window_ref, window_refs
from server.queue import sites, undo
from server.queue.call_candidates import takes
from server.queue.call_queries import StoredCall
from server.queue.messages import Reason, ShareCard, WindowList
from server.queue.no_show import no_show_from
from server.queue.notice_scope import window_in
from server.queue.queue_views import hall_hours, notice_views, waits_at, window_states
from server.queue.settings import ON, CounterSettings
from server.queue.snapshot import QueueSnapshot
from server.queue.ticket_counts import DayOfStaff
from server.queue.ticket_queries import LaneCount
from server.queue.tickets import State, Ticket, slot_of
from server.queue.window_session_queries import StoredSession


@dataclass(frozen=True, slots=True)
class WindowDay:
    """Data of one window beyond the snapshot."""

    missed: Sequence[Ticket]
    """Missed tickets of today at every window, newest first."""
    figures: DayFigures
    """Figures of the clerk's own day."""
    calls: Sequence[StoredCall]
    """Calls of the current ticket, oldest first."""
    stranded: int
    share: Sequence[Ticket]
    """Desk share: tickets that the window would call without a server, in this order."""
    share_seal: str
    next: Sequence[str] = ()
    """Ids of the tickets that the window would call next."""
    announced: tuple[str, str] = ("", "")
    """State and reason of the last call's announcement; "" if none is expected."""


def counter(snapshot: QueueSnapshot, window: Window, day: WindowDay) -> CounterState:
    """Return the full state of one window's page."""
    seat = snapshot.session_rows.get(window.code)
    person = snapshot.catalogue.staff_by.get(seat.staff) if seat else None
    current = snapshot.current.get(window.code)
    ref = window_ref(snapshot.catalogue, window.code)
    assert ref is not None, "the window is in the catalogue"
    queues = queue_rows(snapshot, window)
    return CounterState(
        window=ref,
        staff=seat.staff if seat else "",
        staff_name=person.name if person else "",
        signed_in=seat is not None,
        paused=seat is not None and seat.paused_at is not None,
        pause_reason=seat.pause_reason if seat else "",
        paused_at=seat.paused_at if seat else None,
        pause_until=seat.pause_until if seat else None,
        pause_next=seat.pause_next if seat else "",
        current=card(snapshot, current, day.calls) if current else None,
        held=[card(snapshot, t) for t in snapshot.held(window.code)],
        missed=[card(snapshot, t) for t in day.missed if t.window == window.code],
        missed_elsewhere=missed_elsewhere(snapshot, window, day.missed),
        queues=queues,
        waiting=sum(q.mine for q in queues),
        figures=day.figures,
        no_show_from=_no_show_from(snapshot, current, day.calls),
        no_show_calls=snapshot.settings.of(CounterSettings).no_show_min_calls,
        no_show_seconds=snapshot.settings.of(CounterSettings).no_show_min_seconds,
        windows=window_refs(snapshot.catalogue, (c for c in snapshot.sessions if c != window.code)),
        stranded=day.stranded,
        share=[share_card(snapshot, t) for t in day.share],
        share_seal=day.share_seal,
        hours=hall_hours(snapshot),
        notices=notice_views(snapshot, lambda a: window_in(snapshot.catalogue, a, window.code)),
        announced=day.announced[0],
        announced_reason=day.announced[1],
        targets=_targets(snapshot, window),
        chosen_calls=snapshot.settings.of(CounterSettings).chosen_calls == ON,
        next=[ticket.partition("-")[2] for ticket in day.next],
        undo=_undo(snapshot, seat, current, day.missed),
    )


def _targets(snapshot: QueueSnapshot, own: Window) -> list[TransferTarget]:
    catalogue, sessions, day = snapshot.catalogue, snapshot.sessions, snapshot.local.date()
    targets = []
    for window in sorted(catalogue.windows, key=lambda w: w.number):
        session, ref = sessions.get(window.code), window_ref(catalogue, window.code)
        opens = session is not None or catalogue_hours.window_spans(catalogue, window.code, day)
        if window.code == own.code or not opens or ref is None:
            continue
        state = "closed" if session is None else "paused" if session.paused else "open"
        targets.append(TransferTarget.model_validate({"window": ref, "state": state}))
    return targets


def _undo(
    snapshot: QueueSnapshot,
    seat: StoredSession | None,
    current: Ticket | None,
    missed: Sequence[Ticket],
) -> UndoOffer | None:
    if seat is None:
        return None
    missed_here = {ticket.id for ticket in missed if ticket.window == seat.window}
    act = undo.offer(seat, snapshot.settings, current, missed_here, snapshot.now)
    if act is None:
        return None
    number = act.ticket.partition("-")[2]
    return UndoOffer.model_validate({"number": number, "move": act.move.value, "until": act.until})


def missed_elsewhere(
    snapshot: QueueSnapshot, window: Window, missed: Sequence[Ticket]
) -> list[MissedCard]:
    """Return the missed tickets of other windows that `window` may serve.

    A person who comes back goes to any window that is free.
    """
    catalogue = snapshot.catalogue
    cards = []
    for ticket in missed:
        if ticket.window == window.code or not takes(catalogue, window, ticket, snapshot.local):
            continue
        item, klass = catalogue.item_by.get(ticket.item), catalogue.class_by.get(ticket.klass)
        caller = catalogue.window_by.get(ticket.window)
        cards.append(
            MissedCard(
                id=ticket.id,
                number=ticket.number,
                item_name=item.name if item else ticket.item,
                item_name_en=item.name_en if item else "",
                mark=klass.mark if klass else "",
                called_at=ticket.called_at or 0,
                window=caller.number if caller else 0,
            )
        )
    return cards


def window_list(snapshot: QueueSnapshot) -> WindowList:
    """Return every window, and the hall's hours."""
    return WindowList(windows=window_states(snapshot), hours=hall_hours(snapshot))


def journal_line(catalogue: Catalogue, line: dict[str, Any]) -> JournalView:
    """Return a journal line with the number of its window."""
    fields = {name: value for name, value in line.items() if name in JournalView.model_fields}
    window = catalogue.window_by.get(str(line["window"] or ""))
    return JournalView(**fields, window_number=window.number if window else 0)


def share_card(snapshot: QueueSnapshot, ticket: Ticket) -> ShareCard:
    """Return the card of a ticket in the desk share."""
    return ShareCard(**_common_fields(snapshot.catalogue, ticket))


def card(snapshot: QueueSnapshot, ticket: Ticket, calls: Sequence[StoredCall] = ()) -> TicketCard:
    """Return the card of a ticket for the clerk."""
    item = snapshot.catalogue.item_by.get(ticket.item)
    unit = snapshot.catalogue.unit_by.get(ticket.queue)
    until = ticket.called_at or snapshot.now
    return TicketCard(
        **_common_fields(snapshot.catalogue, ticket),
        unit_name_en=unit.name_en if unit else "",
        state=ticket.state.value,
        waited=max(0, (until - ticket.waiting_since) // 60_000),
        called_at=ticket.called_at,
        call_count=ticket.call_count,
        serving_at=ticket.serving_at,
        note=ticket.note,
        transfers=ticket.transfers,
        returns=ticket.returns,
        why=reason(calls),
        materials=materials(item),
        legal_basis=item.legal_basis if item else "",
        promised_days=item.promised_days if item else 0,
        fee=item.fee if item else "",
        outcome=ticket.outcome,
        slot=slot_of(ticket.lane),
    )


def _common_fields(catalogue: Catalogue, ticket: Ticket) -> dict[str, Any]:
    """Return the fields common to all cards of a ticket."""
    item = catalogue.item_by.get(ticket.item)
    unit = catalogue.unit_by.get(ticket.queue)
    klass = catalogue.class_by.get(ticket.klass)
    return {
        "id": ticket.id,
        "number": ticket.number,
        "item": ticket.item,
        "item_name": item.name if item else ticket.item,
        "item_name_en": item.name_en if item else "",
        "unit_name": unit.name if unit else "",
        "applicant": klass.name if klass else "",
        "applicant_en": klass.name_en if klass else "",
        "mark": klass.mark if klass else "",
        "proof": klass.proof if klass else "",
        "issued_at": ticket.issued_at,
        "consult": item is not None and item.handling is Handling.CONSULT,
    }


def reason(calls: Sequence[StoredCall]) -> Reason | None:
    """Return the reason of the last call that was a choice between tickets."""
    for call in reversed(calls):
        why = json.loads(call.why)
        if why.get("codes"):
            return Reason(codes=why["codes"], facts=why.get("facts", {}))
    return None


def _no_show_from(
    snapshot: QueueSnapshot, current: Ticket | None, calls: Sequence[StoredCall]
) -> int | None:
    if current is None or current.state is not State.CALLED:
        return None
    return no_show_from(snapshot.settings, current, calls, snapshot.now)


def queue_rows(snapshot: QueueSnapshot, window: Window) -> list[CounterQueue]:
    """Return the waiting counts by queue; queues that the window may call from come first."""
    lanes: dict[str, list[LaneCount]] = {code: [] for code in window.units}
    site = sites.of_window(snapshot.catalogue, snapshot.settings, window.code)
    for row in snapshot.waiting:
        if waits_at(snapshot, row, site):
            lanes.setdefault(row.queue, []).append(row)
    rows = [
        _queue_row(snapshot, window, unit, lanes[unit.code])
        for unit in snapshot.catalogue.units
        if unit.code in lanes
    ]
    return sorted(rows, key=lambda r: (r.mine == 0, -r.longest))


def _queue_row(
    snapshot: QueueSnapshot, window: Window, unit: Unit, lanes: list[LaneCount]
) -> CounterQueue:
    callable_rows = [row for row in lanes if takes(snapshot.catalogue, window, row, snapshot.local)]
    since = min((row.since for row in lanes), default=snapshot.now)
    return CounterQueue(
        unit=unit.code,
        name=unit.short or unit.name,
        name_en=unit.name_en,
        waiting=sum(int(r.waiting) for r in lanes),
        mine=sum(int(r.waiting) for r in callable_rows),
        longest=max(0, (snapshot.now - since) // 60_000),
        target=unit.target_wait,
    )


def figures(day: DayOfStaff) -> DayFigures:
    """Return the figures of a clerk's own day."""
    return DayFigures(
        served=day.served,
        missed=day.missed,
        mean_service=_minutes(day.service),
        mean_wait=_minutes(day.wait),
    )


def _minutes(millis: float | None) -> float | None:
    return None if millis is None else round(millis / 60_000, 1)
