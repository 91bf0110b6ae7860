"""Keypad actions: a key does the same as the page, in the name of the clerk signed in there.

The driver has turned raw keys into function names by its key map; here a function becomes an
action. A key press carries an id, so repeating it after a lost answer does not call twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from server.accounts import queries as accounts_queries
from server.core.actors import Actor, ActorKind, Via
from server.core.errors import CommonCode, HallError
from server.hall.context import Context
from server.queue import (
    announcements,
    calling,
    ticket_queries,
    undo,
    window_session_queries,
    window_sessions,
)
from server.queue.errors import QueueCode
from server.queue.tickets import State

Press = Callable[[Context, Actor, str, str], None]
Start = Callable[..., Any]


def coalesced(start: Start, call: Callable[[], None]) -> Callable[[], None]:
    """Return a function that runs `call` once, soon, however often it is called meanwhile.

    The counts on the keypads change all day.
    """
    pending: list[bool] = []

    def run() -> None:
        pending.clear()
        call()

    def schedule() -> None:
        if not pending:
            pending.append(True)
            start(run, delay=0.3)

    return schedule


def press(
    ctx: Context, window: str, function: str, key: str, digits: str = "", via: Via | None = None
) -> None:
    """Carry out `function` at `window`; digits before the key are the window to transfer to.

    The actor is the clerk signed in there; `via` adds the keypad and its agent to the journal.

    Raises:
        HallError: WINDOW_NOT_SIGNED_IN if no clerk is signed in, INVALID for an unknown
            function, and the errors of the action itself.
    """
    action = FUNCTIONS.get(function)
    if action is None and function != "transfer":
        raise HallError(CommonCode.INVALID, field="function")
    session = ctx.read_single(lambda c: window_session_queries.session(c, ctx.hall_id, window))
    if session is None or _disabled(ctx, session.staff):
        raise HallError(QueueCode.WINDOW_NOT_SIGNED_IN, window=window)
    actor = Actor(ActorKind.CLERK, session.staff, via)
    if action is None:
        _transfer(ctx, actor, key, window, digits)
    else:
        action(ctx, actor, key, window)


def _disabled(ctx: Context, staff: str) -> bool:
    """Return True if the account is disabled; an older version left such clerks signed in."""
    account = ctx.read_single(lambda c: accounts_queries.account(c, ctx.hall_id, staff))
    return account is not None and bool(account.disabled)


def _transfer(ctx: Context, actor: Actor, key: str, window: str, digits: str) -> None:
    """Transfer the current person to the window whose number was typed."""
    windows_by_number = {str(w.number): w.code for w in ctx.catalogue().windows}
    target = windows_by_number.get(digits.lstrip("0"))
    if target is None:
        raise HallError(QueueCode.TRANSFER_TARGET, reason="unknown", number=digits)
    calling.transfer(ctx, actor, key, window, to_window=target, to_item=None, to_unit=None, text="")


def _next(ctx: Context, actor: Actor, key: str, window: str) -> None:
    calling.next_by_key(ctx, actor, key, window)


def _recall(ctx: Context, actor: Actor, key: str, window: str) -> None:
    calling.recall(ctx, actor, key, window)


def _start(ctx: Context, actor: Actor, key: str, window: str) -> None:
    calling.start(ctx, actor, key, window)


def _finish(ctx: Context, actor: Actor, key: str, window: str) -> None:
    current = ctx.read_single(lambda c: ticket_queries.at_window(c, ctx.hall_id, window))
    item = next((t.item for t in current if t.state is State.SERVING), "")
    calling.finish(ctx, actor, key, window, calling.default_outcome(ctx, item), "")


def _no_show(ctx: Context, actor: Actor, key: str, window: str) -> None:
    calling.no_show(ctx, actor, key, window)


def _by_mouth(ctx: Context, actor: Actor, key: str, window: str) -> None:
    announcements.by_mouth(ctx, actor, key, window)


def _hold(ctx: Context, actor: Actor, key: str, window: str) -> None:
    """Put the current person on hold, or resume the first held one if the window is free."""
    current = ctx.read_single(lambda c: ticket_queries.at_window(c, ctx.hall_id, window))
    if any(t.state in (State.CALLED, State.SERVING) for t in current) or not current:
        calling.hold(ctx, actor, key, window, "")
    else:
        calling.resume(ctx, actor, key, window, min(current, key=lambda t: t.ord).id)


def _resume(ctx: Context, actor: Actor, key: str, window: str) -> None:
    """Resume the first held person. Raises WINDOW_IDLE if there is none."""
    current = ctx.read_single(lambda c: ticket_queries.at_window(c, ctx.hall_id, window))
    on_hold = [t for t in current if t.state is State.HELD]
    if not on_hold:
        raise HallError(QueueCode.WINDOW_IDLE, window=window)
    calling.resume(ctx, actor, key, window, min(on_hold, key=lambda t: t.ord).id)


def _requeue(ctx: Context, actor: Actor, key: str, window: str) -> None:
    """Send the current person back to the queue of the item, with seniority kept."""
    present = ctx.read_single(lambda c: ticket_queries.at_window(c, ctx.hall_id, window))
    current = next((t for t in present if t.state in (State.CALLED, State.SERVING)), None)
    if current is None:
        raise HallError(QueueCode.WINDOW_IDLE, window=window)
    to = {"to_window": None, "to_item": current.item, "to_unit": None}
    calling.transfer(ctx, actor, key, window, **to, text="")


def _undo(ctx: Context, actor: Actor, key: str, window: str) -> None:
    undo.undo(ctx, actor, key, window)


def _pause(ctx: Context, actor: Actor, key: str, window: str) -> None:
    """Pause the window, or end its pause: both are the same key.

    With a person at the window it pauses after this person, or the key takes that back.
    """
    session = ctx.read_single(lambda c: window_session_queries.session(c, ctx.hall_id, window))
    if session is not None and session.paused_at is not None:
        window_sessions.unpause(ctx, actor, key, window)
    elif session is not None and session.pause_next:
        window_sessions.drop_next_pause(ctx, actor, key, window)
    else:
        window_sessions.pause(ctx, actor, key, window, "other", "", after=True)


FUNCTIONS: dict[str, Press] = {
    "call_next": _next,
    "recall": _recall,
    "start": _start,
    "finish": _finish,
    "no_show": _no_show,
    "by_mouth": _by_mouth,
    "hold": _hold,
    "pause": _pause,
    "resume": _resume,
    "requeue": _requeue,
    "undo": _undo,
}
