"""The kiosks' pace: how many numbers of a unit one kiosk gives in a minute, in an hour, in a day.

It is counted from the tickets in the books, inside the act that gives a number, by the hall's
clock: it holds for all workers and over restarts. What a kiosk's PC gave without the server is on
paper already, so there the pace is only noted. The office has a line for it as long as it is fresh.
"""

from __future__ import annotations

from sqlalchemy import Connection

from server.domain.errors import Code, HallError
from server.services.bus import HallChanged
from server.services.context import SYSTEM, Context, note
from server.storage import kiosk_pace as stored
from server.storage import ticket_counts
from server.storage.kiosk_pace import Excess
from server.storage.store import Tx

MINUTE_MS = 60_000
HOUR_MINUTES = 60
FRESH_MS = 30 * MINUTE_MS
"""So long after the last excess the office has a line for it."""


def excess(
    ctx: Context, conn: Connection, kiosk: str, prefix: str, at: int, *, given: bool = False
) -> Excess | None:
    """Return by how much a kiosk that gives a number at `at` exceeds its pace, if it does.

    `given`: the number is in the books already.
    """
    settings = ctx.settings()
    begin = at - HOUR_MINUTES * MINUTE_MS
    asked = (ctx.hall_id, ctx.day(at), kiosk, prefix)
    minute, hour = ticket_counts.given_by(conn, *asked, begin, at - MINUTE_MS, at)
    for count, limit, minutes in (
        (minute, settings.kiosk_minute_numbers, 1),
        (hour, settings.kiosk_hour_numbers, HOUR_MINUTES),
    ):
        if count - given >= limit:
            return Excess(kiosk, prefix, count, minutes)
    return None


def require(ctx: Context, tx: Tx, kiosk: str, prefix: str) -> None:
    """Raise KIOSK_PACE when a kiosk gave too many numbers of a unit just now."""
    found = excess(ctx, tx.conn, kiosk, prefix, tx.now)
    if found is not None:
        raise HallError(
            Code.KIOSK_PACE, kiosk=kiosk, prefix=prefix, count=found.count, minutes=found.minutes
        )


def refused(ctx: Context, error: HallError) -> None:
    """Note that a kiosk was refused a number, once a minute: refusals are many."""
    if error.code is not Code.KIOSK_PACE:
        return
    found = Excess(**error.data)
    row = ctx.glance(lambda c: stored.get(c, ctx.hall_id, found.kiosk, found.prefix))
    if row is None or ctx.clock.now() - row.at >= MINUTE_MS:
        ctx.write(lambda tx: _note(tx, found, refused=True))


def handed_in(ctx: Context, tx: Tx, kiosk: str, prefix: str, at: int) -> None:
    """Note that numbers given without the server exceed the pace; they stand all the same."""
    found = excess(ctx, tx.conn, kiosk, prefix, at, given=True)
    if found is None:
        return
    row = stored.get(tx.conn, tx.hall_id, kiosk, prefix)
    if row is None or tx.now - row.at >= MINUTE_MS:
        _note(tx, found, refused=False)


def is_fresh(tx: Tx, kiosk: str, prefix: str) -> bool:
    """Return True if a kiosk exceeded its pace with a unit's numbers a short while ago."""
    row = stored.get(tx.conn, tx.hall_id, kiosk, prefix)
    return row is not None and tx.now - row.at < FRESH_MS


def _note(tx: Tx, found: Excess, *, refused: bool) -> None:
    stored.put(tx, found, refused=refused)
    data = {"prefix": found.prefix, "count": found.count, "minutes": found.minutes}
    note(tx, SYSTEM, "kiosk.pace", found.kiosk, data=data | {"refused": refused})
    tx.events.append(HallChanged("pace", {"kiosk": found.kiosk}))
