"""Anomalies: compares the hall's records and proposes findings, which a person then decides.

Runs over every staffed window once a minute. Writes only for an anomaly that was not proposed
before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection

from server.catalogue.hours import Span
from server.core.clock import instant
from server.core.settings import GeneralSettings
from server.hall.context import Context
from server.queue import snapshot, ticket_queries
from server.queue.call_candidates import takes
from server.queue.snapshot import QueueSnapshot
from server.queue.window_session_queries import StoredSession
from server.spot_checks import anomalies, finding_actions, finding_queries, queries, recorded_state
from server.spot_checks.anomalies import MINUTE_MS, Anomaly, Desk, MorningPresence
from server.spot_checks.draw_commitment import opening
from server.spot_checks.queries import StoredMark
from server.spot_checks.recorded_state import Leave
from server.spot_checks.settings import SpotCheckSettings
from server.time_clocks import queries as time_clocks_queries

PATIENCE_MS = 60 * MINUTE_MS
"""Milliseconds after the morning within which a punch still counts for it."""


def propose(ctx: Context) -> int:
    """Propose findings for present anomalies; return the number of new ones."""
    snap = snapshot.take(ctx)
    new_doubts = ctx.read(lambda c: _new_doubts(ctx, c, snap))
    if not new_doubts:
        return 0
    return ctx.write(
        lambda tx: sum(finding_actions.propose(ctx, tx, doubt) for doubt in new_doubts)
    )


def _new_doubts(ctx: Context, conn: Connection, snap: QueueSnapshot) -> list[Anomaly]:
    doubts_now = [*_idle(ctx, conn, snap), *_unpunched(ctx, conn, snap)]
    rows = (
        finding_queries.of_source(conn, ctx.hall_id, "doubt", doubt.mark) for doubt in doubts_now
    )
    return [doubt for doubt, row in zip(doubts_now, rows, strict=True) if row is None]


def _idle(ctx: Context, conn: Connection, snap: QueueSnapshot) -> list[Anomaly]:
    if not snap.open:
        return []
    minutes = snap.settings.of(SpotCheckSettings).doubt_idle_minutes
    desks = (_desk(snap, window, seat) for window, seat in snap.session_rows.items())
    doubtful = [desk for desk in desks if anomalies.idle([desk], snap.now, minutes)]
    if not doubtful:
        return []
    # Idle by the snapshot: now run the more expensive queries.
    leave = recorded_state.leave_of(ctx, conn, snap.local.date())
    service_ends = _service_ends(ctx, conn, snap)
    confirmed = [
        replace(
            desk,
            away=recorded_state.leave_at(leave, desk.staff, snap.local) is not None,
            active_at=max(
                desk.active_at,
                service_ends.get(desk.window, 0),
                _last_session_change(ctx, conn, snap, desk),
            ),
        )
        for desk in doubtful
    ]
    return anomalies.idle(confirmed, snap.now, minutes)


def _desk(snap: QueueSnapshot, window: str, session: StoredSession) -> Desk:
    window_entry = snap.catalogue.window_by.get(window)
    rows = [
        r
        for r in snap.waiting
        if window_entry and takes(snap.catalogue, window_entry, r, snap.local)
    ]
    return Desk(
        window=window,
        staff=session.staff,
        busy=window in snap.current,
        paused=session.paused_at is not None,
        away=False,
        active_at=max(session.since, session.last_call_at or 0),
        waiting=sum(int(row.waiting) for row in rows),
        waiting_since=min((row.since for row in rows), default=None),
    )


def _service_ends(ctx: Context, conn: Connection, snap: QueueSnapshot) -> dict[str, int]:
    """Return the time at which the last service at each window ended."""
    ended_at: dict[str, int] = {}
    for ticket in ticket_queries.of_day(conn, ctx.hall_id, snap.day):
        if ticket.window and ticket.ended_at is not None:
            ended_at[ticket.window] = max(ended_at.get(ticket.window, 0), ticket.ended_at)
    return ended_at


def _last_session_change(ctx: Context, conn: Connection, snap: QueueSnapshot, desk: Desk) -> int:
    """Return the time of the last sign-in, pause or end of a pause at the window."""
    start = recorded_state.midnight(ctx, snap.local.date())
    lines = queries.window_lines(conn, ctx.hall_id, desk.window, start, snap.now)
    return max((int(line.at) for line in lines), default=0)


def _unpunched(ctx: Context, conn: Connection, snap: QueueSnapshot) -> list[Anomaly]:
    """Return the people without a punch all morning, once the data are complete.

    Complete: the morning is over and every time clock has delivered its punches past it.
    """
    spans = opening(ctx, snap.local.date())
    if not spans:
        return []
    begins, ends = _morning(ctx, snap, spans[0])
    delivered = time_clocks_queries.delivered_until(conn, ctx.hall_id)
    if delivered is None or min(delivered, snap.now) < ends + PATIENCE_MS:
        return []
    enrolled = {owners[-1][1] for owners in time_clocks_queries.fingers(conn, ctx.hall_id).values()}
    presence = {
        staff: evidence
        for staff, evidence in _presence(ctx, conn, snap, ends).items()
        if staff in enrolled
    }
    punch_times = recorded_state.punches_of(ctx, conn, snap.day)
    leave = recorded_state.leave_of(ctx, conn, snap.local.date())
    people = [
        MorningPresence(
            staff,
            window,
            at,
            evidence,
            any(moment <= ends + PATIENCE_MS for moment in punch_times.get(staff, ())),
            _away(ctx, leave, staff, begins, ends),
        )
        for staff, (at, window, evidence) in sorted(presence.items())
    ]
    return anomalies.unpunched(people, snap.day)


def _morning(ctx: Context, snap: QueueSnapshot, span: Span) -> tuple[int, int]:
    start = recorded_state.midnight(ctx, snap.local.date())
    minutes = [moment.hour * 60 + moment.minute for moment in (span.opens, span.closes)]
    return start + minutes[0] * MINUTE_MS, start + minutes[1] * MINUTE_MS


def _away(ctx: Context, leave: Leave, staff: str, begins: int, ends: int) -> bool:
    zone = ctx.settings().of(GeneralSettings).timezone
    return any(
        instant(span.begins, zone) < ends and instant(span.ends, zone) > begins
        for span in leave.get(staff, ())
    )


def _presence(
    ctx: Context, conn: Connection, snap: QueueSnapshot, until: int
) -> dict[str, tuple[int, str, str]]:
    """Return by staff number the time, window and kind of the best evidence of presence.

    Only evidence before `until` counts.
    """
    evidence: dict[str, tuple[int, str, str]] = {}
    for seat in snap.session_rows.values():
        if seat.since < until:
            evidence[seat.staff] = (seat.since, seat.window, "post")
    for ticket in ticket_queries.of_day(conn, ctx.hall_id, snap.day):
        if ticket.staff and ticket.called_at is not None and ticket.called_at < until:
            evidence[ticket.staff] = (ticket.called_at, ticket.window, "call")
    rows = queries.of_days(conn, ctx.hall_id, snap.day, snap.day)
    for mark in _at_post(queries.marks_of(conn, ctx.hall_id, (row.id for row in rows))):
        if mark.at < until:
            evidence[mark.staff] = (mark.at, mark.window, "mark")
    return evidence


def _at_post(rows: Iterable[StoredMark]) -> Iterable[StoredMark]:
    return (row for row in rows if row.staff and row.mark in ("at_post", "serving"))
