"""Lines that a time clock was told OK for and nobody could read: kept, shown, waited for.

They may be punches. Until somebody has looked at each of them the time clock does not count as
having delivered, so that no one is found missing for a line that lies here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from server.domain.errors import Code, HallError
from server.domain.punches import BadLine
from server.services import punches
from server.services.bus import ReaderChanged
from server.services.context import Actor, Context, JsonDict, note
from server.storage import readers
from server.storage.store import Tx

MAX_PUT_ASIDE = 300
"""Unread lines kept of one reader; beyond it they are only counted."""


def put_aside(tx: Tx, serial: str, table: str, bad: Sequence[BadLine]) -> bool:
    """Keep lines that are no punches; True when there is one that nobody has looked at yet."""
    fresh = False
    kept = bad[: 2 * MAX_PUT_ASIDE]
    for found in kept:
        fresh |= readers.put_aside(tx, serial, table, found.line, found.reason, MAX_PUT_ASIDE)
    if len(bad) > len(kept):
        fresh |= readers.count_aside(tx, serial, table, len(bad) - len(kept))
    if fresh:
        tx.events.append(ReaderChanged(serial))
    return fresh


def settle_line(ctx: Context, actor: Actor, key: str, number: int) -> None:
    """Note that somebody has looked at a line that was put aside; raises NOT_FOUND."""

    def act(tx: Tx) -> JsonDict:
        serial = readers.settle_line(tx, number, actor.key)
        if serial is None:
            raise HallError(Code.NOT_FOUND)
        _go_on(ctx, tx, serial)
        note(tx, actor, "reader.settle_line", str(number), data={})
        tx.events.append(ReaderChanged(str(number)))
        return {}

    ctx.command(actor, key, {"act": "reader.settle_line", "line": number}, act)


def settle_lines(
    ctx: Context, actor: Actor, key: str, serial: str, span: tuple[int, int], why: str
) -> int:
    """Note that somebody has looked at all lines of a reader on the page; returns how many.

    `span`: the lowest and the highest number on the page. What came in since, and what the page
    had no room for, stays to be looked at.
    The journal has one line with the reason, their number and a digest of them in their order.
    Raises INVALID without a reason, NOT_FOUND when there is nothing to settle.
    """
    if not why.strip():
        raise HallError(Code.INVALID, field="why")

    def act(tx: Tx) -> JsonDict:
        settled = readers.settle_lines(tx, serial, span, actor.key)
        if not settled:
            raise HallError(Code.NOT_FOUND)
        _go_on(ctx, tx, serial)
        data = {"count": len(settled), "span": span, "digest": _digest(settled), "why": why}
        note(tx, actor, "reader.settle_lines", serial, data=data)
        tx.events.append(ReaderChanged(serial))
        return {"settled": len(settled)}

    asked = {"act": "reader.settle_lines", "reader": serial, "span": span, "why": why}
    return int(ctx.command(actor, key, asked, act)["settled"])


def _go_on(ctx: Context, tx: Tx, serial: str) -> None:
    """Let delivery of a reader go on once nothing of it is left to look at."""
    row = readers.get(tx.conn, tx.hall_id, serial)
    if row is not None and serial not in readers.unsettled(tx.conn, tx.hall_id):
        before = readers.delivered_until(tx.conn, tx.hall_id)
        contact = punches.contact_of(row).all_read()
        punches.keep_contact(tx, row, contact, punches.clock_of(row))
        punches.tell_delivered(ctx, tx, before)


def _digest(lines: Sequence[Any]) -> str:
    """SHA-256 over number, table, count and text of every line."""
    text = json.dumps([[one.id, one.table, one.times, one.line] for one in lines])
    return hashlib.sha256(text.encode()).hexdigest()
