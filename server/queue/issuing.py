"""Issue of tickets: routing, number, slip and journal line in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from server.catalogue.model import ApplicantClass, Item
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import CommonCode, HallError
from server.core.settings import Settings
from server.core.store import Tx
from server.device_health import queries as device_health_queries
from server.hall.context import Context, JsonDict, write_journal
from server.queue import (
    issue_rate,
    item_quotas,
    sites,
    slip_queries,
    snapshot,
    ticket_queries,
    visits,
)
from server.queue.errors import QueueCode
from server.queue.events import SlipOwed, SlipSettled
from server.queue.forecasts import Forecasts
from server.queue.offline import lease_queries
from server.queue.offline.lease_rules import OPEN_NUMBERS, TOP
from server.queue.routing import Delay, route
from server.queue.settings import NumberSettings, ScreenSettings
from server.queue.slips import StoredSlip
from server.queue.snapshot import QueueSnapshot
from server.queue.ticket_place import after_delay
from server.queue.tickets import (
    Move,
    Ticket,
    absent_lane,
    booked_lane,
    lane,
    number,
    order_of,
    slot_of,
    ticket_id,
)
from server.queue.transitions import event_of
from server.queue.wait_range import Wait, wait_of

NO_PRINTER = "no_printer"
ARRIVALS = "#"
"""Name of the counter of arrivals of the whole hall, beside those of the prefixes."""


def issue(
    ctx: Context, actor: Actor, key: str, *, item: str, applicant: str, kiosk: str, paper: bool
) -> str:
    """Issue a ticket for `item`; return its id.

    Raises the routing's case, CLASS_UNKNOWN, NUMBERS_EXHAUSTED, KEY_REUSED; for a kiosk also
    KIOSK_PACE and NUMBERS_AT_DESK.
    """
    return issue_with_data(
        ctx, actor, key, item=item, applicant=applicant, kiosk=kiosk, paper=paper
    ).ticket_id


@dataclass(frozen=True, slots=True)
class Slip:
    """Slip that was just enqueued for printing."""

    id: str
    state: str
    reason: str
    copy: bool = False


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """Issued ticket with the data that its action read; only the id for a repeated request."""

    ticket_id: str
    ticket: Ticket | None = None
    seen: QueueSnapshot | None = None
    windows: tuple[str, ...] = ()
    wait: Wait | None = None
    slip: Slip | None = None
    delay: Delay | None = None


@dataclass(frozen=True, slots=True)
class IssueExtras:
    """Parts of an issue command that most do not have."""

    printer_of: str = ""
    """Kiosk that prints the slip of a number issued at a desk."""
    companion: str = ""
    """Token of another number of the same person."""
    slot: int = 0
    """Start (ms) of the person's appointment; 0: without one."""
    absent: bool = False
    """True for a remote number: its holder checks in later."""

    def lane_of(self, item: str, klass: str, site: str) -> str:
        """Return the lane of the number."""
        if self.absent:
            return absent_lane(item, klass, site)
        return booked_lane(item, klass, self.slot, site) if self.slot else lane(item, klass, site)


NO_EXTRAS = IssueExtras()


def issue_with_data(
    ctx: Context,
    actor: Actor,
    key: str,
    *,
    item: str,
    applicant: str,
    kiosk: str,
    paper: bool,
    extras: IssueExtras = NO_EXTRAS,
) -> IssuedTicket:
    """Issue a ticket as `issue` does; return also what was read for it, to save reading again.

    Raises also NO_PRINTER and TICKET_UNKNOWN for its extras.
    """
    request = issue_request(item, applicant, kiosk, paper=paper)
    request |= {name: value for name, value in asdict(extras).items() if value}
    issued_tickets: list[IssuedTicket] = []
    attempts: list[int] = []

    def act(tx: Tx) -> JsonDict:
        attempts.append(tx.now)
        issued_tickets.append(issue_in_act(ctx, tx, actor, request, extras))
        return {"ticket": issued_tickets[-1].ticket_id}

    try:
        ticket_id = str(ctx.command(actor, key, request, act, brief=True)["ticket"])
    except HallError as error:
        if attempts:
            issue_rate.record_refusal(ctx, error)
        raise
    return issued_tickets[-1] if issued_tickets else IssuedTicket(ticket_id)


