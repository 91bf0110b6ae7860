"""Time clocks awaiting admission: a list for the office that strangers cannot fill."""

from __future__ import annotations

import json

from server.core.actors import SYSTEM
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.time_clocks import queries
from server.time_clocks.events import ReaderChanged
from server.time_clocks.queries import TimeClock

MAX_ASKING = 50
ASKING_OF_ADDRESS = 4
"""Most time clocks of one address in the list; when one is admitted, the next appears."""
SILENT_MS = 600_000
ASKING_AGAIN_MS = 60_000


def record_request(
    ctx: Context, serial: str, address: str, row: TimeClock | None, way: str
) -> None:
    """Record that a time clock asks for admission, or asks again."""
    now = ctx.clock.now()
    if row is not None and row.heard_at is not None and now - row.heard_at < ASKING_AGAIN_MS:
        return

    def act(tx: Tx) -> None:
        current_row = queries.get(tx.conn, tx.hall_id, serial)
        if current_row is None and not _room_to_ask(tx, address):
            return
        if current_row is None:
            facts = json.dumps({"address": address})
            queries.add(tx, serial, way, "asking", heard_at=tx.now, facts=facts)
            write_journal(tx, SYSTEM, "reader.asks", serial, data={"address": address})
        elif current_row.state == "asking":
            queries.change(tx, serial, heard_at=tx.now)
        tx.events.append(ReaderChanged(serial))

    ctx.write(act)


def _room_to_ask(tx: Tx, address: str) -> bool:
    """Return True if one more may ask: a few addresses cannot fill the office's list.

    In a full list the one that was silent longest is removed: a real time clock asks again.
    """
    rows = queries.awaiting_admission(tx.conn, tx.hall_id)
    if sum(queries.facts_of(row).get("address") == address for row in rows) >= ASKING_OF_ADDRESS:
        return False
    if len(rows) < MAX_ASKING:
        return True
    silent = min(rows, key=lambda row: row.heard_at or 0)
    if (silent.heard_at or 0) > tx.now - SILENT_MS:
        return False
    queries.delete_asking(tx, silent.serial)
    return True
