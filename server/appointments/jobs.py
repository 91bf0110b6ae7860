"""Periodic work on appointments: who was served, who missed, which holds are over."""

from __future__ import annotations

from sqlalchemy import Connection

from server.appointments import queries
from server.appointments.claims import begins
from server.appointments.queries import StoredAppointment
from server.appointments.rules import AppointmentMove, AppointmentState, Unsure
from server.appointments.settings import AppointmentSettings
from server.appointments.steps import Wish, add_step, attempt_of
from server.appointments.workflow import APPOINTMENT
from server.catalogue.hours import hall_spans, window_spans
from server.core.actors import SYSTEM
from server.core.store import Tx
from server.hall.context import Context, write_journal

MINUTE_MS = 60_000
RULE = "no_arrival"
"""Reason of the hall itself for a miss: the day ended and nobody came."""


def update(ctx: Context) -> int:
    """Bring appointments up to date; return the number of those that changed."""
    if not ctx.read_single(lambda c: _is_due(ctx, c)):
        return 0
    return ctx.write(lambda tx: _served(ctx, tx) + _decided(ctx, tx) + _expired(tx))


def _is_due(ctx: Context, conn: Connection) -> bool:
    """Return True if anything is to be done; a read, so that an idle hall writes nothing."""
    now = ctx.clock.now()
    return bool(
        queries.served(conn, ctx.hall_id)
        or _over(ctx, conn, now)
        or queries.any_expired(conn, ctx.hall_id, now)
    )


def _over(ctx: Context, conn: Connection, now: int) -> list[StoredAppointment]:
    """Return the appointments that nobody came to and whose day is over."""
    today = ctx.day(now)
    rows = queries.undecided(conn, ctx.hall_id, today)
    if any(row.day == today for row in rows) and not queries.is_closed(conn, ctx.hall_id, today):
        rows = [row for row in rows if row.day < today]
    return rows


def _served(ctx: Context, tx: Tx) -> int:
    rows = queries.served(tx.conn, tx.hall_id)
    for row in rows:
        attempt = attempt_of(ctx, SYSTEM, row, tx.now)
        state = APPOINTMENT.after(AppointmentMove.SERVE, attempt)
        add_step(tx, SYSTEM, row, state, Wish(AppointmentMove.SERVE))
    return len(rows)


def _decided(ctx: Context, tx: Tx) -> int:
    rows = _over(ctx, tx.conn, tx.now)
    for row in rows:
        doubt = doubt_of(ctx, tx.conn, row)
        if doubt is not None:
            queries.change(tx, row.id, unsure=doubt.value)
            data = {"doubt": doubt.value, "day": row.day, "start": row.start}
            write_journal(tx, SYSTEM, "appointment.doubt", row.id, data=data)
            continue
        attempt = attempt_of(ctx, SYSTEM, row, tx.now, reason=RULE)
        state = APPOINTMENT.after(AppointmentMove.MISS, attempt)
        assert state is AppointmentState.MISSED
        add_step(tx, SYSTEM, row, state, Wish(AppointmentMove.MISS, RULE))
    return len(rows)


def doubt_of(ctx: Context, conn: Connection, row: StoredAppointment) -> Unsure | None:
    """Return why the hall may have kept a person from arriving; None if nothing says so.

    From the first minute of an arrival to the last one in time the queue has to show a sign of
    life: a number issued, called or ended.
    """
    settings, catalogue = ctx.settings().of(AppointmentSettings), ctx.catalogue()
    moment = begins(ctx, row.day, row.start)
    day = ctx.local(moment).date()
    spans = [*hall_spans(catalogue, day)]
    for window in catalogue.windows:
        spans += window_spans(catalogue, window.code, day)
    if not spans or not queries.was_open(conn, ctx.hall_id, row.day):
        return Unsure.CLOSED
    first = moment - settings.appointment_early_minutes * MINUTE_MS
    last = moment + settings.appointment_late_minutes * MINUTE_MS
    if not queries.was_busy(conn, ctx.hall_id, row.day, first, last):
        return Unsure.SILENT
    return None


def _expired(tx: Tx) -> int:
    return queries.delete_expired(tx, tx.now - queries.KEEP_EXPIRED_MS)