def issue_request(item: str, applicant: str, kiosk: str, *, paper: bool) -> JsonDict:
    """Return the arguments of an issue command, which must be equal for a repeat."""
    return {
        "act": "issue",
        "item": item,
        "applicant": applicant,
        "kiosk": kiosk,
        "paper": paper,
    }


def issue_in_act(
    ctx: Context, tx: Tx, actor: Actor, request: JsonDict, extras: IssueExtras = NO_EXTRAS
) -> IssuedTicket:
    """Issue a ticket in the running action; `request` as of `issue_request`. Raises as `issue`."""
    item_code, applicant, kiosk = request["item"], request["applicant"], request["kiosk"]
    chosen = require_printer(tx, extras.printer_of) if extras.printer_of else ""
    catalogue, settings = ctx.catalogue(), ctx.settings()
    snap = snapshot.in_act(ctx, tx, "sessions", "waiting", "notices")
    now, sessions = snap.local, snap.sessions
    site = _site(snap, settings, actor, item_code, kiosk or extras.printer_of)
    target = route(catalogue, item_code, now, sessions, settings, site)
    item = catalogue.item_by[item_code]
    item_quotas.require_place(ctx, tx.conn, item_code, tx.now)
    if actor.kind is ActorKind.KIOSK:
        issue_rate.require(ctx, tx, kiosk, catalogue.unit_by[item.unit].prefix)
    reserve = settings.of(NumberSettings).desk_numbers if actor.kind is ActorKind.KIOSK else 0
    klass = catalogue.class_by.get(applicant)
    if klass is None:
        raise HallError(QueueCode.CLASS_UNKNOWN, applicant=applicant)
    latest = Forecasts.of(ctx).in_act(tx)  # before the ticket, which would be ahead of itself
    others = visits.join(tx, ctx.day(tx.now), extras.companion) if extras.companion else []
    newcomer = latest.newcomer(item, klass.level, extras.slot or None, site)
    turn = after_delay(newcomer, target.delay, tx.now)
    turn = visits.after_others(turn, others, latest, catalogue)
    wait, is_expected = wait_of(turn), target.delay is None or target.delay.until is not None
    visit = others[0].visit if others else ""
    expected = wait if is_expected else None
    place = _Place(extras.lane_of(item.code, klass.code, site), kiosk, expected, visit)
    ticket = _new_ticket(ctx, tx, item, klass, reserve, place)
    latest.join(ticket, item, turn)
    line = write_journal(
        tx,
        actor,
        f"ticket.{Move.ISSUE}",
        ticket.id,
        data={"item": item.code, "applicant": applicant, "kiosk": kiosk, "windows": target.now}
        | ({"visit": visit} if visit else {})
        | ({"slot": extras.slot} if extras.slot else {})
        | ({"remote": True} if extras.absent else {}),
    )
    tx.events.append(event_of(ticket, Move.ISSUE, line))
    if not visit:  # else another ticket has changed too
        snapshot.cache_issued(ctx, tx, snap, ticket)
    slip = None
    if request["paper"]:
        device = chosen or _slip_printer(tx, ticket.kiosk)
        numbers = [other.number for other in others]
        facts = slip_facts(ticket, target.now, wait, target.delay, numbers)
        slip_id = enqueue_slip(ctx, tx, actor, "ticket", facts, device, ticket.id, copy=False)
        slip = Slip(slip_id, "owed", "") if device else Slip(slip_id, "failed", NO_PRINTER)
    return IssuedTicket(ticket.id, ticket, snap, target.now, wait, slip, target.delay)


