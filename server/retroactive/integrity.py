"""Integrity check of retroactive changes: each has two people in the journal."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from server.core import tables as core_tables
from server.retroactive.tables import past_change
from server.retroactive.value_changes import State


def problems(conn: Connection, hall_id: str) -> Iterator[tuple[str, str]]:
    """Yield changes confirmed without a second person's journal line, in Chinese and English."""
    c, j = past_change.c, core_tables.journal.c
    confirmed = select(c.id, c.asked_by, c.decided_by).where(
        c.hall_id == hall_id, c.state == State.CONFIRMED.value
    )
    lines = select(j.subject, j.actor).where(j.hall_id == hall_id, j.act == "past.confirmed")
    confirmations = {(row.subject, row.actor) for row in conn.execute(lines)}
    for row in conn.execute(confirmed):
        asker, second = row.asked_by.partition(":")[2], row.decided_by.partition(":")[2]
        if asker == second or (row.id, second) not in confirmations:
            yield (
                f"更正 {row.id} 没有第二人确认的记录",
                f"change {row.id} of the past was not confirmed by a second person",
            )
