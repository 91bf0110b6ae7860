"""Slips: what is enqueued for printing, printed again, and reported by the printers' agents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.device_health import queries as device_health_queries
from server.hall.context import Context, JsonDict, write_journal
from server.queue import (
    slip_queries,
    ticket_queries,
)
from server.queue.errors import QueueCode
from server.queue.events import SlipOwed, SlipSettled
from server.queue.routing import Delay
from server.queue.settings import ScreenSettings
from server.queue.slips import StoredSlip
from server.queue.tickets import (
    Ticket,
    slot_of,
)
from server.queue.wait_range import Wait

NO_PRINTER = "no_printer"


@dataclass(frozen=True, slots=True)
class Slip:
    """Slip that was just enqueued for printing."""

    id: str
    state: str
    reason: str
    copy: bool = False


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


def slip_printer(tx: Tx, kiosk: str) -> str:
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
