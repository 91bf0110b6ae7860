"""Gate: what a case still owes. A licence is issued only when nothing is left."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from server.fees import queries
from server.fees.rules import FeeState


@dataclass(frozen=True, slots=True)
class Unpaid:
    """Due of a case that is neither confirmed nor waived; `notice`: number of its notice."""

    notice: str
    name: str
    amount: int
    """Fen."""
    state: FeeState


def unpaid(conn: Connection, hall_id: str, case_id: str) -> list[Unpaid]:
    """Return the dues of a case that are neither confirmed nor waived, the oldest first."""
    return [
        Unpaid(row.id, row.name, row.amount, FeeState(row.state))
        for row in queries.unsettled(conn, hall_id, case_id)
    ]
