"""Business day: opened by its first action, closed once, independent of restarts.

`keep_day` may be called at any time and any number of times. It expires open tickets of earlier
days, closes today after the last window's hours, and ends the window sessions with the day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, select, update

from server.accounts import queries as accounts_queries
from server.alarms import queries as alarms_queries
from server.catalogue import hours as catalogue_hours
from server.core import idempotency
from server.core.actors import SYSTEM
from server.core.clock import instant
from server.core.events import HallChanged
from server.core.settings import GeneralSettings
from server.core.statement import precompiled
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.queue import hall_notices, tables, ticket_queries, window_session_queries
from server.queue.events import WindowChanged
from server.queue.tickets import Move, State, Ticket, state_after
from server.queue.transitions import event_of

CLOSE_AFTER_MINUTES = 60
"""Minutes after closing time until the day ends; people with a number are still served."""
KEEP_ANSWERS_MS = 2 * 24 * 3600 * 1000
UNSERVED = (State.WAITING, State.CALLED, State.HELD, State.MISSED)

_days = tables.business_day
_day = precompiled(
    select(_days).where(_days.c.hall_id == bindparam("hall_id"), _days.c.day == bindparam("day"))
)


def keep_day(ctx: Context) -> int:
    """Bring the days up to date; return the number of tickets that expired now."""
    now = ctx.clock.now()
    if not ctx.read_single(lambda c: _due(ctx, c, now)):
        return 0
    return ctx.write(lambda tx: _keep(ctx, tx))


def _due(ctx: Context, conn: Connection, now: int) -> bool:
    """Return True if anything is to be done; a read, so that an idle hall writes nothing."""
    day = ctx.day(now)
    row = conn.execute(_day, {"hall_id": ctx.hall_id, "day": day}).first()
    if row is None or _own(ticket_queries.open_before(conn, ctx.hall_id, day)):
        return True
    return row.closed_at is None and _is_over(ctx, now)


def _own(tickets: list[Ticket]) -> list[Ticket]:
    """Return the tickets that this server may change: not those of a branch server."""
    return [ticket for ticket in tickets if not ticket.branch]


def _is_over(ctx: Context, now: int) -> bool:
    local = ctx.local(now)
    closes = catalogue_hours.last_close(ctx.catalogue(), local.date())
    if closes is None:
        return False
    end = datetime.combine(local.date(), closes) + timedelta(minutes=CLOSE_AFTER_MINUTES)
    return local >= end


def _keep(ctx: Context, tx: Tx) -> int:
    day = ctx.day(tx.now)
    earlier = _own(ticket_queries.open_before(tx.conn, tx.hall_id, day))
    expired = sum(_expire(tx, t) for t in earlier)
    row = tx.conn.execute(_day, {"hall_id": tx.hall_id, "day": day}).first()
    if row is None:
        _open_day(ctx, tx, day)
    elif row.closed_at is None and _is_over(ctx, tx.now):
        unserved = _own(ticket_queries.in_states(tx.conn, tx.hall_id, UNSERVED, day))
        count = sum(_expire(tx, t) for t in unserved)
        _close_day(tx, day, count)
        expired += count
    return expired


def _open_day(ctx: Context, tx: Tx, day: str) -> None:
    """Open a new day without window sessions; delete old answers and sign-in sessions."""
    midnight = instant(
        datetime.combine(ctx.local(tx.now).date(), datetime.min.time()),
        ctx.settings().of(GeneralSettings).timezone,
    )
    for session in window_session_queries.sessions(tx.conn, tx.hall_id):
        if session.since < midnight:
            _sign_out(tx, session.window, session.staff)
    hall_notices.end_pauses(ctx, tx, SYSTEM)
    tx.conn.execute(insert(_days).values(hall_id=tx.hall_id, day=day, opened_at=tx.now))
    idempotency.delete_answers(tx, tx.now - KEEP_ANSWERS_MS)
    accounts_queries.delete_expired_sessions(tx)
    accounts_queries.delete_sources(tx, tx.now - KEEP_ANSWERS_MS)
    alarms_queries.delete_before(tx, tx.now - KEEP_ANSWERS_MS)
    write_journal(tx, SYSTEM, "day.open", day)
    tx.events.append(HallChanged("day"))


def _close_day(tx: Tx, day: str, expired: int) -> None:
    for session in window_session_queries.sessions(tx.conn, tx.hall_id):
        serving = [
            t
            for t in ticket_queries.at_window(tx.conn, tx.hall_id, session.window)
            if t.state is State.SERVING
        ]
        if not serving:
            _sign_out(tx, session.window, session.staff)
    tx.conn.execute(
        update(_days)
        .where(_days.c.hall_id == tx.hall_id, _days.c.day == day)
        .values(closed_at=tx.now, expired=expired)
    )
    write_journal(tx, SYSTEM, "day.close", day, data={"expired": expired})
    tx.events.append(HallChanged("day"))


def _sign_out(tx: Tx, window: str, staff: str) -> None:
    window_session_queries.sign_out(tx, window)
    write_journal(tx, SYSTEM, "window.sign_out", window, window=window, data={"staff": staff})
    tx.events.append(WindowChanged(window))


def _expire(tx: Tx, ticket: Ticket) -> int:
    if ticket.state is State.SERVING:
        # Nobody ended this service: it was served, so it is finished with an unknown outcome.
        ended_ticket = replace(ticket, state=State.FINISHED, ended_at=tx.now, outcome="unrecorded")
        move = Move.FINISH
    else:
        state = state_after(Move.EXPIRE, ticket.state, SYSTEM.kind)
        ended_ticket, move = replace(ticket, state=state, ended_at=tx.now), Move.EXPIRE
    ticket_queries.change(tx, ended_ticket, ticket)
    data = {"number": ticket.number, "from": ticket.state.value}
    line = write_journal(tx, SYSTEM, f"ticket.{move}", ticket.id, window=ticket.window, data=data)
    tx.events.append(event_of(ended_ticket, move, line))
    return int(move is Move.EXPIRE)
