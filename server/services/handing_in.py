"""Tickets that a kiosk gave while the server was away: taken into the books, each exactly once.

The number is on paper already, so nothing is refused here: a ticket that no longer fits is written
down as what it is (expired, a double, in conflict) and told. People stand by the time they took
their number, not by the time it was handed in.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from server.clock import instant
from server.domain.catalogue import Catalogue
from server.domain.leases import OPEN_NUMBERS, Block, between
from server.domain.settings import BOUNDS
from server.domain.tickets import (
    ActorKind,
    Move,
    State,
    Ticket,
    after,
    lane,
    number,
    order_of,
)
from server.services import kiosk_pace
from server.services.bus import HallChanged
from server.services.context import SYSTEM, WINDOW, Actor, Context, JsonDict, Via, digest_of, note
from server.services.issuing import ARRIVALS, issue_asked, void_slips
from server.services.leases import CONFLICT
from server.services.moves import event_of
from server.storage import bindings, commands, leases, slips, tickets
from server.storage.store import Tx
from server.wire.offline import GivenTicket

WAITING, EXPIRED, DOUBLE = "waiting", "expired", "double"
HANDED_IN = "handed_in"
"""What HallChanged says when a ticket came; its data names the kiosk."""
MOST_LEASED = BOUNDS["offline_numbers"][1]
MOST_FOUND = 3
"""So many leases a day and prefix that the books have lost are believed of one kiosk."""
GIVES_WAY = frozenset({State.WAITING, State.MISSED})
"""States in which the server's own ticket of the same press gives way to the one on paper."""


def hand_in(ctx: Context, via: Via, given: GivenTicket, age: float) -> str:
    """Take one ticket in; a repeat gets the first verdict. `age`: seconds since it was given."""

    def act(tx: Tx) -> str:
        first = leases.handed(tx.conn, tx.hall_id, given.id)
        if first is not None:
            return str(first.verdict)
        return _take(ctx, tx, Actor(ActorKind.AGENT, via.agent, via), given, age)

    return ctx.write(act)


def _take(ctx: Context, tx: Tx, actor: Actor, given: GivenTicket, age: float) -> str:
    lease = leases.covering(tx.conn, tx.hall_id, given.day, given.prefix, given.seq)
    if lease is None:
        lease = _adopt(ctx, tx, actor, given)
    at = _when(ctx, lease, given, tx.now)
    off = round((given.at - (tx.now - age * 1000)) / 1000)
    rival = _rival(tx, given)
    if lease is None or rival is not None or lease.kiosk != given.kiosk:
        return _conflict(tx, actor, given, at, rival, off)
    leases.used(tx, lease.id, given.seq - lease.first + 1)
    other = _pressed_twice(tx, given)
    ticket = _ticket(ctx, tx, given, at)
    verdict = WAITING
    if other is not None and other.state in GIVES_WAY and other.day == given.day:
        ticket = replace(ticket, ord=other.ord)
        _void(tx, other, given)
    elif other is not None:
        verdict = DOUBLE
    if verdict == WAITING and _over(ctx, tx, given.day):
        verdict = EXPIRED
    tickets.add(tx, ticket, given.prefix, given.seq)
    kiosk_pace.handed_in(ctx, tx, given.kiosk, given.prefix, at)
    facts = {"given_at": at, "lease": lease.id, "verdict": verdict, "clock_off": off}
    facts |= {"other": other.id} if other is not None else {}
    data = {"item": given.item, "applicant": given.applicant, "kiosk": given.kiosk}
    line = note(tx, actor, f"ticket.{Move.ISSUE}", given.id, data=data | {"offline": facts})
    tx.events.append(event_of(ticket, Move.ISSUE, line))
    _on_paper(tx, actor, given, ticket)
    _keep_answer(tx, given)
    if verdict != WAITING:
        _end(tx, ticket, verdict, other)
    _write_down(tx, given, lease.id, at, verdict, other.id if other is not None else "", off)
    return verdict


