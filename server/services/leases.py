"""Numbers for the time without a server: kiosks hold a block of each prefix, leased beforehand.

A lease is a fact of the books, with a journal line. Its numbers are nobody else's that day, whether
they are ever given or not; so a kiosk that is not heard of can neither double a number nor leave a
gap that nobody can explain. Nothing here knows how a lease reaches the kiosk.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from server.domain.catalogue import Handling, Presence
from server.domain.leases import Block, next_block, wants_more
from server.domain.tickets import ActorKind, number
from server.services import kiosk_pace
from server.services.bus import HallChanged
from server.services.context import SYSTEM, Actor, Context, Via, note
from server.storage import leases
from server.storage.store import Tx

CONFLICT = "conflict"
"""Verdict of a ticket that was handed in and is none: somebody else has its number."""
CHANGED = "offline"
"""What HallChanged says of a kiosk's own line and its numbers; its data names the kiosk."""
MOST_HELD = 5
"""So many blocks of a prefix may a kiosk hold a day without having given their numbers.

A PC that announces one new book after another, or leaves numbers out, gets no more.
"""
TOKEN_BYTES = 16
SECRET_BYTES = 24


def announce(ctx: Context, via: Via, kiosk: str, line: str, book: str) -> None:
    """An agent says where its kiosk's own line is, and which book it keeps.

    Another book than before was lost or came anew: what the old one still held is never given
    again. The secret that page and agent share stays as long as line and book.
    """

    def act(tx: Tx) -> None:
        known = leases.line_of(tx.conn, tx.hall_id, kiosk)
        now = (line, book, via.device)
        same = known is not None and (known.line, known.book, known.device) == now
        if same:
            return
        dead = [r for r in leases.open_of(tx.conn, tx.hall_id, kiosk) if r.book != book]
        leases.close(tx, [row.id for row in dead])
        secret = ctx.chance.token(SECRET_BYTES)
        leases.put_line(tx, kiosk, via.device, line, secret, book)
        data = {"line": line, "book": book[:8], "closed": [row.id for row in dead]}
        note(tx, Actor(ActorKind.AGENT, via.agent, via), "kiosk.standby", kiosk, data=data)
        tx.events.append(HallChanged(CHANGED, {"kiosk": kiosk}))

    ctx.write(act)


def keep(ctx: Context, kiosk: str) -> list[Any]:
    """Give a kiosk the numbers it should hold today; returns its open leases of today."""
    line = ctx.read(lambda c: leases.line_of(c, ctx.hall_id, kiosk))
    if line is None:
        return []
    day = ctx.day()

    def held(conn: Connection) -> list[Any]:
        return leases.of_kiosk(conn, ctx.hall_id, day, kiosk, line.book)

    found = ctx.read(held)
    if not _short(ctx, found):
        return found

    def act(tx: Tx) -> list[Any]:
        for prefix in _short(ctx, held(tx.conn)):
            if _may_lease(ctx, tx, kiosk, day, prefix):
                _lease(ctx, tx, kiosk, line.book, day, prefix)
        return held(tx.conn)

    return ctx.write(act)


def is_short(ctx: Context, kiosk: str) -> bool:
    """Whether a kiosk has too few numbers left of some prefix today."""
    line = ctx.read(lambda c: leases.line_of(c, ctx.hall_id, kiosk))
    if line is None:
        return False
    day = ctx.day()
    found = ctx.read(lambda c: leases.of_kiosk(c, ctx.hall_id, day, kiosk, line.book))
    return bool(_short(ctx, found))


def _short(ctx: Context, found: list[Any]) -> list[str]:
    """Prefixes of which a kiosk holds too few numbers."""
    size = ctx.settings().offline_numbers
    if not size:
        return []
    left = dict.fromkeys(prefixes(ctx), 0)
    for row in found:
        if row.prefix in left:
            left[row.prefix] += row.last - row.first + 1 - row.used
    return [prefix for prefix, count in left.items() if wants_more(count, size)]


def prefixes(ctx: Context) -> list[str]:
    """Prefixes of the units that give numbers in this hall."""
    catalogue = ctx.catalogue()
    taking = {item.unit for item in catalogue.items if item.handling is Handling.ACCEPTED}
    here = (u for u in catalogue.units if u.presence is Presence.HALL and u.code in taking)
    return sorted({unit.prefix for unit in here})


def outstanding(conn: Connection, hall_id: str, day: str) -> dict[tuple[str, str], int]:
    """Return how many numbers leased that day no ticket came of yet, by kiosk and prefix."""
    found: dict[tuple[str, str], int] = {}
    where = {}
    for row in leases.of_day(conn, hall_id, day):
        where[row.id] = row.kiosk, row.prefix
        found[where[row.id]] = found.get(where[row.id], 0) + row.last - row.first + 1
    for ticket in leases.handed_on(conn, hall_id, day):
        if ticket.lease in where and ticket.verdict != CONFLICT:
            found[where[ticket.lease]] -= 1
    return found


def _may_lease(ctx: Context, tx: Tx, kiosk: str, day: str, prefix: str) -> bool:
    """Return True unless the kiosk lets numbers go to waste, or gave them faster than people."""
    size = ctx.settings().offline_numbers
    held = outstanding(tx.conn, tx.hall_id, day).get((kiosk, prefix), 0)
    return held + size <= MOST_HELD * size and not kiosk_pace.is_fresh(tx, kiosk, prefix)


def _lease(ctx: Context, tx: Tx, kiosk: str, book: str, day: str, prefix: str) -> None:
    settings = ctx.settings()
    size = settings.offline_numbers
    lowest = leases.lowest(tx.conn, tx.hall_id, day, prefix)
    taken = leases.last_taken(tx.conn, tx.hall_id, day, prefix)
    block = next_block(lowest, taken, size, settings.desk_numbers)
    if block is None:
        return  # the range is used up: the kiosk says so when it comes to it
    lease_id = _name(day, prefix, block)
    leases.add(
        tx,
        lease_id,
        block,
        kiosk=kiosk,
        book=book,
        day=day,
        prefix=prefix,
        tokens=[ctx.chance.token(TOKEN_BYTES) for _ in range(size)],
    )
    data = {
        "kiosk": kiosk,
        "first": number(prefix, block.first),
        "last": number(prefix, block.last),
    }
    note(tx, SYSTEM, "lease.give", lease_id, data=data)


def _name(day: str, prefix: str, block: Block) -> str:
    return f"lease-{day.replace('-', '')}-{prefix}{block.first:03d}"
