"""Number leases of kiosks for use without the server, and imported offline tickets: queries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx
from server.queue import tables as queue_tables
from server.queue.offline.lease_rules import Block
from server.queue.offline.tables import handed_in, lease, standby_line


@dataclass(frozen=True, slots=True)
class Lease:
    """Numbers that a kiosk may issue without the server."""

    id: str
    kiosk: str
    book: str
    day: str
    prefix: str
    first: int
    last: int
    tokens: str
    leased_at: int
    closed_at: int | None
    used: int


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """Import of an offline ticket, with its verdict."""

    ticket_id: str
    lease: str
    kiosk: str
    day: str
    given_at: int
    handed_at: int
    verdict: str
    other: str
    clock_off: int


@dataclass(frozen=True, slots=True)
class StandbyService:
    """Standby service of a kiosk as its agent announced it."""

    kiosk: str
    device: str
    line: str
    secret: str
    book: str
    heard_at: int


_leases = Records(Lease, lease)
_imports = Records(ImportRecord, handed_in)
_standbys = Records(StandbyService, standby_line)

_l, _h, _s = lease.c, handed_in.c, standby_line.c
_lowest = precompiled(
    select(func.min(_l.first)).where(
        _l.hall_id == bindparam("hall_id"),
        _l.day == bindparam("day"),
        _l.prefix == bindparam("prefix"),
    )
)


def standby_of(conn: Connection, hall_id: str, kiosk: str) -> StandbyService | None:
    """Return the standby service of a kiosk as its agent announced it, or None."""
    return _standbys.first(conn, _standbys.select().where(_s.hall_id == hall_id, _s.kiosk == kiosk))


def lines(conn: Connection, hall_id: str) -> list[StandbyService]:
    """Return the standby service of every kiosk that has one."""
    return _standbys.all(conn, _standbys.select().where(_s.hall_id == hall_id).order_by(_s.kiosk))


def put_standby(tx: Tx, kiosk: str, device: str, line: str, secret: str, book: str) -> None:
    """Store the standby service that an agent announced; replaces the earlier one."""
    tx.conn.execute(delete(standby_line).where(_s.hall_id == tx.hall_id, _s.kiosk == kiosk))
    tx.conn.execute(
        insert(standby_line).values(
            hall_id=tx.hall_id,
            kiosk=kiosk,
            device=device,
            line=line,
            secret=secret,
            book=book,
            heard_at=tx.now,
        )
    )


def add(
    tx: Tx,
    lease_id: str,
    block: Block,
    *,
    kiosk: str,
    book: str,
    day: str,
    prefix: str,
    tokens: list[str],
) -> None:
    """Insert a lease: numbers that nobody else issues on that day."""
    tx.conn.execute(
        insert(lease).values(
            hall_id=tx.hall_id,
            id=lease_id,
            kiosk=kiosk,
            book=book,
            day=day,
            prefix=prefix,
            first=block.first,
            last=block.last,
            tokens=json.dumps(tokens),
            leased_at=tx.now,
        )
    )


def get(conn: Connection, hall_id: str, lease_id: str) -> Lease | None:
    """Return one lease, or None."""
    return _leases.first(conn, _leases.select().where(_l.hall_id == hall_id, _l.id == lease_id))


def covering(conn: Connection, hall_id: str, day: str, prefix: str, seq: int) -> Lease | None:
    """Return the lease that contains a number, or None."""
    return _leases.first(
        conn,
        _leases.select().where(
            _l.hall_id == hall_id,
            _l.day == day,
            _l.prefix == prefix,
            _l.first <= seq,
            _l.last >= seq,
        ),
    )


def of_kiosk(conn: Connection, hall_id: str, day: str, kiosk: str, book: str) -> list[Lease]:
    """Return the open leases of a kiosk's book on a day, in the order they were made."""
    return _leases.all(
        conn,
        _leases.select()
        .where(
            _l.hall_id == hall_id,
            _l.day == day,
            _l.kiosk == kiosk,
            _l.book == book,
            _l.closed_at.is_(None),
        )
        .order_by(_l.prefix, _l.leased_at, _l.first.desc()),
    )


def of_day(conn: Connection, hall_id: str, day: str) -> list[Lease]:
    """Return every lease of a day."""
    return _leases.all(
        conn,
        _leases.select()
        .where(_l.hall_id == hall_id, _l.day == day)
        .order_by(_l.kiosk, _l.prefix, _l.first.desc()),
    )


