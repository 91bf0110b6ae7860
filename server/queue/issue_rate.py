"""Issue rate of kiosks: the numbers of a unit that one kiosk may issue in a minute and an hour.

It is counted from the stored tickets, inside the action that issues a number, by the hall's clock.
So it holds for all workers and over restarts. Tickets that a kiosk's PC issued without the server
are on paper already, so an excess there is only recorded. The office shows a notice while it is
fresh.
"""

from __future__ import annotations

from sqlalchemy import Connection

from server.core.actors import SYSTEM
from server.core.errors import HallError
from server.core.events import HallChanged
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.queue import issue_rate_queries as stored
from server.queue import ticket_counts
from server.queue.errors import QueueCode
from server.queue.issue_rate_queries import Excess
from server.queue.settings import NumberSettings

MINUTE_MS = 60_000
HOUR_MINUTES = 60
FRESH_MS = 30 * MINUTE_MS
"""Milliseconds after the last excess during which the office shows a notice."""


def excess(
    ctx: Context, conn: Connection, kiosk: str, prefix: str, at: int, *, given: bool = False
) -> Excess | None:
    """Return the excess over the issue rate of a kiosk that issues a number at `at`, or None.

    `given`: True if the number is stored already.
    """
    settings = ctx.settings()
    begin = at - HOUR_MINUTES * MINUTE_MS
    scope = (ctx.hall_id, ctx.day(at), kiosk, prefix)
    minute, hour = ticket_counts.given_by(conn, *scope, begin, at - MINUTE_MS, at)
    for count, limit, minutes in (
        (minute, settings.of(NumberSettings).kiosk_minute_numbers, 1),
        (hour, settings.of(NumberSettings).kiosk_hour_numbers, HOUR_MINUTES),
    ):
        if count - given >= limit:
            return Excess(kiosk, prefix, count, minutes)
    return None


def require(ctx: Context, tx: Tx, kiosk: str, prefix: str) -> None:
    """Raise KIOSK_PACE when a kiosk recently issued too many numbers of a unit."""
    over_limit = excess(ctx, tx.conn, kiosk, prefix, tx.now)
    if over_limit is not None:
        raise HallError(
            QueueCode.KIOSK_PACE,
            kiosk=kiosk,
            prefix=prefix,
            count=over_limit.count,
            minutes=over_limit.minutes,
        )


def record_refusal(ctx: Context, error: HallError) -> None:
    """Record that a kiosk was refused a number, at most once a minute: refusals are frequent."""
    if error.code is not QueueCode.KIOSK_PACE:
        return
    over_limit = Excess(**error.data)
    row = ctx.read_single(lambda c: stored.get(c, ctx.hall_id, over_limit.kiosk, over_limit.prefix))
    if row is None or ctx.clock.now() - row.at >= MINUTE_MS:
        ctx.write(lambda tx: _note(tx, over_limit, refused=True))


def record_import_excess(ctx: Context, tx: Tx, kiosk: str, prefix: str, at: int) -> None:
    """Record that numbers issued without the server exceed the rate; they stay valid."""
    over_limit = excess(ctx, tx.conn, kiosk, prefix, at, given=True)
    if over_limit is None:
        return
    row = stored.get(tx.conn, tx.hall_id, kiosk, prefix)
    if row is None or tx.now - row.at >= MINUTE_MS:
        _note(tx, over_limit, refused=False)


def is_fresh(tx: Tx, kiosk: str, prefix: str) -> bool:
    """Return True if a kiosk recently exceeded its issue rate with a unit's numbers."""
    row = stored.get(tx.conn, tx.hall_id, kiosk, prefix)
    return row is not None and tx.now - row.at < FRESH_MS


def _note(tx: Tx, over_limit: Excess, *, refused: bool) -> None:
    stored.put(tx, over_limit, refused=refused)
    data = {"prefix": over_limit.prefix, "count": over_limit.count, "minutes": over_limit.minutes}
    write_journal(tx, SYSTEM, "kiosk.pace", over_limit.kiosk, data=data | {"refused": refused})
    tx.events.append(HallChanged("pace", {"kiosk": over_limit.kiosk}))
