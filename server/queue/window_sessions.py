"""Window sessions: sign in, pause, resume, sign out."""

from __future__ import annotations

from server.catalogue import hours as catalogue_hours
from server.catalogue.model import Staff, Window
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.leave import cover as leave_cover
from server.queue import (
    hall_notices,
    number_ranges,
    snapshot,
    ticket_queries,
    window_session_queries,
)
from server.queue.call_candidates import takes
from server.queue.errors import QueueCode
from server.queue.events import WindowChanged
from server.queue.routing import WindowSessions, allowed_at, servers
from server.queue.snapshot import QueueSnapshot
from server.queue.ticket_queries import LaneCount
from server.queue.tickets import site_of
from server.queue.transitions import current_at
from server.queue.window_session_queries import StoredSession


def sign_in(ctx: Context, actor: Actor, key: str, window: str) -> None:
    """Sign in to `window`.

    Raises WINDOW_UNKNOWN, WINDOW_NOT_ALLOWED, WINDOW_TAKEN, ALREADY_SIGNED_IN, WINDOW_CLOSED (a
    temporary window on a day without hours), BRANCH_SERVER. Signing in again to one's own window is
    a repeat.
    """

    def act(tx: Tx) -> JsonDict:
        _check_allowed(ctx, tx, actor, window)
        session = window_session_queries.session(tx.conn, tx.hall_id, window)
        if session is not None and session.staff == actor.name:
            return {}
        if session is not None:
            raise HallError(QueueCode.WINDOW_TAKEN, window=window, staff=session.staff)
        other_session = window_session_queries.session_of(tx.conn, tx.hall_id, actor.name)
        if other_session is not None:
            window_elsewhere = ctx.catalogue().window_by.get(other_session.window)
            raise HallError(
                QueueCode.ALREADY_SIGNED_IN,
                window=other_session.window,
                number=window_elsewhere.number if window_elsewhere else None,
            )
        window_session_queries.sign_in(tx, window, actor.name)
        write_journal(tx, actor, "window.sign_in", window, window=window)
        tx.events.append(WindowChanged(window))
        notice = hall_notices.pausing(ctx, tx, window)
        if notice is not None:
            hall_notices.pause_window(tx, actor, window, notice)
        return {}

    ctx.command(actor, key, {"act": "sign_in", "window": window}, act)


def _check_allowed(ctx: Context, tx: Tx, actor: Actor, window: str) -> None:
    catalogue = ctx.catalogue()
    window_entry = catalogue.window_by.get(window)
    if window_entry is None:
        raise HallError(QueueCode.WINDOW_UNKNOWN, window=window)
    site, day = catalogue.site_of_window(window), ctx.day(tx.now)
    number_ranges.require_here(catalogue, ctx.settings(), site, day)
    staff = catalogue.staff_by.get(actor.name)
    if staff is None or not _may_sit(ctx, tx, staff, window_entry):
        raise HallError(QueueCode.WINDOW_NOT_ALLOWED, window=window)
    if not catalogue_hours.window_spans(catalogue, window, ctx.local(tx.now).date()):
        days = list(catalogue_hours.weekdays_of(catalogue, [window]))
        raise HallError(QueueCode.WINDOW_CLOSED, window=window, weekdays=days)


def _may_sit(ctx: Context, tx: Tx, staff: Staff, window: Window) -> bool:
    """Return True if the staff list allows it, or the person is the deputy of somebody on leave."""
    if allowed_at(staff, window):
        return True
    return leave_cover.may_sign_in(ctx, tx.conn, staff.number, window.code, ctx.local(tx.now))


def sign_out(ctx: Context, actor: Actor, key: str, window: str, force: bool) -> None:
    """Sign out of the window.

    Raises WINDOW_BUSY with a person at the window or on hold there, LAST_WINDOW (without `force`)
    when people wait whom only this window serves.
    """

    def act(tx: Tx) -> JsonDict:
        _own_session(tx, actor, window)
        tickets_here = ticket_queries.at_window(tx.conn, tx.hall_id, window)
        if tickets_here:
            raise HallError(QueueCode.WINDOW_BUSY, window=window, number=tickets_here[0].number)
        left_waiting = left_without_window(snapshot.in_act(ctx, tx, "sessions", "waiting"), window)
        if left_waiting and not force:
            raise HallError(QueueCode.LAST_WINDOW, window=window, waiting=left_waiting)
        window_session_queries.sign_out(tx, window)
        write_journal(
            tx, actor, "window.sign_out", window, window=window, data={"left_waiting": left_waiting}
        )
        tx.events.append(WindowChanged(window))
        return {}

    ctx.command(actor, key, {"act": "sign_out", "window": window, "force": force}, act)


def left_without_window(snap: QueueSnapshot, window: str) -> int:
    """Return the number of waiting people left without a window if this one signed out."""
    window_entry = snap.catalogue.window_by.get(window)
    if window_entry is None:
        return 0
    other_sessions = {code: session for code, session in snap.sessions.items() if code != window}
    rows = (row for row in snap.waiting if takes(snap.catalogue, window_entry, row, snap.local))
    return sum(row.waiting for row in rows if not _has_other_window(snap, row, other_sessions))