def _when(ctx: Context, lease: Any, given: GivenTicket, now: int) -> int:
    """Time (ms) it was given: on its day, not before its numbers were leased, not in the future."""
    midnight = datetime.combine(date.fromisoformat(given.day), time.min)
    zone = ctx.settings().timezone
    begins, ends = instant(midnight, zone), instant(midnight + timedelta(days=1), zone)
    leased = int(lease.leased_at) if lease is not None and json.loads(lease.tokens) else begins
    return max(leased, min(given.at, now, ends - 1))


def _write_down(
    tx: Tx, given: GivenTicket, lease: str, at: int, verdict: str, other: str, clock_off: int
) -> None:
    leases.add_handed_in(
        tx,
        given.id,
        lease=lease,
        kiosk=given.kiosk,
        day=given.day,
        given_at=at,
        verdict=verdict,
        other=other,
        clock_off=max(-(10**9), min(10**9, clock_off)),
    )
    tx.events.append(HallChanged(HANDED_IN, {"kiosk": given.kiosk}))


def _adopt(ctx: Context, tx: Tx, actor: Actor, given: GivenTicket) -> Any:
    """A lease these books have never heard of (they were restored): taken over if it is free."""
    if given.first > given.last or not given.first <= given.seq <= given.last:
        return None
    if given.first <= OPEN_NUMBERS or given.last - given.first >= MOST_LEASED:
        return None  # no lease of ours: those numbers are the server's own
    if given.day > ctx.day(tx.now):
        return None
    rows = [r for r in leases.of_day(tx.conn, tx.hall_id, given.day) if r.prefix == given.prefix]
    taken = leases.last_taken(tx.conn, tx.hall_id, given.day, given.prefix)
    if leases.get(tx.conn, tx.hall_id, given.lease) is not None or taken >= given.first:
        return None
    if any(r.first <= given.last and given.first <= r.last for r in rows):
        return None
    if sum(r.kiosk == given.kiosk and not json.loads(r.tokens) for r in rows) >= MOST_FOUND:
        return None
    leases.add(
        tx,
        given.lease,
        Block(given.first, given.last),
        kiosk=given.kiosk,
        book="",
        day=given.day,
        prefix=given.prefix,
        tokens=[],
    )
    first, last = number(given.prefix, given.first), number(given.prefix, given.last)
    data = {"kiosk": given.kiosk, "first": first, "last": last}
    note(tx, actor, "lease.found", given.lease, data=data)
    return leases.get(tx.conn, tx.hall_id, given.lease)


def _rival(tx: Tx, given: GivenTicket) -> Ticket | None:
    """Somebody else's ticket of the same number or token."""
    found = tickets.get(tx.conn, tx.hall_id, given.id)
    return found or tickets.by_token(tx.conn, tx.hall_id, given.token)


def _conflict(
    tx: Tx, actor: Actor, given: GivenTicket, at: int, rival: Ticket | None, off: int
) -> str:
    other = rival.id if rival is not None else ""
    data = {"kiosk": given.kiosk, "lease": given.lease, "item": given.item, "other": other}
    note(tx, actor, "ticket.conflict", given.id, data=data | {"given_at": at})
    _write_down(tx, given, given.lease, at, CONFLICT, other, off)
    return CONFLICT


def _pressed_twice(tx: Tx, given: GivenTicket) -> Ticket | None:
    """The ticket that the server itself had given for the same press, before it went away."""
    owner = Actor(ActorKind.KIOSK, given.kiosk).key
    first = commands.first_answer(tx.conn, tx.hall_id, owner, given.key)
    if first is None or first.status != 0:
        return None
    ticket = str(json.loads(first.body).get("ticket", ""))
    return tickets.get(tx.conn, tx.hall_id, ticket) if ticket and ticket != given.id else None


def _void(tx: Tx, other: Ticket, given: GivenTicket) -> None:
    """The number on paper stands, in the place of the one that was given first."""
    state = after(Move.CANCEL, other.state, SYSTEM.kind)
    ended = replace(other, state=state, ended_at=tx.now)
    tickets.change(tx, ended, other)
    data = {"number": other.number, "double_of": given.id}
    line = note(tx, SYSTEM, f"ticket.{Move.CANCEL}", other.id, data=data)
    tx.events.append(event_of(ended, Move.CANCEL, line))
    void_slips(tx, other.id)


