"""Dues of a case: a licence is issued after they are confirmed or waived."""

from __future__ import annotations

from sqlalchemy import Connection

from server.fees import gate


def is_unpaid(conn: Connection, hall_id: str, case_id: str) -> bool:
    """Return True while a due of the case is neither confirmed nor waived."""
    return bool(gate.unpaid(conn, hall_id, case_id))
