"""Proves that no punch was changed, taken away or slipped in behind the hall's back.

Each act that took punches left a journal line with their first and last id, their number and their
digest; the journal itself is a chain of hashes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Connection, select

from server.services.punches import digest
from server.storage import punches
from server.storage.schema import journal

ACT = "punch.take"


def problems(conn: Connection, hall_id: str) -> Iterator[tuple[str, str]]:
    """Every line of the journal that the punches do not agree with, in both languages."""
    j = journal.c
    told = 0
    for line in conn.execute(
        select(j.seq, j.subject, j.data).where(j.hall_id == hall_id, j.act == ACT).order_by(j.seq)
    ).all():
        data = json.loads(line.data)
        told += int(data["count"])
        rows = [
            row._mapping
            for row in punches.between(conn, hall_id, data["first"], data["last"])
            if row.reader == line.subject
        ]
        if digest(rows) != data["digest"]:
            yield (
                f"打卡机 {line.subject} 的打卡记录与操作日志第 {line.seq} 条不符",
                f"punches of {line.subject} do not agree with journal line {line.seq}",
            )
    kept = punches.counted(conn, hall_id)
    if kept != told:
        yield (
            f"打卡记录有 {kept} 条，操作日志记的是 {told} 条",
            f"{kept} punches, but the journal tells of {told}",
        )