def _ticket(ctx: Context, tx: Tx, given: GivenTicket, at: int) -> Ticket:
    catalogue = ctx.catalogue()
    version = _version(catalogue, given)
    then = ctx.catalogue_version(version).item_by.get(given.item)
    item = catalogue.item_by.get(given.item) or then
    klass = catalogue.class_by.get(given.applicant)
    return Ticket(
        id=given.id,
        day=given.day,
        number=number(given.prefix, given.seq),
        token=given.token,
        queue=item.unit if item is not None else _unit_of(catalogue, given.prefix),
        item=given.item,
        klass=given.applicant,
        level=klass.level if klass else 0,
        lane=lane(given.item, given.applicant),
        ord=_order(tx, given.day, at),
        state=State.WAITING,
        version=version,
        kiosk=given.kiosk,
        issued_at=at,
        waiting_since=at,
        first_called_at=None,
        called_at=None,
        call_count=0,
        serving_at=None,
        ended_at=None,
        window="",
        staff="",
        outcome="",
        note="",
        returns=0,
        transfers=0,
    )


def _version(catalogue: Catalogue, given: GivenTicket) -> int:
    """The business data under which it was given; restored books may not know them any more."""
    known = 0 < given.version <= catalogue.version
    return given.version if known else catalogue.version


def _unit_of(catalogue: Catalogue, prefix: str) -> str:
    return next((unit.code for unit in catalogue.units if unit.prefix == prefix), "")


def _order(tx: Tx, day: str, at: int) -> int:
    """Behind everybody who took a number before, in front of those who took one since."""
    before, behind = leases.neighbours(tx.conn, tx.hall_id, day, at)
    if behind is None:
        return order_of(tickets.take_number(tx, day, ARRIVALS))
    return between(before, behind)


def _over(ctx: Context, tx: Tx, day: str) -> bool:
    return day < ctx.day(tx.now) or leases.closed_day(tx.conn, tx.hall_id, day)


def _end(tx: Tx, ticket: Ticket, verdict: str, other: Ticket | None) -> None:
    """Nobody waits with it any more: the day is over, or the person was served already."""
    move = Move.EXPIRE if verdict == EXPIRED else Move.CANCEL
    ended = replace(ticket, state=after(move, ticket.state, SYSTEM.kind), ended_at=tx.now)
    tickets.change(tx, ended, ticket)
    data: JsonDict = {"number": ticket.number, "from": ticket.state.value}
    data |= {"double_of": other.id} if other is not None else {}
    line = note(tx, SYSTEM, f"ticket.{move}", ticket.id, data=data)
    tx.events.append(event_of(ended, move, line))


def _on_paper(tx: Tx, actor: Actor, given: GivenTicket, ticket: Ticket) -> None:
    """The slip that the kiosk's PC printed by itself; its result follows by the agents' line."""
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
    if slips.get(tx.conn, tx.hall_id, given.slip) is not None:
        return  # the name of another slip: that one is not this ticket's
    slips.owe(
        tx,
        slip_id=given.slip,
        kind="ticket",
        ticket_id=ticket.id,
        device=_printer(tx, given),
        document=json.dumps(facts, ensure_ascii=False),
        copy=False,
        by=actor.key,
    )
    slips.set_state(tx, given.slip, "sent")


def _printer(tx: Tx, given: GivenTicket) -> str:
    """The printer it names, if that stands at its kiosk: no agent speaks of another's printer."""
    row = bindings.get(tx.conn, tx.hall_id, given.printer)
    own = row is not None and (row.kind, row.serves) == ("printers", given.kiosk)
    return given.printer if own else ""


def _keep_answer(tx: Tx, given: GivenTicket) -> None:
    """The press is answered: should its page ask again, it is told this ticket."""
    owner = Actor(ActorKind.KIOSK, given.kiosk).key
    if commands.first_answer(tx.conn, tx.hall_id, owner, given.key) is not None:
        return
    asked = issue_asked(given.item, given.applicant, given.kiosk, paper=True)
    body = json.dumps({"ticket": given.id, WINDOW: ""})
    commands.keep_answer(tx, owner, given.key, digest_of(asked), 0, body)
