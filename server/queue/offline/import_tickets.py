"""Import of offline tickets: stores tickets that a kiosk issued without the server, each once.

The number is on paper already, so nothing is rejected: a ticket that no longer fits is stored with
its verdict (expired, double, conflict) and published. Seniority follows the time when the number
was issued, not the time of import.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from server.catalogue.model import Catalogue
from server.core import idempotency
from server.core.actors import SYSTEM, Actor, ActorKind, Via
from server.core.clock import instant
from server.core.events import HallChanged
from server.core.settings import GeneralSettings, bounds
from server.core.store import Tx
from server.device_health import binding_queries
from server.hall.context import WINDOW, Context, JsonDict, digest_of, write_journal
from server.queue import issue_rate, slip_queries, ticket_queries, visits
from server.queue.issuing import ARRIVALS, issue_request
from server.queue.number_ranges import range_of
from server.queue.offline import lease_queries
from server.queue.offline.lease_queries import Lease
from server.queue.offline.lease_rules import Block, between
from server.queue.offline.messages import GivenTicket
from server.queue.offline.number_leases import CONFLICT
from server.queue.sites import of_kiosk
from server.queue.slip_printing import void_slips
from server.queue.tickets import Move, State, Ticket, lane, number, order_of, state_after
from server.queue.transitions import event_of

WAITING, EXPIRED, DOUBLE = "waiting", "expired", "double"
HANDED_IN = "handed_in"
"""Subject of HallChanged for an imported ticket; its data name the kiosk."""
MOST_LEASED = bounds()["offline_numbers"][1]
MOST_FOUND = 3
"""Most unknown leases per day and prefix that are accepted from one kiosk.

Such leases are missing after the database was restored from a backup.
"""
GIVES_WAY = frozenset({State.WAITING, State.MISSED})
"""States in which the server's ticket of the same press is cancelled for the one on paper."""


def import_ticket(ctx: Context, via: Via, record: GivenTicket, age: float) -> str:
    """Import one ticket; a repeat gets the first verdict. `age`: seconds since it was issued."""

    def act(tx: Tx) -> str:
        first = lease_queries.import_of(tx.conn, tx.hall_id, record.id)
        if first is not None:
            return str(first.verdict)
        return _take(ctx, tx, Actor(ActorKind.AGENT, via.agent, via), record, age)

    return ctx.write(act)


def _take(ctx: Context, tx: Tx, actor: Actor, record: GivenTicket, age: float) -> str:
    lease = lease_queries.covering(tx.conn, tx.hall_id, record.day, record.prefix, record.seq)
    if lease is None:
        lease = _adopt(ctx, tx, actor, record)
    at = _issue_time(ctx, lease, record, tx.now)
    clock_off = round((record.at - (tx.now - age * 1000)) / 1000)
    rival_ticket = _rival(tx, record)
    if lease is None or rival_ticket is not None or lease.kiosk != record.kiosk:
        return _conflict(tx, actor, record, at, rival_ticket, clock_off)
    lease_queries.set_used(tx, lease.id, record.seq - lease.first + 1)
    other = _own_ticket_of_press(tx, record)
    ticket = _ticket(ctx, tx, record, at)
    verdict = WAITING
    visit = _visit(tx, record, other)
    ticket = replace(ticket, visit=visit)
    if other is not None and other.state in GIVES_WAY and other.day == record.day:
        ticket = replace(ticket, ord=other.ord)
        _void(tx, other, record)
    elif other is not None:
        verdict = DOUBLE
    if verdict == WAITING and _is_over(ctx, tx, record.day):
        verdict = EXPIRED
    ticket_queries.add(tx, ticket, record.prefix, record.seq)
    issue_rate.record_import_excess(ctx, tx, record.kiosk, record.prefix, at)
    facts = {"given_at": at, "lease": lease.id, "verdict": verdict, "clock_off": clock_off}
    facts |= {"other": other.id} if other is not None else {}
    data = {"item": record.item, "applicant": record.applicant, "kiosk": record.kiosk}
    data |= {"visit": visit} if visit else {}
    line = write_journal(
        tx, actor, f"ticket.{Move.ISSUE}", record.id, data=data | {"offline": facts}
    )
    tx.events.append(event_of(ticket, Move.ISSUE, line))
    _record_slip(tx, actor, record, ticket)
    _keep_answer(tx, record)
    if verdict != WAITING:
        _end(tx, ticket, verdict, other)
    _record_import(
        tx, record, lease.id, at, verdict, other.id if other is not None else "", clock_off
    )
    return verdict