def _site(snap: QueueSnapshot, settings: Settings, actor: Actor, item: str, kiosk: str) -> str:
    """Return the building in which a number is taken; empty if the hall does not tell them apart.

    `kiosk`: where it is taken or its slip is printed.
    """
    catalogue = snap.catalogue
    if not sites.are_apart(catalogue, settings):
        return ""
    if kiosk:
        return sites.of_kiosk(catalogue, settings, kiosk)
    if actor.kind in (ActorKind.CLERK, ActorKind.MANAGER, ActorKind.ADMINISTRATOR):
        windows = [code for code, row in snap.session_rows.items() if row.staff == actor.name]
        return sites.of_desk(catalogue, settings, actor.name, windows)
    entry = catalogue.item_by.get(item)
    if entry is None:
        return ""  # the routing refuses it
    return sites.of_item(catalogue, settings, entry, snap.local, snap.sessions)


@dataclass(frozen=True, slots=True)
class _Place:
    """Place of a new ticket: its lane, where it was taken, what was told, its visit."""

    lane: str
    kiosk: str
    expected: Wait | None
    visit: str


def _new_ticket(
    ctx: Context, tx: Tx, item: Item, klass: ApplicantClass, reserve: int, place: _Place
) -> Ticket:
    day, catalogue = ctx.day(tx.now), ctx.catalogue()
    prefix = catalogue.unit_by[item.unit].prefix
    seq, arrival = ticket_queries.take_numbers(tx, day, prefix, ARRIVALS)
    ticket_number = _own_number(tx, day, prefix, seq, reserve)
    ticket = Ticket(
        id=ticket_id(day, ticket_number),
        day=day,
        number=ticket_number,
        token=ctx.tokens.token(16),
        queue=item.unit,
        item=item.code,
        klass=klass.code,
        level=klass.level,
        lane=place.lane,
        ord=order_of(arrival),
        version=catalogue.version,
        kiosk=place.kiosk,
        issued_at=tx.now,
        waiting_since=tx.now,
        told_low=place.expected.low if place.expected else None,
        told_high=place.expected.high if place.expected else None,
        visit=place.visit,
    )
    ticket_queries.add(tx, ticket, prefix, seq)
    return ticket


def _own_number(tx: Tx, day: str, prefix: str, seq: int, reserve: int) -> str:
    """Return the number to show; raise if it belongs to kiosks on lease or to the desk.

    `reserve`: the count of last numbers that are reserved for the desk.
    """
    if seq > OPEN_NUMBERS - reserve:
        lowest = lease_queries.lowest(tx.conn, tx.hall_id, day, prefix)
        last = lowest - 1 if lowest is not None else TOP
        if seq > last:
            raise HallError(QueueCode.NUMBERS_EXHAUSTED, prefix=prefix)
        if seq > last - reserve:
            raise HallError(QueueCode.NUMBERS_AT_DESK, prefix=prefix)
    return number(prefix, seq)


def slip_facts(
    ticket: Ticket,
    windows: tuple[str, ...],
    wait: Wait,
    delay: Delay | None = None,
    others: Sequence[str] = (),
) -> JsonDict:
    """Return the contents of a ticket's slip; `others`: the other numbers of the visit."""
    facts: JsonDict = {"others": list(others)} if others else {}
    slot = slot_of(ticket.lane)
    facts |= {"slot": slot} if slot is not None else {}
    return facts | {
        "delay": {"reason": delay.reason, "until": delay.until} if delay else None,
        "ticket": ticket.id,
        "number": ticket.number,
        "token": ticket.token,
        "item": ticket.item,
        "applicant": ticket.klass,
        "version": ticket.version,
        "windows": list(windows),
        "ahead": wait.ahead,
        "low": wait.low,
        "high": wait.high,
        "issued_at": ticket.issued_at,
    }


def require_printer(tx: Tx, kiosk: str) -> str:
    """Return the printer of a kiosk; raise NO_PRINTER."""
    printer = device_health_queries.serving(tx.conn, tx.hall_id, "printers", kiosk)
    if printer is None:
        raise HallError(QueueCode.NO_PRINTER, serves=kiosk)
    return str(printer.name)


