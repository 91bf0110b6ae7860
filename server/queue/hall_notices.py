"""Actions of the office on many windows at once: a pause of the hall or an area, a notice.

One action pauses every window of the area that somebody is signed in to; a window with a person
there pauses by itself when it is free, and one that is signed in to later, at once. The clerks
cannot end it. It ends by the office, or with the day.
"""

from __future__ import annotations

from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.events import HallChanged
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.queue import notice_queries, window_session_queries
from server.queue.errors import QueueCode
from server.queue.events import WindowChanged
from server.queue.messages import PublishNotice
from server.queue.notice_queries import HallNotice
from server.queue.notice_scope import areas, window_in
from server.queue.transitions import current_at
from server.queue.window_session_queries import OFFICE

CHANGED = "notice"
"""Subject of HallChanged when a notice or a pause began or ended."""


def publish(ctx: Context, actor: Actor, key: str, order: PublishNotice) -> str:
    """Pause the windows of an area (`pauses`) or publish a notice there; return its id.

    Raises INVALID (an unknown area), REASON_REQUIRED (no text; a pause may have a code instead).
    """
    request: JsonDict = {"act": "hall_notice", **order.model_dump(mode="json")}

    def act(tx: Tx) -> JsonDict:
        if order.area not in {code for code, _, _ in areas(ctx.catalogue())}:
            raise HallError(CommonCode.INVALID, field="area")
        if not order.text and not (order.pauses and order.reason):
            raise HallError(CommonCode.REASON_REQUIRED)
        until = tx.now + order.minutes * 60_000 if order.minutes else None
        number, words = ctx.tokens.token(12), (order.reason, order.text, order.text_en)
        notice = HallNotice(number, order.area, order.pauses, *words, tx.now, until)
        notice_queries.add(tx, notice)
        windows = _pause_windows(ctx, tx, actor, notice) if order.pauses else []
        data = {**request, "until": until, "windows": windows}
        write_journal(tx, actor, "hall_notice.begin", number, data=data)
        tx.events.append(HallChanged(CHANGED))
        return {"notice": number}

    return str(ctx.command(actor, key, request, act)["notice"])


def _pause_windows(ctx: Context, tx: Tx, actor: Actor, notice: HallNotice) -> list[str]:
    """Pause the windows of a notice's area; return the codes of all that pause, now or later."""
    windows = []
    for session in window_session_queries.sessions(tx.conn, tx.hall_id):
        if not window_in(ctx.catalogue(), notice.area, session.window):
            continue
        if session.paused_at is None:
            pause_window(tx, actor, session.window, notice)
            windows.append(session.window)
    return sorted(windows)


def pause_window(tx: Tx, actor: Actor, window: str, notice: HallNotice) -> None:
    """Pause one window for the office, or after the person who is there."""
    if current_at(tx, window) is not None:
        window_session_queries.set_next_pause(tx, window, OFFICE, 0, notice.until)
    else:
        window_session_queries.set_pause(tx, window, tx.now, OFFICE, notice.until)
        data: JsonDict = {"reason": OFFICE, "note": notice.text, "until": notice.until}
        write_journal(tx, actor, "window.pause", window, window=window, data=data)
    tx.events.append(WindowChanged(window))


def pausing(ctx: Context, tx: Tx, window: str) -> HallNotice | None:
    """Return the pause of the office that covers a window, or None."""
    notices = notice_queries.in_force(tx.conn, tx.hall_id, tx.now)
    covering = (n for n in notices if n.pauses and window_in(ctx.catalogue(), n.area, window))
    return next(covering, None)


def require_not_paused(ctx: Context, tx: Tx, window: str) -> None:
    """Raise HALL_PAUSED while the office pauses a window."""
    if pausing(ctx, tx, window) is not None:
        raise HallError(QueueCode.HALL_PAUSED, window=window)


def end(ctx: Context, actor: Actor, key: str, notice: str) -> None:
    """End a notice, or a pause: its windows call again. Raises NOT_FOUND if it is over."""

    def act(tx: Tx) -> JsonDict:
        present = notice_queries.in_force(tx.conn, tx.hall_id, tx.now)
        ended = next((n for n in present if n.id == notice), None)
        if ended is None:
            raise HallError(CommonCode.NOT_FOUND)
        end_now(ctx, tx, actor, ended)
        return {}

    ctx.command(actor, key, {"act": "end_hall_notice", "notice": notice}, act)


def end_now(ctx: Context, tx: Tx, actor: Actor, notice: HallNotice) -> None:
    """Remove a notice; windows that the office pauses no more call again."""
    notice_queries.remove(tx, notice.id)
    windows = []
    for session in window_session_queries.sessions(tx.conn, tx.hall_id) if notice.pauses else ():
        window = session.window
        if OFFICE not in (session.pause_reason, session.pause_next) or pausing(ctx, tx, window):
            continue
        if session.paused_at is not None:
            data = {"millis": tx.now - session.paused_at, "reason": OFFICE}
            write_journal(tx, actor, "window.unpause", window, window=window, data=data)
        window_session_queries.set_pause(tx, window, None, "")
        tx.events.append(WindowChanged(window))
        windows.append(window)
    data = {"area": notice.area, "pauses": notice.pauses, "windows": windows}
    write_journal(tx, actor, "hall_notice.end", notice.id, data=data)
    tx.events.append(HallChanged(CHANGED))


def end_pauses(ctx: Context, tx: Tx, actor: Actor) -> None:
    """End the pauses of the office with the day, and notices whose end has come."""
    for notice in notice_queries.stored(tx.conn, tx.hall_id):
        if notice.pauses or (notice.until is not None and notice.until <= tx.now):
            end_now(ctx, tx, actor, notice)
