"""Number counters: where a branch server begins, and a day's counter moved on for a restore.

`tickets.take_number` issues numbers.
"""

from __future__ import annotations

from sqlalchemy import text

from server.core.statement import precompiled
from server.core.store import Tx

RESTORED = "hall.restore"
"""Action of the journal line with numbers that were left out: of a restored backup, or of a branch
server that takes the place of a lost one."""
_set = text(
    "INSERT INTO number_counter (hall_id, day, prefix, last) VALUES (:hall_id, :day, :prefix, "
    ":last) ON CONFLICT (hall_id, day, prefix) DO UPDATE SET last = :last"
)


_begin = precompiled(
    text(
        "INSERT INTO number_counter (hall_id, day, prefix, last) VALUES (:hall_id, :day, :prefix, "
        ":last) ON CONFLICT (hall_id, day, prefix) DO NOTHING"
    )
)


def begin(tx: Tx, day: str, prefix: str, last: int) -> None:
    """Begin the counter of a prefix behind `last`, unless it has begun."""
    tx.conn.execute(_begin, {"hall_id": tx.hall_id, "day": day, "prefix": prefix, "last": last})


def move_on(tx: Tx, day: str, prefix: str, last: int) -> None:
    """Set the counter of a prefix so that its next number is `last` + 1."""
    tx.conn.execute(_set, {"hall_id": tx.hall_id, "day": day, "prefix": prefix, "last": last})