def _issue_time(ctx: Context, lease: Lease | None, record: GivenTicket, now: int) -> int:
    """Return the time (ms) of issue: on its day, after its lease, not in the future."""
    midnight = datetime.combine(date.fromisoformat(record.day), time.min)
    zone = ctx.settings().of(GeneralSettings).timezone
    begins, ends = instant(midnight, zone), instant(midnight + timedelta(days=1), zone)
    leased = lease.leased_at if lease is not None and json.loads(lease.tokens) else begins
    return max(leased, min(record.at, now, ends - 1))


def _record_import(
    tx: Tx, record: GivenTicket, lease: str, at: int, verdict: str, other: str, clock_off: int
) -> None:
    lease_queries.add_import(
        tx,
        record.id,
        lease=lease,
        kiosk=record.kiosk,
        day=record.day,
        given_at=at,
        verdict=verdict,
        other=other,
        clock_off=max(-(10**9), min(10**9, clock_off)),
    )
    tx.events.append(HallChanged(HANDED_IN, {"kiosk": record.kiosk}))


def _adopt(ctx: Context, tx: Tx, actor: Actor, record: GivenTicket) -> Lease | None:
    """Store a lease that these records do not have (after a restore), if its numbers are free."""
    if record.first > record.last or not record.first <= record.seq <= record.last:
        return None
    own = range_of(ctx.settings(), record.day)
    if own is None or record.first <= own.open_last or record.last > own.last:
        return None  # numbers of the server itself, or of another one
    if record.last - record.first >= MOST_LEASED:
        return None  # not a lease of this hall: those numbers are the server's own
    if record.day > ctx.day(tx.now):
        return None
    rows = [
        r
        for r in lease_queries.of_day(tx.conn, tx.hall_id, record.day)
        if r.prefix == record.prefix
    ]
    last_issued = lease_queries.last_taken(tx.conn, tx.hall_id, record.day, record.prefix)
    if (
        lease_queries.get(tx.conn, tx.hall_id, record.lease) is not None
        or last_issued >= record.first
    ):
        return None
    if any(r.first <= record.last and record.first <= r.last for r in rows):
        return None
    if sum(r.kiosk == record.kiosk and not json.loads(r.tokens) for r in rows) >= MOST_FOUND:
        return None
    lease_queries.add(
        tx,
        record.lease,
        Block(record.first, record.last),
        kiosk=record.kiosk,
        book="",
        day=record.day,
        prefix=record.prefix,
        tokens=[],
    )
    first, last = number(record.prefix, record.first), number(record.prefix, record.last)
    data = {"kiosk": record.kiosk, "first": first, "last": last}
    write_journal(tx, actor, "lease.found", record.lease, data=data)
    return lease_queries.get(tx.conn, tx.hall_id, record.lease)


def _rival(tx: Tx, record: GivenTicket) -> Ticket | None:
    """Return another ticket of the same number or token."""
    same_number = ticket_queries.get(tx.conn, tx.hall_id, record.id)
    return same_number or ticket_queries.by_token(tx.conn, tx.hall_id, record.token)


def _conflict(
    tx: Tx, actor: Actor, record: GivenTicket, at: int, rival_ticket: Ticket | None, clock_off: int
) -> str:
    other = rival_ticket.id if rival_ticket is not None else ""
    data = {"kiosk": record.kiosk, "lease": record.lease, "item": record.item, "other": other}
    write_journal(tx, actor, "ticket.conflict", record.id, data=data | {"given_at": at})
    _record_import(tx, record, record.lease, at, CONFLICT, other, clock_off)
    return CONFLICT


def _own_ticket_of_press(tx: Tx, record: GivenTicket) -> Ticket | None:
    """Return the ticket that the server itself had issued for the same press, or None."""
    owner = Actor(ActorKind.KIOSK, record.kiosk).key
    first = idempotency.first_answer(tx.conn, tx.hall_id, owner, record.key)
    if first is None or first.status != 0:
        return None
    ticket = str(json.loads(first.body).get("ticket", ""))
    return (
        ticket_queries.get(tx.conn, tx.hall_id, ticket) if ticket and ticket != record.id else None
    )


def _visit(tx: Tx, record: GivenTicket, other: Ticket | None) -> str:
    """Return the visit of the number: that of its companion, or of the number that it replaces.

    Empty for a companion that is not in the books: another kiosk's number of the same outage that
    has not been imported yet.
    """
    companions = visits.join_if_known(tx, record.day, record.companion)
    if companions:
        return companions[0].visit
    return other.visit if other is not None else ""


def _void(tx: Tx, other: Ticket, record: GivenTicket) -> None:
    """Cancel the server's own ticket: the number on paper takes its place."""
    state = state_after(Move.CANCEL, other.state, SYSTEM.kind)
    cancelled_ticket = replace(other, state=state, ended_at=tx.now)
    ticket_queries.change(tx, cancelled_ticket, other)
    data = {"number": other.number, "double_of": record.id}
    line = write_journal(tx, SYSTEM, f"ticket.{Move.CANCEL}", other.id, data=data)
    tx.events.append(event_of(cancelled_ticket, Move.CANCEL, line))
    void_slips(tx, other.id)