def _has_other_window(snap: QueueSnapshot, row: LaneCount, sessions: WindowSessions) -> bool:
    catalogue, local = snap.catalogue, snap.local
    if not row.lane.startswith(("@", "=")) and row.item in catalogue.item_by:
        here = catalogue.at(site_of(row.lane))
        return bool(servers(here, catalogue.item_by[row.item], local, sessions))
    return any(
        takes(catalogue, catalogue.window_by[code], row, local) and not session.paused
        for code, session in sessions.items()
        if code in catalogue.window_by
    )


def pause(
    ctx: Context,
    actor: Actor,
    key: str,
    window: str,
    reason: str,
    text: str,
    minutes: int = 0,
    *,
    after: bool = False,
) -> None:
    """Stop calling, with a reason and the expected length (0: not known).

    While a ticket is called or served: WINDOW_BUSY, or with `after` the pause begins by itself when
    the window is free.
    """

    def act(tx: Tx) -> JsonDict:
        session = _own_session(tx, actor, window)
        busy = current_at(tx, window)
        if busy is not None and not after:
            raise HallError(QueueCode.WINDOW_BUSY, window=window, number=busy.number)
        if busy is not None:
            # Until it begins, its end is expected as if it began now.
            until = tx.now + minutes * 60_000 if minutes else None
            window_session_queries.set_next_pause(tx, window, reason, minutes, until)
            data: JsonDict = {"reason": reason, "note": text, "minutes": minutes}
            write_journal(tx, actor, "window.pause_next", window, window=window, data=data)
            tx.events.append(WindowChanged(window))
        elif session.paused_at is None:
            until = tx.now + minutes * 60_000 if minutes else None
            window_session_queries.set_pause(tx, window, tx.now, reason, until)
            data = {"reason": reason, "note": text, "until": until}
            write_journal(tx, actor, "window.pause", window, window=window, data=data)
            tx.events.append(WindowChanged(window))
        return {}

    request: JsonDict = {"act": "pause", "window": window, "reason": reason, "note": text}
    if minutes:
        request["minutes"] = minutes
    if after:
        request["after"] = True
    ctx.command(actor, key, request, act)


def drop_next_pause(ctx: Context, actor: Actor, key: str, window: str) -> None:
    """Cancel the pause that was to begin after the present person. Raises HALL_PAUSED."""

    def act(tx: Tx) -> JsonDict:
        session = _own_session(tx, actor, window)
        if session.pause_next:
            hall_notices.require_not_paused(ctx, tx, window)
            window_session_queries.set_next_pause(tx, window, "", 0)
            data = {"reason": session.pause_next}
            write_journal(tx, actor, "window.pause_dropped", window, window=window, data=data)
            tx.events.append(WindowChanged(window))
        return {}

    ctx.command(actor, key, {"act": "drop_next_pause", "window": window}, act)


def unpause(ctx: Context, actor: Actor, key: str, window: str) -> None:
    """Resume calling. Raises HALL_PAUSED while the office pauses the window."""

    def act(tx: Tx) -> JsonDict:
        session = _own_session(tx, actor, window)
        if session.paused_at is not None:
            hall_notices.require_not_paused(ctx, tx, window)
            window_session_queries.set_pause(tx, window, None, "")
            data = {"millis": tx.now - session.paused_at, "reason": session.pause_reason}
            write_journal(tx, actor, "window.unpause", window, window=window, data=data)
            tx.events.append(WindowChanged(window))
        return {}

    ctx.command(actor, key, {"act": "unpause", "window": window}, act)


def release(ctx: Context, actor: Actor, key: str, window: str) -> None:
    """Sign out another person as a manager; raise WINDOW_BUSY with a ticket there."""

    def act(tx: Tx) -> JsonDict:
        session = window_session_queries.session(tx.conn, tx.hall_id, window)
        if session is None:
            raise HallError(QueueCode.WINDOW_NOT_SIGNED_IN, window=window)
        tickets_here = ticket_queries.at_window(tx.conn, tx.hall_id, window)
        if tickets_here:
            raise HallError(QueueCode.WINDOW_BUSY, window=window, number=tickets_here[0].number)
        window_session_queries.sign_out(tx, window)
        write_journal(
            tx, actor, "window.release", window, window=window, data={"staff": session.staff}
        )
        tx.events.append(WindowChanged(window))
        return {}

    ctx.command(actor, key, {"act": "release", "window": window}, act)


def _own_session(tx: Tx, actor: Actor, window: str) -> StoredSession:
    session = window_session_queries.session(tx.conn, tx.hall_id, window)
    if session is None or session.staff != actor.name:
        raise HallError(QueueCode.WINDOW_NOT_SIGNED_IN, window=window)
    return session
