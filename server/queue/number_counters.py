"""Number counters: moves a day's counter forward for a restore.

`tickets.take_number` issues numbers.
"""

from __future__ import annotations

from sqlalchemy import text

from server.core.store import Tx

_set = text(
    "INSERT INTO number_counter (hall_id, day, prefix, last) VALUES (:hall_id, :day, :prefix, "
    ":last) ON CONFLICT (hall_id, day, prefix) DO UPDATE SET last = :last"
)


def move_on(tx: Tx, day: str, prefix: str, last: int) -> None:
    """Set the counter of a prefix so that its next number is `last` + 1."""
    tx.conn.execute(_set, {"hall_id": tx.hall_id, "day": day, "prefix": prefix, "last": last})
