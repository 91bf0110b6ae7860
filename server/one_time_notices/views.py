"""Views of one-time notices: a notice as it was given, and the matter of a next hand-in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from server.catalogue.model import Catalogue, Item
from server.core.errors import HallError
from server.hall.context import Context
from server.one_time_notices import actions, queries
from server.one_time_notices.errors import NoticeCode
from server.one_time_notices.messages import (
    MatterMaterial,
    MatterView,
    NoticeChange,
    NoticeLineView,
    NoticeView,
)
from server.one_time_notices.publication import changes, digest_shown, help_of, remedies_of
from server.one_time_notices.queries import StoredHandIn, StoredMaterial, StoredNotice
from server.one_time_notices.rules import MaterialFault, material_keys
from server.queue.tickets import Ticket

NO_MATTER = MatterView(hand_ins=0, notice="", at=None, correctable=False, materials=[])


def matter_view(ctx: Context, conn: Connection, ticket: Ticket, earlier: str) -> MatterView:
    """Return the matter that a ticket's next hand-in belongs to.

    Raises NOTICE_UNKNOWN, NOTICE_ITEM.
    """
    last = actions.last_hand_in(conn, ctx.hall_id, ticket, earlier)
    item = ctx.catalogue().item_by.get(ticket.item)
    if last is None or item is None:
        return NO_MATTER
    rows = queries.of_matter(conn, ctx.hall_id, last.matter)
    notices = queries.notices_of(conn, ctx.hall_id, [row.id for row in rows])
    numbers = [notices[row.id].id for row in rows if row.id in notices]
    states = {m.material: m for m in queries.materials(conn, ctx.hall_id, [last.id])[last.id]}
    keys = material_keys([material.name for material in item.materials])
    return MatterView(
        hand_ins=len(rows),
        notice=numbers[-1] if numbers else "",
        at=last.at,
        correctable=actions.is_correctable(ctx, last, ticket, ctx.clock.now()),
        materials=[
            MatterMaterial(
                place=place,
                needed=bool(states[key].needed),
                replaced=bool(states[key].replaced),
                faults=faults_of(states[key]),
                valid_until=states[key].valid_until,
                words=states[key].words,
            )
            for place, key in enumerate(keys)
            if key in states
        ],
    )


def faults_of(row: StoredMaterial) -> list[MaterialFault]:
    """Return the faults of a stored material."""
    return [MaterialFault(fault) for fault in row.faults.split(",") if fault]


def notice_view(ctx: Context, conn: Connection, number: str) -> NoticeView:
    """Return a notice as it was given, with what differs in what is published now.

    Raises NOTICE_UNKNOWN.
    """
    notice = queries.notice(conn, ctx.hall_id, number)
    row = queries.get(conn, ctx.hall_id, notice.hand_in) if notice else None
    if notice is None or row is None:
        raise HallError(NoticeCode.NOTICE_UNKNOWN)
    then = ctx.catalogue_at(conn, row.version)
    materials = queries.materials(conn, ctx.hall_id, [row.id])[row.id]
    return _notice(ctx, then, notice, row, materials, _corrected_by(ctx, conn, row))


def _corrected_by(ctx: Context, conn: Connection, row: StoredHandIn) -> str:
    """Return the number of the notice that corrects a hand-in; "-" if it found no fault at all."""
    rows = queries.of_matter(conn, ctx.hall_id, row.matter)
    later = next((entry for entry in rows if entry.corrects == row.id), None)
    if later is None:
        return ""
    notices = queries.notices_of(conn, ctx.hall_id, [later.id])
    return notices[later.id].id if later.id in notices else "-"


def _notice(
    ctx: Context,
    then: Catalogue,
    notice: StoredNotice,
    row: StoredHandIn,
    materials: Sequence[StoredMaterial],
    corrected_by: str,
) -> NoticeView:
    item, unit = then.item_by[row.item], then.unit_by[row.unit]
    now = ctx.catalogue()
    item_now = now.item_by.get(row.item)
    person, window = then.staff_by.get(row.staff), then.window_by.get(row.window)
    return NoticeView(
        number=notice.id,
        at=notice.at,
        day=row.day,
        n=row.n,
        corrected_by=corrected_by,
        hall=then.hall_name,
        hall_en=then.hall_name_en,
        unit=unit.name,
        item=item.code,
        item_name=item.name,
        item_name_en=item.name_en,
        phone=item.consult_phone or unit.phone,
        complaint_phone=item.complaint_phone or unit.complaint_phone,
        window=window.number if window else 0,
        told_by=person.name if person else "",
        lines=[_line(item, m) for m in materials if m.faults],
        in_order=[item.materials[m.place].name for m in materials if m.needed and not m.faults],
        promised_days=item.promised_days,
        legal_days=item.legal_days,
        legal_unit=item.legal_unit,
        legal_basis=item.legal_basis,
        fee=item.fee,
        remedies=remedies_of(item),
        version=row.version,
        digest=digest_shown(item),
        still_published=item_now is not None,
        changes=_changes(item, item_now),
    )


def _line(item: Item, row: StoredMaterial) -> NoticeLineView:
    material = item.materials[row.place]
    published = help_of(material)
    return NoticeLineView(
        place=row.place,
        material=material.name,
        faults=faults_of(row),
        valid_until=row.valid_until,
        words=row.words,
        form=published.form,
        issuer=published.issuer,
        how=published.how,
    )


def _changes(then: Item, now: Item | None) -> list[NoticeChange]:
    if now is None:
        return []
    return [
        NoticeChange(name=change.zh, name_en=change.en, then=change.then, now=change.now)
        for change in changes(then, now)
    ]