def _slip_printer(tx: Tx, kiosk: str) -> str:
    """Return the kiosk's own printer or ""; for the desk, the hall's first printer."""
    if kiosk:
        printer = device_health_queries.serving(tx.conn, tx.hall_id, "printers", kiosk)
        return str(printer.name) if printer is not None else ""
    return next(
        (
            str(d.name)
            for d in device_health_queries.every(tx.conn, tx.hall_id)
            if d.kind == "printers"
        ),
        "",
    )


def enqueue_slip(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    kind: str,
    facts: dict[str, Any],
    device: str,
    ticket: str,
    *,
    copy: bool,
) -> str:
    """Enqueue a slip for printing; without a printer it fails at once with a reason."""
    slip_id = ctx.tokens.token(12)
    row = slip_queries.enqueue(
        tx,
        slip_id=slip_id,
        kind=kind,
        ticket_id=ticket,
        device=device,
        document=json.dumps(facts, ensure_ascii=False),
        copy=copy,
        by=actor.key,
    )
    if device:
        tx.events.insert(0, SlipOwed(slip_id, device, row))  # the paper goes first
    else:
        slip_queries.set_state(tx, slip_id, "failed", NO_PRINTER)
    return slip_id


def print_notice(
    ctx: Context, actor: Actor, key: str, *, item: str, missing: list[int], printer_of: str
) -> str:
    """Print an item's list of materials at a kiosk's (or desk's) printer; return the slip id.

    Nothing is recorded of who asks; a notice of what was handed in is `one_time_notices.actions`.

    Raises ITEM_UNKNOWN, NO_PRINTER, INVALID.
    """
    request: JsonDict = {"act": "notice", "item": item, "missing": missing, "at": printer_of}

    def act(tx: Tx) -> JsonDict:
        catalogue = ctx.catalogue()
        item_entry = catalogue.item_by.get(item)
        if item_entry is None:
            raise HallError(QueueCode.ITEM_UNKNOWN, item=item)
        if any(not 0 <= index < len(item_entry.materials) for index in missing):
            raise HallError(CommonCode.INVALID, field="missing")
        facts = {
            "item": item,
            "version": catalogue.version,
            "missing": missing,
            "issued_at": tx.now,
        }
        slip = enqueue_notice(ctx, tx, actor, facts, printer_of)
        write_journal(tx, actor, "notice.print", item, data={"slip": slip, "missing": missing})
        return {"slip": slip}

    return str(ctx.command(actor, key, request, act)["slip"])


def enqueue_notice(
    ctx: Context, tx: Tx, actor: Actor, facts: JsonDict, printer_of: str = ""
) -> str:
    """Enqueue the slip of a notice at a kiosk's printer, else the first; raise NO_PRINTER."""
    device = _printer(tx, printer_of)
    return enqueue_slip(ctx, tx, actor, "notice", facts, device, "", copy=False)


def _printer(tx: Tx, serves: str) -> str:
    device = device_health_queries.serving(tx.conn, tx.hall_id, "printers", serves)
    if device is None:
        # A counter without a printer of its own prints at the hall's first kiosk printer.
        printers = [
            d for d in device_health_queries.every(tx.conn, tx.hall_id) if d.kind == "printers"
        ]
        if not printers:
            raise HallError(QueueCode.NO_PRINTER, serves=serves)
        device = printers[0]
    return str(device.name)


def reprint(ctx: Context, actor: Actor, key: str, ticket_id: str, printer_of: str) -> str:
    """Print a ticket's slip again by hand, marked as a copy; return the slip id.

    Raises TICKET_UNKNOWN, SLIP_UNKNOWN, NO_PRINTER, FORBIDDEN.
    """
    if actor.kind not in (ActorKind.CLERK, ActorKind.MANAGER, ActorKind.ADMINISTRATOR):
        raise HallError(CommonCode.FORBIDDEN)
    request: JsonDict = {"act": "reprint", "ticket": ticket_id, "at": printer_of}

    def act(tx: Tx) -> JsonDict:
        ticket = ticket_queries.get(tx.conn, tx.hall_id, ticket_id)
        if ticket is None:
            raise HallError(QueueCode.TICKET_UNKNOWN, ticket=ticket_id)
        first = slip_queries.of_ticket(tx.conn, tx.hall_id, ticket_id)
        # An old slip cannot be printed: its document was deleted for privacy.
        facts = json.loads(first[0].document) if first else {}
        if not facts:
            raise HallError(QueueCode.SLIP_UNKNOWN, ticket=ticket_id)
        device = _printer(tx, printer_of or ticket.kiosk)
        slip = enqueue_slip(ctx, tx, actor, "ticket", facts, device, ticket_id, copy=True)
        write_journal(tx, actor, "slip.reprint", ticket_id, data={"slip": slip, "device": device})
        return {"slip": slip}

    return str(ctx.command(actor, key, request, act)["slip"])


