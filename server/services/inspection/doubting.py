"""Lays the hall's books against each other and proposes findings; a person says what they are.

Works through every staffed window once a minute. Writes only when there is a doubt that was not
proposed before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from server.clock import instant
from server.domain.hours import Span
from server.domain.inspection import doubts
from server.domain.inspection.doubts import MINUTE_MS, Desk, Doubt, Morning
from server.services import snapshot
from server.services.choice import takes
from server.services.context import Context
from server.services.inspection import finding, knowing
from server.services.inspection.knowing import Leave
from server.services.inspection.sealing import opening
from server.services.snapshot import Snapshot
from server.storage import checks, findings, readers, tickets

PATIENCE_MS = 60 * MINUTE_MS
"""A punch up to so long after the morning still counts for it."""


def propose(ctx: Context) -> int:
    """Propose what is doubtful now; returns how many new findings there are."""
    taken = snapshot.take(ctx)
    fresh = ctx.read(lambda c: _fresh(ctx, c, taken))
    if not fresh:
        return 0
    return ctx.write(lambda tx: sum(finding.propose(ctx, tx, one) for one in fresh))


def _fresh(ctx: Context, conn: Connection, taken: Snapshot) -> list[Doubt]:
    found = [*_idle(ctx, conn, taken), *_unpunched(ctx, conn, taken)]
    known = (findings.of_source(conn, ctx.hall_id, "doubt", one.mark) for one in found)
    return [one for one, row in zip(found, known, strict=True) if row is None]


# -- nobody is called ------------------------------------------------------------------------------


def _idle(ctx: Context, conn: Connection, taken: Snapshot) -> list[Doubt]:
    if not taken.open:
        return []
    minutes = taken.settings.doubt_idle_minutes
    desks = (_desk(taken, window, seat) for window, seat in taken.seats.items())
    doubtful = [desk for desk in desks if doubts.idle([desk], taken.now, minutes)]
    if not doubtful:
        return []
    # Suspicious by the live picture: now the dearer questions.
    leave = knowing.leave_of(ctx, conn, taken.local.date())
    ended = _ended(ctx, conn, taken)
    asked = [
        replace(
            desk,
            away=knowing.held(leave, desk.staff, taken.local) is not None,
            active_at=max(
                desk.active_at, ended.get(desk.window, 0), _moved(ctx, conn, taken, desk)
            ),
        )
        for desk in doubtful
    ]
    return doubts.idle(asked, taken.now, minutes)


def _desk(taken: Snapshot, window: str, seat: Any) -> Desk:
    spot = taken.catalogue.window_by.get(window)
    rows = [r for r in taken.floor.waiting if spot and takes(taken.catalogue, spot, r, taken.local)]
    return Desk(
        window=window,
        staff=seat.staff,
        busy=window in taken.current,
        paused=seat.paused_at is not None,
        away=False,
        active_at=max(seat.since, seat.last_call_at or 0),
        waiting=sum(int(row.waiting) for row in rows),
        waiting_since=min((row.since for row in rows), default=None),
    )


def _ended(ctx: Context, conn: Connection, taken: Snapshot) -> dict[str, int]:
    """When the last service at each window ended."""
    found: dict[str, int] = {}
    for ticket in tickets.of_day(conn, ctx.hall_id, taken.day):
        if ticket.window and ticket.ended_at is not None:
            found[ticket.window] = max(found.get(ticket.window, 0), ticket.ended_at)
    return found


def _moved(ctx: Context, conn: Connection, taken: Snapshot, desk: Desk) -> int:
    """When somebody last sat down there, paused or went on."""
    start = knowing.midnight(ctx, taken.local.date())
    lines = checks.window_lines(conn, ctx.hall_id, desk.window, start, taken.now)
    return max((int(line.at) for line in lines), default=0)


# -- no punch all morning --------------------------------------------------------------------------


def _unpunched(ctx: Context, conn: Connection, taken: Snapshot) -> list[Doubt]:
    """Asked once the morning is over and every reader has reported past it."""
    spans = opening(ctx, taken.local.date())
    if not spans:
        return []
    begins, ends = _morning(ctx, taken, spans[0])
    delivered = readers.delivered_until(conn, ctx.hall_id)
    if delivered is None or min(delivered, taken.now) < ends + PATIENCE_MS:
        return []
    enrolled = {owners[-1][1] for owners in readers.fingers(conn, ctx.hall_id).values()}
    seen = {staff: how for staff, how in _seen(ctx, conn, taken, ends).items() if staff in enrolled}
    punched = knowing.punches_of(ctx, conn, taken.day)
    leave = knowing.leave_of(ctx, conn, taken.local.date())
    people = [
        Morning(
            staff,
            window,
            at,
            how,
            any(moment <= ends + PATIENCE_MS for moment in punched.get(staff, ())),
            _away(ctx, leave, staff, begins, ends),
        )
        for staff, (at, window, how) in sorted(seen.items())
    ]
    return doubts.unpunched(people, taken.day)


def _morning(ctx: Context, taken: Snapshot, span: Span) -> tuple[int, int]:
    start = knowing.midnight(ctx, taken.local.date())
    minutes = [moment.hour * 60 + moment.minute for moment in (span.opens, span.closes)]
    return start + minutes[0] * MINUTE_MS, start + minutes[1] * MINUTE_MS


def _away(ctx: Context, leave: Leave, staff: str, begins: int, ends: int) -> bool:
    zone = ctx.settings().timezone
    return any(
        instant(span.begins, zone) < ends and instant(span.ends, zone) > begins
        for span in leave.get(staff, ())
    )


def _seen(
    ctx: Context, conn: Connection, taken: Snapshot, until: int
) -> dict[str, tuple[int, str, str]]:
    """staff: when, where and how somebody was at work before `until`; the best evidence counts."""
    found: dict[str, tuple[int, str, str]] = {}
    for seat in taken.seats.values():
        if seat.since < until:
            found[seat.staff] = (seat.since, seat.window, "post")
    for ticket in tickets.of_day(conn, ctx.hall_id, taken.day):
        if ticket.staff and ticket.called_at is not None and ticket.called_at < until:
            found[ticket.staff] = (ticket.called_at, ticket.window, "call")
    rows = checks.of_days(conn, ctx.hall_id, taken.day, taken.day)
    for mark in _at_post(checks.marks_of(conn, ctx.hall_id, (row.id for row in rows))):
        if mark.at < until:
            found[mark.staff] = (mark.at, mark.window, "mark")
    return found


def _at_post(rows: Iterable[Any]) -> Iterable[Any]:
    return (row for row in rows if row.staff and row.mark in ("at_post", "serving"))
