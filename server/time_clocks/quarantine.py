"""Quarantined lines of time clocks: acknowledged but unreadable, stored until reviewed.

They may be punches. Until a person has reviewed each of them, the time clock does not count as
having delivered, so that nobody is reported missing because of an unreadable line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.time_clocks import punch_store, queries
from server.time_clocks.events import ReaderChanged
from server.time_clocks.punch_rules import BadLine
from server.time_clocks.queries import QuarantinedLine

MAX_PUT_ASIDE = 300
"""Most unreadable lines stored for one time clock; beyond it they are only counted."""


def quarantine(tx: Tx, serial: str, table: str, bad: Sequence[BadLine]) -> bool:
    """Quarantine lines that are not punches; return True if one of them is new."""
    has_new = False
    first_lines = bad[: 2 * MAX_PUT_ASIDE]
    for bad_line in first_lines:
        has_new |= queries.quarantine(
            tx, serial, table, bad_line.line, bad_line.reason, MAX_PUT_ASIDE
        )
    if len(bad) > len(first_lines):
        has_new |= queries.count_quarantined(tx, serial, table, len(bad) - len(first_lines))
    if has_new:
        tx.events.append(ReaderChanged(serial))
    return has_new


def settle_line(ctx: Context, actor: Actor, key: str, number: int) -> None:
    """Record that a person has reviewed a quarantined line; raise NOT_FOUND."""

    def act(tx: Tx) -> JsonDict:
        serial = queries.settle_line(tx, number, actor.key)
        if serial is None:
            raise HallError(CommonCode.NOT_FOUND)
        _resume_delivery(ctx, tx, serial)
        write_journal(tx, actor, "reader.settle_line", str(number), data={})
        tx.events.append(ReaderChanged(str(number)))
        return {}

    ctx.command(actor, key, {"act": "reader.settle_line", "line": number}, act)


def settle_lines(
    ctx: Context, actor: Actor, key: str, serial: str, span: tuple[int, int], why: str
) -> int:
    """Record that a person has reviewed all lines of a time clock on the page; return their number.

    `span`: the lowest and the highest number on the page. Later lines, and those that did not fit
    on the page, remain to be reviewed. The journal has one line with the reason, their number and a
    digest of them in their order. Raises INVALID without a reason, NOT_FOUND when there is nothing
    to settle.
    """
    if not why.strip():
        raise HallError(CommonCode.INVALID, field="why")

    def act(tx: Tx) -> JsonDict:
        settled_rows = queries.settle_lines(tx, serial, span, actor.key)
        if not settled_rows:
            raise HallError(CommonCode.NOT_FOUND)
        _resume_delivery(ctx, tx, serial)
        data = {
            "count": len(settled_rows),
            "span": span,
            "digest": _digest(settled_rows),
            "why": why,
        }
        write_journal(tx, actor, "reader.settle_lines", serial, data=data)
        tx.events.append(ReaderChanged(serial))
        return {"settled": len(settled_rows)}

    request = {"act": "reader.settle_lines", "reader": serial, "span": span, "why": why}
    return int(ctx.command(actor, key, request, act)["settled"])


def _resume_delivery(ctx: Context, tx: Tx, serial: str) -> None:
    """Let delivery of a time clock advance once none of its lines awaits review."""
    row = queries.get(tx.conn, tx.hall_id, serial)
    if row is not None and serial not in queries.unsettled(tx.conn, tx.hall_id):
        before = queries.delivered_until(tx.conn, tx.hall_id)
        contact = punch_store.contact_of(row).after_review()
        punch_store.keep_contact(tx, row, contact, punch_store.clock_of(row))
        punch_store.publish_delivery(ctx, tx, before)


def _digest(lines: Sequence[QuarantinedLine]) -> str:
    """Return the SHA-256 over number, table, count and text of every line."""
    text = json.dumps([[row.id, row.table, row.times, row.line] for row in lines])
    return hashlib.sha256(text.encode()).hexdigest()
