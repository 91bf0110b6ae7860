"""Numbers leased to kiosks for the time without a server, and the tickets handed in afterwards."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from server.domain.leases import Block
from server.storage import schema
from server.storage.statement import once
from server.storage.store import Tx
from server.storage.tables_offline import handed_in, lease, standby_line

_l, _h, _s = lease.c, handed_in.c, standby_line.c
_lowest = once(
    select(func.min(_l.first)).where(
        _l.hall_id == bindparam("hall_id"),
        _l.day == bindparam("day"),
        _l.prefix == bindparam("prefix"),
    )
)


def line_of(conn: Connection, hall_id: str, kiosk: str) -> Row[Any] | None:
    """The line of a kiosk's own PC, as its agent announced it."""
    return conn.execute(
        select(standby_line).where(_s.hall_id == hall_id, _s.kiosk == kiosk)
    ).first()


def lines(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """Every kiosk that has one."""
    return list(conn.execute(select(standby_line).where(_s.hall_id == hall_id).order_by(_s.kiosk)))


def put_line(tx: Tx, kiosk: str, device: str, line: str, secret: str, book: str) -> None:
    """What an agent announced, in place of what it announced before."""
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
    """A block of numbers that nobody else is given that day."""
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


def get(conn: Connection, hall_id: str, lease_id: str) -> Row[Any] | None:
    """One lease."""
    return conn.execute(select(lease).where(_l.hall_id == hall_id, _l.id == lease_id)).first()


def covering(conn: Connection, hall_id: str, day: str, prefix: str, seq: int) -> Row[Any] | None:
    """The lease that a number lies in."""
    return conn.execute(
        select(lease).where(
            _l.hall_id == hall_id,
            _l.day == day,
            _l.prefix == prefix,
            _l.first <= seq,
            _l.last >= seq,
        )
    ).first()


def of_kiosk(conn: Connection, hall_id: str, day: str, kiosk: str, book: str) -> list[Row[Any]]:
    """The leases that a kiosk's book may give from on a day, in the order they were made."""
    return list(
        conn.execute(
            select(lease)
            .where(
                _l.hall_id == hall_id,
                _l.day == day,
                _l.kiosk == kiosk,
                _l.book == book,
                _l.closed_at.is_(None),
            )
            .order_by(_l.prefix, _l.leased_at, _l.first.desc())
        )
    )


def of_day(conn: Connection, hall_id: str, day: str) -> list[Row[Any]]:
    """Every lease of a day."""
    return list(
        conn.execute(
            select(lease)
            .where(_l.hall_id == hall_id, _l.day == day)
            .order_by(_l.kiosk, _l.prefix, _l.first.desc())
        )
    )


def every(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """Every lease there ever was, for the check."""
    return list(conn.execute(select(lease).where(_l.hall_id == hall_id)))


def lowest(conn: Connection, hall_id: str, day: str, prefix: str) -> int | None:
    """The lowest number of a prefix that is leased on a day."""
    asked = {"hall_id": hall_id, "day": day, "prefix": prefix}
    found = conn.execute(_lowest, asked).scalar_one()
    return int(found) if found is not None else None


def last_taken(conn: Connection, hall_id: str, day: str, prefix: str) -> int:
    """The last number of a prefix that the server itself gave on a day."""
    c = schema.number_counter.c
    found = conn.execute(
        select(c.last).where(c.hall_id == hall_id, c.day == day, c.prefix == prefix)
    ).scalar_one_or_none()
    return int(found or 0)


def counters(conn: Connection, hall_id: str) -> dict[tuple[str, str], int]:
    """The last number that the server itself gave, by day and prefix."""
    c = schema.number_counter.c
    rows = conn.execute(select(c.day, c.prefix, c.last).where(c.hall_id == hall_id))
    return {(row.day, row.prefix): int(row.last) for row in rows}


def close(tx: Tx, lease_ids: list[str]) -> None:
    """No new number is expected from these; what was given already may still come."""
    tx.conn.execute(
        update(lease).where(_l.hall_id == tx.hall_id, _l.id.in_(lease_ids)).values(closed_at=tx.now)
    )


def open_of(conn: Connection, hall_id: str, kiosk: str) -> list[Row[Any]]:
    """Every open lease of a kiosk, of any day and book."""
    return list(
        conn.execute(
            select(lease).where(_l.hall_id == hall_id, _l.kiosk == kiosk, _l.closed_at.is_(None))
        )
    )


def used(tx: Tx, lease_id: str, count: int) -> None:
    """How many numbers of a lease are known to have been given."""
    tx.conn.execute(
        update(lease)
        .where(_l.hall_id == tx.hall_id, _l.id == lease_id, _l.used < count)
        .values(used=count)
    )


def add_handed_in(tx: Tx, ticket_id: str, **values: Any) -> None:
    """A ticket that was given without the server has arrived."""
    tx.conn.execute(
        insert(handed_in).values(
            hall_id=tx.hall_id, ticket_id=ticket_id, handed_at=tx.now, **values
        )
    )


def handed(conn: Connection, hall_id: str, ticket_id: str) -> Row[Any] | None:
    """Whether a ticket was handed in, and what became of it then."""
    return conn.execute(
        select(handed_in).where(_h.hall_id == hall_id, _h.ticket_id == ticket_id)
    ).first()


def handed_on(conn: Connection, hall_id: str, day: str) -> list[Row[Any]]:
    """What was handed in of a day's tickets, by kiosk and time."""
    return list(
        conn.execute(
            select(handed_in)
            .where(_h.hall_id == hall_id, _h.day == day)
            .order_by(_h.kiosk, _h.given_at, _h.ticket_id)
        )
    )


def neighbours(conn: Connection, hall_id: str, day: str, at: int) -> tuple[int | None, int | None]:
    """Seniority of the last ticket of a day issued by `at`, and of the first one after it.

    Who missed a call and came back stands elsewhere than he was issued, and is left out.
    """
    t = schema.ticket.c
    mine = (t.hall_id == hall_id) & (t.day == day) & (t.returns == 0)
    before = conn.execute(select(func.max(t.ord)).where(mine, t.issued_at <= at)).scalar_one()
    after = conn.execute(select(func.min(t.ord)).where(mine, t.issued_at > at)).scalar_one()
    return before, after


def closed_day(conn: Connection, hall_id: str, day: str) -> bool:
    """Whether a business day was closed."""
    d = schema.business_day.c
    found = conn.execute(
        select(d.closed_at).where(d.hall_id == hall_id, d.day == day)
    ).scalar_one_or_none()
    return found is not None
