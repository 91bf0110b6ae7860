"""Dues of a case: a licence is issued after they are confirmed or waived."""

from __future__ import annotations

from sqlalchemy import Connection


def is_unpaid(_conn: Connection, _hall_id: str, _case_id: str) -> bool:
    """Return True while a due of the case is neither confirmed nor waived."""
    return False
