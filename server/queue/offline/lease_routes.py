"""Number leases and offline imports of a day for the office, and their alarms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from sqlalchemy import Connection

from server.catalogue.model import Catalogue
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.queue import ticket_queries
from server.queue.offline import desk_routes, lease_queries
from server.queue.offline.import_tickets import DOUBLE, EXPIRED, WAITING
from server.queue.offline.lease_queries import ImportRecord, Lease
from server.queue.offline.messages import LeasedBlock, OfflineDay, OfflineSpell
from server.queue.offline.number_leases import CONFLICT, MOST_HELD, outstanding
from server.queue.offline.settings import OfflineSettings
from server.queue.routing import servers
from server.queue.snapshot import QueueSnapshot, with_queue
from server.queue.tickets import State, number, site_of


def day_of(conn: Connection, hall_id: str, day: str, catalogue: Catalogue) -> OfflineDay:
    """Return a day's leases and imports, and desk actions that wait for a decision."""
    rows = lease_queries.imports_of_day(conn, hall_id, day)
    return OfflineDay(
        leases=[_block(row) for row in lease_queries.of_day(conn, hall_id, day)],
        desk_acts=desk_routes.waiting(conn, hall_id, catalogue),
        spells=[_spell(kiosk, list(group)) for kiosk, group in groupby(rows, lambda r: r.kiosk)],
    )


def _block(row: Lease) -> LeasedBlock:
    return LeasedBlock(
        kiosk=row.kiosk,
        first=number(row.prefix, row.first),
        last=number(row.prefix, row.last),
        used=row.used,
        closed=row.closed_at is not None,
    )


def _spell(kiosk: str, rows: Sequence[ImportRecord]) -> OfflineSpell:
    verdicts = [row.verdict for row in rows]
    return OfflineSpell(
        kiosk=kiosk,
        given=len(rows),
        since=min(row.given_at for row in rows),
        until=max(row.given_at for row in rows),
        doubles=verdicts.count(DOUBLE) + sum(r.verdict == WAITING and bool(r.other) for r in rows),
        expired=verdicts.count(EXPIRED),
        conflicts=verdicts.count(CONFLICT),
    )


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarms of offline imports.

    Cases: a number that two people have, a ticket that no window serves, leased numbers without
    use.
    """
    ctx = hall.ctx

    def current(snapshot: QueueSnapshot) -> list[Alarm]:
        return ctx.read(lambda c: list(_alarms(c, ctx.hall_id, snapshot)))

    return with_queue(current)


def _alarms(conn: Connection, hall_id: str, snapshot: QueueSnapshot) -> list[Alarm]:
    result = []
    for row in lease_queries.imports_of_day(conn, hall_id, snapshot.day):
        ticket = row.ticket_id.partition("-")[2]
        if row.verdict == CONFLICT:
            result.append(_conflict(row, ticket))
        elif row.verdict == WAITING and _stranded(conn, hall_id, snapshot, row.ticket_id):
            result.append(_unserved(row, ticket))
    most = MOST_HELD * snapshot.settings.of(OfflineSettings).offline_numbers
    for (kiosk, prefix), count in outstanding(conn, hall_id, snapshot.day).items():
        if most and count >= most:
            result.append(_wasted(kiosk, prefix, count))
    return result


def _stranded(conn: Connection, hall_id: str, snapshot: QueueSnapshot, ticket_id: str) -> bool:
    """Return True if the ticket waits and no window would serve it now."""
    ticket = ticket_queries.get(conn, hall_id, ticket_id)
    if ticket is None or ticket.state is not State.WAITING:
        return False
    item = snapshot.catalogue.item_by.get(ticket.item)
    here = snapshot.catalogue.at(site_of(ticket.lane))
    return item is None or not servers(here, item, snapshot.local, snapshot.sessions)


def _conflict(row: ImportRecord, ticket: str) -> Alarm:
    return Alarm(
        code="offline_conflict",
        subject=row.ticket_id,
        since=row.given_at,
        message_zh=f"取号机 {row.kiosk} 断网时发出的 {ticket} 与其他号重复，未计入，"
        "请找到持号群众换号。",
        message_en=f"{ticket}, given by kiosk {row.kiosk} without the server, is somebody else's "
        "number too; it is not in the books. Please give its holder another.",
    )


def _wasted(kiosk: str, prefix: str, count: int) -> Alarm:
    return Alarm(
        code="offline_wasted",
        subject=f"{kiosk}/{prefix}",
        since=None,
        message_zh=f"取号机 {kiosk} 今天领取的 {prefix} 开头备用号段有 {count} 个号没有使用记录，"
        "不再发放新的号段，请检查那台电脑。",
        message_en=f"Kiosk {kiosk} holds {count} numbers of {prefix} today of which nothing came; "
        "it gets no more for the time without the server. Please look at that PC.",
    )


def _unserved(row: ImportRecord, ticket: str) -> Alarm:
    return Alarm(
        code="offline_unserved",
        subject=row.ticket_id,
        since=row.given_at,
        message_zh=f"断网时取的 {ticket} 现在没有窗口办理，请安排。",
        message_en=f"{ticket}, taken without the server, has no window now; please see to it.",
    )
