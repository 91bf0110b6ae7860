"""Issue of tickets: routing, number, slip and journal line in one transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from server.catalogue.model import ApplicantClass, Item
from server.core.actors import Actor, ActorKind
from server.core.errors import HallError
from server.core.settings import Settings
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.queue import (
    issue_rate,
    item_quotas,
    number_counters,
    number_ranges,
    sites,
    snapshot,
    ticket_queries,
    visits,
)
from server.queue.errors import QueueCode
from server.queue.forecasts import Forecasts
from server.queue.offline import lease_queries
from server.queue.offline.lease_rules import NumberRange
from server.queue.routing import Delay, require_here, route
from server.queue.settings import NumberSettings
from server.queue.slip_printing import (
    NO_PRINTER,
    Slip,
    enqueue_slip,
    require_printer,
    slip_facts,
    slip_printer,
)
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
    ticket_id,
)
from server.queue.transitions import event_of
from server.queue.wait_range import Wait, wait_of

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
    site: str = ""
    """Building that the person chose; empty: where the number is taken. Set only if told apart."""

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
    here = _here(snap, settings, actor, kiosk or extras.printer_of)
    require_here(catalogue, item_code, here, extras.site)
    site = here or extras.site or _site(snap, settings, item_code)
    number_ranges.require_here(catalogue, settings, site, ctx.day(tx.now))
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
        device = chosen or slip_printer(tx, ticket.kiosk)
        numbers = [other.number for other in others]
        facts = slip_facts(ticket, target.now, wait, target.delay, numbers)
        slip_id = enqueue_slip(ctx, tx, actor, "ticket", facts, device, ticket.id, copy=False)
        slip = Slip(slip_id, "owed", "") if device else Slip(slip_id, "failed", NO_PRINTER)
    return IssuedTicket(ticket.id, ticket, snap, target.now, wait, slip, target.delay)


def _here(snap: QueueSnapshot, settings: Settings, actor: Actor, kiosk: str) -> str:
    """Return the building in which a number is taken; empty from afar, and if not told apart.

    `kiosk`: where it is taken or its slip is printed.
    """
    catalogue = snap.catalogue
    if not sites.are_apart(catalogue, settings):
        return ""
    if kiosk:
        return sites.of_kiosk(catalogue, settings, kiosk)
    if actor.kind in (ActorKind.CLERK, ActorKind.MANAGER, ActorKind.ADMINISTRATOR):
        windows = [code for code, row in snap.session_rows.items() if row.staff == actor.name]
        return sites.of_desk(catalogue, settings, actor.name, windows, snap.local.date())
    return ""


def _site(snap: QueueSnapshot, settings: Settings, item: str) -> str:
    """Return the building to come to from afar; empty if the hall does not tell them apart."""
    entry = snap.catalogue.item_by.get(item)
    if entry is None:
        return ""  # the routing refuses it
    return sites.of_item(snap.catalogue, settings, entry, snap.local, snap.sessions)


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
    own = number_ranges.require_range(ctx.settings(), day)
    if own.first > 1:
        number_counters.begin(tx, day, prefix, own.first - 1)
    seq, arrival = ticket_queries.take_numbers(tx, day, prefix, ARRIVALS)
    ticket_number = _own_number(tx, day, prefix, seq, own, own.reserve(reserve))
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


def _own_number(tx: Tx, day: str, prefix: str, seq: int, own: NumberRange, reserve: int) -> str:
    """Return the number to show; raise if it belongs to kiosks on lease or to the desk.

    `own`: the server's numbers; `reserve`: the count of last ones reserved for the desk.
    """
    if seq > own.open_last - reserve:
        lowest = lease_queries.lowest(tx.conn, tx.hall_id, day, prefix)
        last = lowest - 1 if lowest is not None else own.last
        if seq > last:
            raise HallError(QueueCode.NUMBERS_EXHAUSTED, prefix=prefix)
        if seq > last - reserve:
            raise HallError(QueueCode.NUMBERS_AT_DESK, prefix=prefix)
    return number(prefix, seq)
