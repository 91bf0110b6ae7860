"""Acts on one-time notices: a hand-in of materials is recorded, and its faults are told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from server.catalogue.model import Catalogue, Item
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.one_time_notices import queries
from server.one_time_notices.errors import NoticeCode
from server.one_time_notices.publication import digest_shown, requirements
from server.one_time_notices.queries import StoredHandIn, StoredLine, StoredMaterial, StoredNotice
from server.one_time_notices.rules import (
    HandIn,
    Look,
    MaterialFault,
    breaches,
    material_keys,
    without_corrected,
)
from server.one_time_notices.settings import NoticeSettings
from server.one_time_notices.week_counts import FINDING_MARK
from server.one_time_notices.words import FAULT_WORDS
from server.queue import slip_printing, ticket_queries
from server.queue.errors import QueueCode
from server.queue.tickets import State, Ticket
from server.spot_checks import finding_actions
from server.spot_checks.anomalies import Anomaly
from server.spot_checks.marks import Kind

DIGITS = 16
"""Digits of a notice's number: it is typed from paper, and nobody guesses one."""
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class MarkedMaterial:
    """State of one material, as the clerk marks it; `place` in the item's list, from 0."""

    place: int
    look: Look = field(default_factory=Look)
    words: str = ""


@dataclass(frozen=True, slots=True)
class HandInOrder:
    """Materials that the holder of a ticket hands in at a window."""

    ticket: str
    item: str
    marks: tuple[MarkedMaterial, ...]
    earlier: str = ""
    """Number of an earlier notice that the person brings; "": none."""
    on_slip: bool = True
    """False if the notice is printed as A4 at the window."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Recorded hand-in: number of its notice and id of its slip; empty where there is none."""

    hand_in: str
    notice: str
    slip: str


def record(ctx: Context, actor: Actor, key: str, order: HandInOrder) -> Recorded:
    """Record a hand-in; if anything is wrong, give the one-time notice that names all of it.

    A breach of "told once" is proposed as a finding in the same transaction. Raises TICKET_UNKNOWN,
    HAND_IN_TICKET, HAND_IN_MATERIALS, HAND_IN_EXPIRY, NOTICE_UNKNOWN, NOTICE_ITEM, NO_PRINTER.
    """
    request: JsonDict = {
        "act": "hand_in.record",
        "ticket": order.ticket,
        "item": order.item,
        "earlier": order.earlier,
        "on_slip": order.on_slip,
        "marks": [_plain(mark) for mark in order.marks],
    }

    def act(tx: Tx) -> JsonDict:
        recorded = _record(ctx, tx, actor, order)
        return {"hand_in": recorded.hand_in, "notice": recorded.notice, "slip": recorded.slip}

    answer = ctx.command(actor, key, request, act)
    return Recorded(answer["hand_in"], answer["notice"], answer["slip"])


def _plain(mark: MarkedMaterial) -> JsonDict:
    look = mark.look
    return {
        "place": mark.place,
        "needed": look.needed,
        "replaced": look.replaced,
        "faults": _fault_codes(look.faults),
        "valid_until": look.valid_until,
        "words": mark.words,
    }


def _record(ctx: Context, tx: Tx, actor: Actor, order: HandInOrder) -> Recorded:
    ticket = _at_window(tx, actor, order)
    catalogue = ctx.catalogue()
    item = catalogue.item_by.get(order.item)
    if item is None:
        raise HallError(QueueCode.ITEM_UNKNOWN, item=order.item)
    _require_marks(item, order.marks, ctx.day(tx.now))
    before = last_hand_in(tx.conn, tx.hall_id, ticket, order.earlier)
    row = _row(ctx, tx, actor, ticket, item, before)
    keys = material_keys([material.name for material in item.materials])
    rows = [_material(row.id, keys[mark.place], mark) for mark in order.marks]
    queries.add(tx, row, rows)
    notice = slip = ""
    if any(material.faults for material in rows):
        notice, slip = _give(ctx, tx, actor, row, rows, on_slip=order.on_slip)
    faults = {m.material: m.faults for m in rows if m.faults}
    data: JsonDict = {
        "ticket": ticket.id,
        "item": item.code,
        "unit": row.unit,
        "matter": row.matter,
        "n": row.n,
        "corrects": row.corrects,
        "notice": notice,
        "faults": faults,
    }
    write_journal(tx, actor, "hand_in.record", row.id, window=row.window, data=data)
    if notice:
        _propose(ctx, tx, catalogue, row, notice)
    return Recorded(row.id, notice, slip)


