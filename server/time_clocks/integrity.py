"""Integrity check of punches: none was changed, removed or inserted outside the program.

Each action that stored punches left a journal line with their first and last id, their number and
their digest; the journal itself is a chain of hashes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Connection, select

from server.core.tables import journal
from server.time_clocks import punch_queries
from server.time_clocks.punch_store import digest

ACT = "punch.take"


def problems(conn: Connection, hall_id: str) -> Iterator[tuple[str, str]]:
    """Yield every journal line that the punches do not match, in both languages."""
    j = journal.c
    journal_count = 0
    for line in conn.execute(
        select(j.seq, j.subject, j.data).where(j.hall_id == hall_id, j.act == ACT).order_by(j.seq)
    ).all():
        data = json.loads(line.data)
        journal_count += int(data["count"])
        rows = [
            row.values()
            for row in punch_queries.between(conn, hall_id, data["first"], data["last"])
            if row.reader == line.subject
        ]
        if digest(rows) != data["digest"]:
            yield (
                f"打卡机 {line.subject} 的打卡记录与操作日志第 {line.seq} 条不符",
                f"punches of {line.subject} do not agree with journal line {line.seq}",
            )
    stored_count = punch_queries.count(conn, hall_id)
    if stored_count != journal_count:
        yield (
            f"打卡记录有 {stored_count} 条，操作日志记的是 {journal_count} 条",
            f"{stored_count} punches, but the journal tells of {journal_count}",
        )
