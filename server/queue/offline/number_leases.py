"""Number leases for the time without a server: kiosks hold a block of each prefix in advance.

A lease is recorded with a journal line. Its numbers belong to nobody else that day, whether they
are issued or not. So a silent kiosk can neither duplicate a number nor leave an unexplained gap.
This module does not transport leases to kiosks.
"""

from __future__ import annotations

from sqlalchemy import Connection

from server.catalogue.model import Handling, Presence
from server.core.actors import SYSTEM, Actor, ActorKind, Via
from server.core.events import HallChanged
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.queue import issue_rate
from server.queue.number_ranges import range_of
from server.queue.offline import lease_queries
from server.queue.offline.lease_queries import Lease
from server.queue.offline.lease_rules import Block, next_block, wants_more
from server.queue.offline.settings import OfflineSettings
from server.queue.settings import NumberSettings
from server.queue.tickets import number

CONFLICT = "conflict"
"""Verdict of an imported ticket that is rejected because its number belongs to another."""
CHANGED = "offline"
"""Subject of HallChanged for a kiosk's standby line and its numbers; its data name the kiosk."""
MOST_HELD = 5
"""Most blocks of a prefix that a kiosk may hold a day without having issued their numbers.

A PC that announces one new book after another, or skips numbers, gets no more.
"""
TOKEN_BYTES = 16
SECRET_BYTES = 24


def announce(ctx: Context, via: Via, kiosk: str, line: str, book: str) -> None:
    """Record the address of a kiosk's standby line and the book that its agent keeps.

    A book other than before means that the old one was lost or replaced: its unused numbers are
    never issued again. The secret shared by page and agent stays as long as line and book.
    """

    def act(tx: Tx) -> None:
        stored_line = lease_queries.standby_of(tx.conn, tx.hall_id, kiosk)
        present_values = (line, book, via.device)
        is_unchanged = (
            stored_line is not None
            and (stored_line.line, stored_line.book, stored_line.device) == present_values
        )
        if is_unchanged:
            return
        stale_leases = [
            r for r in lease_queries.open_of(tx.conn, tx.hall_id, kiosk) if r.book != book
        ]
        lease_queries.close(tx, [row.id for row in stale_leases])
        secret = ctx.tokens.token(SECRET_BYTES)
        lease_queries.put_standby(tx, kiosk, via.device, line, secret, book)
        data = {"line": line, "book": book[:8], "closed": [row.id for row in stale_leases]}
        write_journal(tx, Actor(ActorKind.AGENT, via.agent, via), "kiosk.standby", kiosk, data=data)
        tx.events.append(HallChanged(CHANGED, {"kiosk": kiosk}))

    ctx.write(act)


def top_up(ctx: Context, kiosk: str) -> list[Lease]:
    """Lease a kiosk the numbers that it should hold today; return its open leases of today."""
    line = ctx.read(lambda c: lease_queries.standby_of(c, ctx.hall_id, kiosk))
    if line is None:
        return []
    day = ctx.day()

    def held(conn: Connection) -> list[Lease]:
        return lease_queries.of_kiosk(conn, ctx.hall_id, day, kiosk, line.book)

    open_leases = ctx.read(held)
    if not _short(ctx, open_leases):
        return open_leases

    def act(tx: Tx) -> list[Lease]:
        for prefix in _short(ctx, held(tx.conn)):
            if _may_lease(ctx, tx, kiosk, day, prefix):
                _lease(ctx, tx, kiosk, line.book, day, prefix)
        return held(tx.conn)

    return ctx.write(act)


def is_short(ctx: Context, kiosk: str) -> bool:
    """Return True if a kiosk has too few numbers of some prefix left today."""
    line = ctx.read(lambda c: lease_queries.standby_of(c, ctx.hall_id, kiosk))
    if line is None:
        return False
    day = ctx.day()
    open_leases = ctx.read(lambda c: lease_queries.of_kiosk(c, ctx.hall_id, day, kiosk, line.book))
    return bool(_short(ctx, open_leases))


def _short(ctx: Context, open_leases: list[Lease]) -> list[str]:
    """Return the prefixes of which a kiosk holds too few numbers."""
    size = ctx.settings().of(OfflineSettings).offline_numbers
    if not size:
        return []
    numbers_left = dict.fromkeys(prefixes(ctx), 0)
    for row in open_leases:
        if row.prefix in numbers_left:
            numbers_left[row.prefix] += row.last - row.first + 1 - row.used
    return [prefix for prefix, count in numbers_left.items() if wants_more(count, size)]


def prefixes(ctx: Context) -> list[str]:
    """Return the prefixes of the units that issue numbers in this hall."""
    catalogue = ctx.catalogue()
    accepting_units = {item.unit for item in catalogue.items if item.handling is Handling.ACCEPTED}
    present_units = (
        u for u in catalogue.units if u.presence is Presence.HALL and u.code in accepting_units
    )
    return sorted({unit.prefix for unit in present_units})


def outstanding(conn: Connection, hall_id: str, day: str) -> dict[tuple[str, str], int]:
    """Return the count of numbers leased that day without a ticket, by kiosk and prefix."""
    counts: dict[tuple[str, str], int] = {}
    owner_by_lease = {}
    for row in lease_queries.of_day(conn, hall_id, day):
        owner_by_lease[row.id] = row.kiosk, row.prefix
        counts[owner_by_lease[row.id]] = (
            counts.get(owner_by_lease[row.id], 0) + row.last - row.first + 1
        )
    for ticket in lease_queries.imports_of_day(conn, hall_id, day):
        if ticket.lease in owner_by_lease and ticket.verdict != CONFLICT:
            counts[owner_by_lease[ticket.lease]] -= 1
    return counts


def _may_lease(ctx: Context, tx: Tx, kiosk: str, day: str, prefix: str) -> bool:
    """Return True unless the kiosk wastes numbers or recently exceeded its issue rate."""
    size = ctx.settings().of(OfflineSettings).offline_numbers
    outstanding_count = outstanding(tx.conn, tx.hall_id, day).get((kiosk, prefix), 0)
    return outstanding_count + size <= MOST_HELD * size and not issue_rate.is_fresh(
        tx, kiosk, prefix
    )


def _lease(ctx: Context, tx: Tx, kiosk: str, book: str, day: str, prefix: str) -> None:
    settings = ctx.settings()
    size = settings.of(OfflineSettings).offline_numbers
    lowest = lease_queries.lowest(tx.conn, tx.hall_id, day, prefix)
    last_issued = lease_queries.last_taken(tx.conn, tx.hall_id, day, prefix)
    own = range_of(settings, day)
    if own is None:
        return
    reserve = own.reserve(settings.of(NumberSettings).desk_numbers)
    block = next_block(lowest, last_issued, size, reserve, own)
    if block is None:
        return  # the range is used up; the kiosk reports it when its own numbers end
    lease_id = _name(day, prefix, block)
    lease_queries.add(
        tx,
        lease_id,
        block,
        kiosk=kiosk,
        book=book,
        day=day,
        prefix=prefix,
        tokens=[ctx.tokens.token(TOKEN_BYTES) for _ in range(size)],
    )
    data = {
        "kiosk": kiosk,
        "first": number(prefix, block.first),
        "last": number(prefix, block.last),
    }
    write_journal(tx, SYSTEM, "lease.give", lease_id, data=data)


def _name(day: str, prefix: str, block: Block) -> str:
    return f"lease-{day.replace('-', '')}-{prefix}{block.first:03d}"