def every(conn: Connection, hall_id: str) -> list[Lease]:
    """Return every lease of all days, for the integrity check."""
    return _leases.all(conn, _leases.select().where(_l.hall_id == hall_id))


def lowest(conn: Connection, hall_id: str, day: str, prefix: str) -> int | None:
    """Return the lowest leased number of a prefix on a day, or None."""
    values = {"hall_id": hall_id, "day": day, "prefix": prefix}
    number = conn.execute(_lowest, values).scalar_one()
    return int(number) if number is not None else None


def last_taken(conn: Connection, hall_id: str, day: str, prefix: str) -> int:
    """Return the last number of a prefix that the server itself issued on a day; 0 if none."""
    c = queue_tables.number_counter.c
    number = conn.execute(
        select(c.last).where(c.hall_id == hall_id, c.day == day, c.prefix == prefix)
    ).scalar_one_or_none()
    return int(number or 0)


def counters(conn: Connection, hall_id: str) -> dict[tuple[str, str], int]:
    """Return the last number that the server itself issued, by (day, prefix)."""
    c = queue_tables.number_counter.c
    rows = conn.execute(select(c.day, c.prefix, c.last).where(c.hall_id == hall_id))
    return {(row.day, row.prefix): int(row.last) for row in rows}


def close(tx: Tx, lease_ids: list[str]) -> None:
    """Close leases: no new number is expected; numbers issued before may still arrive."""
    tx.conn.execute(
        update(lease).where(_l.hall_id == tx.hall_id, _l.id.in_(lease_ids)).values(closed_at=tx.now)
    )


def open_of(conn: Connection, hall_id: str, kiosk: str) -> list[Lease]:
    """Return every open lease of a kiosk, of any day and book."""
    return _leases.all(
        conn,
        _leases.select().where(_l.hall_id == hall_id, _l.kiosk == kiosk, _l.closed_at.is_(None)),
    )


def set_used(tx: Tx, lease_id: str, count: int) -> None:
    """Raise the recorded count of issued numbers of a lease to `count`."""
    tx.conn.execute(
        update(lease)
        .where(_l.hall_id == tx.hall_id, _l.id == lease_id, _l.used < count)
        .values(used=count)
    )


def add_import(tx: Tx, ticket_id: str, **values: Any) -> None:
    """Record the import of an offline ticket."""
    tx.conn.execute(
        insert(handed_in).values(
            hall_id=tx.hall_id, ticket_id=ticket_id, handed_at=tx.now, **values
        )
    )


def import_of(conn: Connection, hall_id: str, ticket_id: str) -> ImportRecord | None:
    """Return the import record of a ticket with its verdict, or None."""
    return _imports.first(
        conn, _imports.select().where(_h.hall_id == hall_id, _h.ticket_id == ticket_id)
    )


def imports_of_day(conn: Connection, hall_id: str, day: str) -> list[ImportRecord]:
    """Return the import records of a day's tickets by kiosk and time."""
    return _imports.all(
        conn,
        _imports.select()
        .where(_h.hall_id == hall_id, _h.day == day)
        .order_by(_h.kiosk, _h.given_at, _h.ticket_id),
    )


def neighbours(conn: Connection, hall_id: str, day: str, at: int) -> tuple[int | None, int | None]:
    """Return the seniority of the last ticket issued by `at` and of the first one after it.

    Tickets that returned after a missed call are left out: their seniority does not follow their
    time of issue.
    """
    t = queue_tables.ticket.c
    same_day = (t.hall_id == hall_id) & (t.day == day) & (t.returns == 0) & (t.branch == "")
    before = conn.execute(select(func.max(t.ord)).where(same_day, t.issued_at <= at)).scalar_one()
    after = conn.execute(select(func.min(t.ord)).where(same_day, t.issued_at > at)).scalar_one()
    return before, after


def closed_day(conn: Connection, hall_id: str, day: str) -> bool:
    """Return True if the business day has been closed."""
    d = queue_tables.business_day.c
    closing_time = conn.execute(
        select(d.closed_at).where(d.hall_id == hall_id, d.day == day)
    ).scalar_one_or_none()
    return closing_time is not None