def _at_window(tx: Tx, actor: Actor, order: HandInOrder) -> Ticket:
    """Return the ticket that the actor serves; raise TICKET_UNKNOWN or HAND_IN_TICKET."""
    ticket = ticket_queries.get(tx.conn, tx.hall_id, order.ticket)
    if ticket is None:
        raise HallError(QueueCode.TICKET_UNKNOWN, ticket=order.ticket)
    serves = ticket.state is State.SERVING and ticket.staff == actor.name
    if not serves or ticket.item != order.item:
        raise HallError(NoticeCode.HAND_IN_TICKET)
    return ticket


def _require_marks(item: Item, marks: Sequence[MarkedMaterial], today: str) -> None:
    """Raise HAND_IN_MATERIALS or HAND_IN_EXPIRY unless every material has one sensible mark."""
    if sorted(mark.place for mark in marks) != list(range(len(item.materials))):
        raise HallError(NoticeCode.HAND_IN_MATERIALS)
    for mark in marks:
        look, required = mark.look, item.materials[mark.place].required
        alone = MaterialFault.MISSING not in look.faults or len(look.faults) == 1
        if not alone or (not look.needed and (required or look.faults)):
            raise HallError(NoticeCode.HAND_IN_MATERIALS)
        if MaterialFault.EXPIRED in look.faults and not _is_day_before(look.valid_until, today):
            raise HallError(NoticeCode.HAND_IN_EXPIRY)


def _is_day_before(day: str, today: str) -> bool:
    try:
        return date.fromisoformat(day).isoformat() < today
    except ValueError:
        return False


def last_hand_in(
    conn: Connection, hall_id: str, ticket: Ticket, earlier: str
) -> StoredHandIn | None:
    """Return the last hand-in of the matter that a ticket's next one belongs to; None: a new one.

    The matter is that of the earlier notice that the person brings; without one, that of an
    earlier hand-in of the same visit for the same item. Raises NOTICE_UNKNOWN, NOTICE_ITEM.
    """
    if not earlier:
        latest = queries.latest_of_visit(conn, hall_id, ticket.id, ticket.visit, ticket.item)
    else:
        notice = queries.notice(conn, hall_id, earlier)
        latest = queries.get(conn, hall_id, notice.hand_in) if notice else None
        if latest is None:
            raise HallError(NoticeCode.NOTICE_UNKNOWN)
        if latest.item != ticket.item:
            raise HallError(NoticeCode.NOTICE_ITEM)
    return queries.of_matter(conn, hall_id, latest.matter)[-1] if latest else None


def is_correctable(ctx: Context, before: StoredHandIn, ticket: Ticket, now: int) -> bool:
    """Return True if a hand-in would correct `before`: the same service, and only just now."""
    minutes = ctx.settings().of(NoticeSettings).notice_correct_minutes
    same_service = before.ticket == ticket.id and before.served_at == ticket.serving_at
    return same_service and now - before.at < minutes * MINUTE_MS


def _row(
    ctx: Context, tx: Tx, actor: Actor, ticket: Ticket, item: Item, before: StoredHandIn | None
) -> StoredHandIn:
    hand_in_id = f"H{ctx.tokens.token(9)}"
    corrects = before is not None and is_correctable(ctx, before, ticket, tx.now)
    return StoredHandIn(
        id=hand_in_id,
        matter=before.matter if before else hand_in_id,
        n=before.n + 1 if before else 1,
        corrects=before.id if before and corrects else "",
        ticket=ticket.id,
        visit=ticket.visit,
        served_at=ticket.serving_at or tx.now,
        item=item.code,
        version=ctx.catalogue().version,
        requirements=requirements(item),
        at=tx.now,
        day=ctx.day(tx.now),
        unit=item.unit,
        window=ticket.window,
        staff=actor.name,
    )


def _fault_codes(faults: frozenset[MaterialFault]) -> list[str]:
    return [fault.value for fault in MaterialFault if fault in faults]


