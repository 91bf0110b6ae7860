"""Input of the choosing policies: the heads that a window may call, their waits, the runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from server.catalogue.model import Catalogue, Window, WindowKind
from server.core.context import Context, sessions_of
from server.core.errors import HallError
from server.core.store import Tx
from server.queue import ticket_queries
from server.queue.choosing import Bounds, Choice, Head, comprehensive, specialised
from server.queue.errors import QueueCode
from server.queue.routing import (
    WindowSessions,
    entitled,
    only_comprehensive,
    servers,
    unit_windows,
    windows_for,
)
from server.queue.settings import NumberSettings
from server.queue.tickets import Ticket


def choose_for(
    ctx: Context, tx: Tx, window_code: str, sessions: WindowSessions
) -> tuple[Ticket, Choice] | None:
    """Return the ticket that `window_code` should call now, with the reason.

    None if there is none.
    """
    catalogue, settings = ctx.catalogue(), ctx.settings()
    window = catalogue.window_by.get(window_code)
    if window is None:
        raise HallError(QueueCode.WINDOW_UNKNOWN, window=window_code)
    now = ctx.local(tx.now)
    rows = [
        row
        for row in ticket_queries.heads(tx.conn, tx.hall_id)
        if takes(catalogue, window, row, now)
    ]
    if not rows:
        return None
    heads = [_head(catalogue, window, row, now, sessions, tx.now) for row in rows]
    heads = _with_overtaking(tx, catalogue, rows, heads, now)
    bounds = Bounds(
        settings.of(NumberSettings).priority_run, settings.of(NumberSettings).overtake_limit
    )
    streak = partial(ticket_queries.run_of, tx, ctx.day(tx.now))
    if window.kind is WindowKind.COMPREHENSIVE:
        choice = comprehensive(heads, streak, bounds)
    else:
        choice = specialised(heads, "+".join(sorted(window.units)), streak, bounds)
    assert choice is not None, "there is at least one head"
    chosen_row = next(row for row, head in zip(rows, heads, strict=True) if head is choice.head)
    ticket = ticket_queries.get(tx.conn, tx.hall_id, chosen_row.id)
    assert ticket is not None, "a head is a ticket"
    return ticket, choice


def takes(catalogue: Catalogue, window: Window, row: Any, now: datetime) -> bool:
    """Return True if `window` may call the tickets of a lane today.

    Opening hours are ignored: a person who got a number before closing is still called by a window
    with a session.
    """
    if row.lane.startswith("@"):
        return bool(row.lane.startswith(f"@{window.code}/"))
    if row.lane.startswith("="):
        return row.queue in window.units
    item = catalogue.item_by.get(row.item)
    if item is None:
        # The item was removed from the catalogue after issue: its unit's windows serve the ticket.
        return row.queue in window.units
    return entitled(catalogue, window, item, now)


def _head(
    catalogue: Catalogue,
    window: Window,
    row: Any,
    now: datetime,
    sessions: WindowSessions,
    millis: int,
) -> Head:
    item = catalogue.item_by.get(row.item)
    unit = catalogue.unit_by.get(row.queue)
    for_this_window = row.lane.startswith("@")
    may_be_only = window.kind is WindowKind.COMPREHENSIVE and item is not None
    return Head(
        lane=row.lane,
        queue=row.queue,
        level=row.level,
        order=row.ord,
        waited=(millis - row.waiting_since) / 60_000,
        target=unit.target_wait if unit else 20,
        comprehensive_only=may_be_only
        and item is not None
        and only_comprehensive(catalogue, item, now, sessions),
        for_window=for_this_window,
    )


def _with_overtaking(
    tx: Tx,
    catalogue: Catalogue,
    rows: list[Any],
    heads: list[Head],
    now: datetime,
) -> list[Head]:
    """Return the heads with overtaking counted for ordinary ones, if a priority head competes.

    A call counts for a person only if the window that made it could have called that person.
    """
    if not any(h.level > 0 for h in heads):
        return heads
    counted_heads = []
    for row, head in zip(rows, heads, strict=True):
        item = catalogue.item_by.get(row.item)
        if head.level > 0 or item is None:
            counted_heads.append(head)
            continue
        day = now.date().isoformat()
        calls = ticket_queries.priority_calls_over(
            tx.conn, tx.hall_id, day, head.queue, head.order, row.waiting_since
        )
        able_windows = {w.code for w in windows_for(catalogue, item, now)}
        counted_heads.append(
            replace(head, overtaken=sum(1 for window in calls if window in able_windows))
        )
    return counted_heads


def check_target(
    ctx: Context,
    tx: Tx,
    window: str,
    to_window: str | None,
    to_item: str | None,
    to_unit: str | None,
) -> None:
    """Raise TRANSFER_TARGET unless there is exactly one known target that can call now."""
    targets = [t for t in (to_window, to_item, to_unit) if t is not None]
    if len(targets) != 1:
        raise HallError(QueueCode.TRANSFER_TARGET, reason="one")
    catalogue, sessions = ctx.catalogue(), sessions_of(tx.conn, tx.hall_id)
    if to_window is not None:
        if to_window == window or to_window not in catalogue.window_by:
            raise HallError(QueueCode.TRANSFER_TARGET, reason="unknown", window=to_window)
        able_windows: tuple[str, ...] = (to_window,) if to_window in sessions else ()
    elif to_item is not None:
        item = catalogue.item_by.get(to_item)
        if item is None:
            raise HallError(QueueCode.TRANSFER_TARGET, reason="unknown", item=to_item)
        able_windows = servers(catalogue, item, ctx.local(tx.now), sessions)
    else:
        assert to_unit is not None
        able_windows = tuple(w.code for w in unit_windows(catalogue, to_unit) if w.code in sessions)
    if not able_windows:
        raise HallError(QueueCode.TRANSFER_TARGET, reason="nobody", target=targets[0])