def _ticket(ctx: Context, tx: Tx, record: GivenTicket, at: int) -> Ticket:
    catalogue = ctx.catalogue()
    version = _version(catalogue, record)
    item_at_issue = ctx.catalogue_version(version).item_by.get(record.item)
    item = catalogue.item_by.get(record.item) or item_at_issue
    klass = catalogue.class_by.get(record.applicant)
    return Ticket(
        id=record.id,
        day=record.day,
        number=number(record.prefix, record.seq),
        token=record.token,
        queue=item.unit if item is not None else _unit_of(catalogue, record.prefix),
        item=record.item,
        klass=record.applicant,
        level=klass.level if klass else 0,
        lane=lane(record.item, record.applicant, of_kiosk(catalogue, ctx.settings(), record.kiosk)),
        ord=_order(tx, record.day, at),
        version=version,
        kiosk=record.kiosk,
        issued_at=at,
        waiting_since=at,
    )


def _version(catalogue: Catalogue, record: GivenTicket) -> int:
    """Return the catalogue version at issue; restored records may lack it: then the present one."""
    is_known = 0 < record.version <= catalogue.version
    return record.version if is_known else catalogue.version


def _unit_of(catalogue: Catalogue, prefix: str) -> str:
    return next((unit.code for unit in catalogue.units if unit.prefix == prefix), "")


def _order(tx: Tx, day: str, at: int) -> int:
    """Return a seniority behind earlier numbers and ahead of later ones."""
    before, behind = lease_queries.neighbours(tx.conn, tx.hall_id, day, at)
    if behind is None:
        return order_of(ticket_queries.take_number(tx, day, ARRIVALS))
    return between(before, behind)


def _is_over(ctx: Context, tx: Tx, day: str) -> bool:
    return day < ctx.day(tx.now) or lease_queries.closed_day(tx.conn, tx.hall_id, day)


def _end(tx: Tx, ticket: Ticket, verdict: str, other: Ticket | None) -> None:
    """End a ticket that nobody waits with: the day is over, or the person was served already."""
    move = Move.EXPIRE if verdict == EXPIRED else Move.CANCEL
    ended_ticket = replace(
        ticket, state=state_after(move, ticket.state, SYSTEM.kind), ended_at=tx.now
    )
    ticket_queries.change(tx, ended_ticket, ticket)
    data: JsonDict = {"number": ticket.number, "from": ticket.state.value}
    data |= {"double_of": other.id} if other is not None else {}
    line = write_journal(tx, SYSTEM, f"ticket.{move}", ticket.id, data=data)
    tx.events.append(event_of(ended_ticket, move, line))


def _record_slip(tx: Tx, actor: Actor, record: GivenTicket, ticket: Ticket) -> None:
    """Record the slip that the kiosk's PC printed; its result follows from the agent."""
    facts = {
        "ticket": ticket.id,
        "number": ticket.number,
        "token": ticket.token,
        "item": ticket.item,
        "applicant": ticket.klass,
        "version": ticket.version,
        "windows": [],
        "ahead": 0,
        "low": 0,
        "high": 0,
        "issued_at": ticket.issued_at,
        "offline": True,
    }
    if slip_queries.get(tx.conn, tx.hall_id, record.slip) is not None:
        return  # this slip id belongs to another ticket
    slip_queries.enqueue(
        tx,
        slip_id=record.slip,
        kind="ticket",
        ticket_id=ticket.id,
        device=_printer(tx, record),
        document=json.dumps(facts, ensure_ascii=False),
        copy=False,
        by=actor.key,
    )
    slip_queries.set_state(tx, record.slip, "sent")


def _printer(tx: Tx, record: GivenTicket) -> str:
    """Return the named printer if it is at the ticket's kiosk; otherwise ""."""
    row = binding_queries.get(tx.conn, tx.hall_id, record.printer)
    own = row is not None and (row.kind, row.serves) == ("printers", record.kiosk)
    return record.printer if own else ""


def _keep_answer(tx: Tx, record: GivenTicket) -> None:
    """Store the answer to the press, so that a repeat by its page gets this ticket."""
    owner = Actor(ActorKind.KIOSK, record.kiosk).key
    if idempotency.first_answer(tx.conn, tx.hall_id, owner, record.key) is not None:
        return
    request = issue_request(record.item, record.applicant, record.kiosk, paper=True)
    request |= {"companion": record.companion} if record.companion else {}
    body = json.dumps({"ticket": record.id, WINDOW: ""})
    idempotency.keep_answer(tx, owner, record.key, digest_of(request), 0, body)
