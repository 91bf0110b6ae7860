"""Lines that a time clock was told OK for and nobody could read: kept, shown, waited for.

They may be punches. Until somebody has looked at each of them the time clock does not count as
having delivered, so that no one is found missing for a line that lies here.
"""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.errors import Code, HallError
from server.domain.punches import BadLine
from server.services import punches
from server.services.bus import AttendanceChanged, ReaderChanged
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
        row = readers.get(tx.conn, tx.hall_id, serial)
        if row is not None and serial not in readers.unsettled(tx.conn, tx.hall_id):
            contact = punches.contact_of(row).all_read()
            punches.keep_contact(tx, row, contact, punches.clock_of(row))
            tx.events.append(AttendanceChanged(()))
        note(tx, actor, "reader.settle_line", str(number), data={})
        tx.events.append(ReaderChanged(str(number)))
        return {}

    ctx.command(actor, key, {"act": "reader.settle_line", "line": number}, act)