def _material(hand_in: str, key: str, mark: MarkedMaterial) -> StoredMaterial:
    look = mark.look
    return StoredMaterial(
        hand_in=hand_in,
        place=mark.place,
        material=key,
        needed=int(look.needed),
        replaced=int(look.replaced),
        faults=",".join(_fault_codes(look.faults)),
        valid_until=look.valid_until if MaterialFault.EXPIRED in look.faults else "",
        words=mark.words if look.faults else "",
    )


def _give(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    row: StoredHandIn,
    materials: Sequence[StoredMaterial],
    *,
    on_slip: bool,
) -> tuple[str, str]:
    """Store the notice of a hand-in, enqueue its slip; return its number and the slip's id."""
    number = ctx.tokens.digits(DIGITS)
    faulty = [(m, fault) for m in materials if m.faults for fault in m.faults.split(",")]
    lines = [
        StoredLine(
            notice=number,
            n=n,
            place=m.place,
            material=m.material,
            fault=fault,
            valid_until=m.valid_until if fault == MaterialFault.EXPIRED else "",
            words=m.words,
        )
        for n, (m, fault) in enumerate(faulty, start=1)
    ]
    slip = ""
    if on_slip:
        facts = slip_facts(ctx.catalogue(), row, number, materials)
        slip = slip_printing.enqueue_notice(ctx, tx, actor, facts)
    queries.add_notice(tx, StoredNotice(number, row.id, tx.now, slip), lines)
    return number, slip


def slip_facts(
    catalogue: Catalogue,
    row: StoredHandIn,
    number: str,
    materials: Sequence[StoredMaterial],
) -> JsonDict:
    """Return the contents of a notice's slip."""
    person, window = catalogue.staff_by.get(row.staff), catalogue.window_by.get(row.window)
    return {
        "item": row.item,
        "version": row.version,
        "missing": [m.place for m in materials if m.faults],
        "unneeded": [m.place for m in materials if not m.needed],
        "issued_at": row.at,
        "number": number,
        "digest": digest_shown(catalogue.item_by[row.item]),
        "told_by": person.name if person else "",
        "window": window.number if window else 0,
        "faults": {
            str(m.place): {
                "faults": m.faults.split(","),
                "valid_until": m.valid_until,
                "words": m.words,
            }
            for m in materials
            if m.faults
        },
    }


def look_of(row: StoredMaterial) -> Look:
    """Return a stored material as a `Look` for the rule."""
    faults = frozenset(MaterialFault(fault) for fault in row.faults.split(",") if fault)
    return Look(faults, bool(row.needed), bool(row.replaced), row.valid_until)


def history(
    rows: Sequence[StoredHandIn], materials: Mapping[str, Sequence[StoredMaterial]]
) -> list[HandIn]:
    """Return a matter's hand-ins for the rule, without those that were corrected."""
    hand_ins = [
        HandIn(
            row.id,
            row.day,
            row.requirements,
            {m.material: look_of(m) for m in materials.get(row.id, ())},
        )
        for row in rows
    ]
    return without_corrected(hand_ins, {row.id: row.corrects for row in rows if row.corrects})


def finding_mark(number: str) -> str:
    """Return the mark by which the finding of a later notice is proposed only once."""
    return f"{FINDING_MARK}{number}"


def _propose(ctx: Context, tx: Tx, catalogue: Catalogue, row: StoredHandIn, number: str) -> None:
    """Propose a finding if this notice names what the first one of the matter should have."""
    rows = queries.of_matter(tx.conn, tx.hall_id, row.matter)
    if len(rows) == 1:
        return
    materials = queries.materials(tx.conn, tx.hall_id, [entry.id for entry in rows])
    untold = [b for b in breaches(history(rows, materials)) if b.later == row.id]
    if not untold:
        return
    first = next(entry for entry in rows if entry.id == untold[0].first)
    notices = queries.notices_of(tx.conn, tx.hall_id, [first.id])
    item = catalogue.item_by[row.item]
    facts: dict[str, int | str] = {
        "seen_at": first.at,
        "item": item.name,
        "first_notice": notices[first.id].id,
        "later_notice": number,
        "later_at": row.at,
        "untold": "；".join(f"{b.material}（{FAULT_WORDS[b.fault]}）" for b in untold),
    }
    mark = finding_mark(number)
    doubt = Anomaly(Kind.NOT_TOLD_ONCE, first.staff, first.window, mark, facts)
    finding_actions.propose(ctx, tx, doubt)