def settle_slip(
    ctx: Context,
    agent: str,
    slip_id: str,
    state: str,
    reason: str,
    *,
    printer: str = "",
    kiosk: str = "",
) -> None:
    """Store the printer agent's report on a slip. A final report of the printer is not replaced.

    `printer`, `kiosk`: origin of the report; a slip of another printer, or of another kiosk's
    ticket, is ignored.
    """

    def act(tx: Tx) -> None:
        row = slip_queries.get(tx.conn, tx.hall_id, slip_id)
        if row is None or row.state == state or not _is_open(row):
            return
        if printer and row.device != printer:
            return
        if kiosk and _kiosk_of(tx, row) != kiosk:
            return
        slip_queries.set_state(tx, slip_id, state, reason)
        if state != "sent":
            actor = Actor(ActorKind.AGENT, agent)
            data = {"slip": slip_id, "device": row.device, "reason": reason}
            write_journal(tx, actor, f"slip.{state}", row.ticket_id or slip_id, data=data)
        tx.events.append(SlipSettled(slip_id, row.device, row.ticket_id, state))

    ctx.write(act, brief=True)


def _kiosk_of(tx: Tx, row: StoredSlip) -> str:
    ticket = ticket_queries.get(tx.conn, tx.hall_id, row.ticket_id) if row.ticket_id else None
    return ticket.kiosk if ticket is not None else ""


GIVEN_UP = frozenset({"unreachable", "no_answer", slip_queries.VOID})
"""Reasons set by the server itself; a later report of the printer takes precedence."""


def _is_open(row: StoredSlip) -> bool:
    return row.state in ("owed", "sent") or row.reason in GIVEN_UP


def give_up_slips(ctx: Context) -> int:
    """Settle slips whose printer's agent is silent; return their number.

    Never handed over: failed, and not printed later. Handed over without a report since: unknown,
    because it may be on paper.
    """
    patience = ctx.settings().of(ScreenSettings).slip_patience_seconds * 1000
    before = ctx.clock.now() - patience

    def overdue(conn: Connection) -> list[StoredSlip]:
        rows = slip_queries.overdue(conn, ctx.hall_id, before)
        return [r for r in rows if r.state == "owed" or r.created_at < before - patience]

    if not ctx.read_single(overdue):
        return 0

    def act(tx: Tx) -> int:
        overdue_slips = overdue(tx.conn)
        for row in overdue_slips:
            is_unsent = row.state == "owed"
            _give_up(tx, row, "unreachable" if is_unsent else "no_answer")
        return len(overdue_slips)

    return ctx.write(act)


def void_slips(tx: Tx, ticket_id: str) -> None:
    """Settle the unprinted slips of a ticket that was cancelled in favour of another."""
    for row in slip_queries.of_ticket(tx.conn, tx.hall_id, ticket_id):
        if row.state in ("owed", "sent"):
            _give_up(tx, row, slip_queries.VOID)


def _give_up(tx: Tx, row: StoredSlip, reason: str) -> None:
    """Settle a slip: failed if never handed over, otherwise unknown, as it may be on paper."""
    state = "failed" if row.state == "owed" else "unknown"
    slip_queries.set_state(tx, row.id, state, reason)
    data = {"slip": row.id, "device": row.device, "reason": reason}
    write_journal(tx, SYSTEM, f"slip.{state}", row.ticket_id or row.id, data=data)
    tx.events.append(SlipSettled(row.id, row.device, row.ticket_id, state))
