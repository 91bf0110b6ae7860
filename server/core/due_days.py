"""Days by which something is due: overdue or not, counted, and told to the office.

A table with a column `due` holds an ISO day for each open subject, and an empty text once it ended.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from server.core.messages import Alarm


@dataclass(frozen=True, slots=True)
class DueWords:
    """Words of what is due, after its number: in Chinese without, in English with the verb."""

    overdue: tuple[str, str]
    due: tuple[str, str]


def due_counts(conn: Connection, table: Table, hall_id: str, today: str) -> tuple[int, int]:
    """Return the numbers of open subjects that are overdue, and due on the ISO day `today`."""
    c = table.c
    query = select(c.due, func.count()).where(c.hall_id == hall_id, c.due != "", c.due <= today)
    numbers = {row[0]: int(row[1]) for row in conn.execute(query.group_by(c.due))}
    return sum(number for due, number in numbers.items() if due < today), numbers.get(today, 0)


def due_alarms(name: str, subject: str, words: DueWords, counts: tuple[int, int]) -> list[Alarm]:
    """Return the alarms `NAME_overdue` and `NAME_due`, for the numbers that are not 0."""
    return [
        Alarm(
            code=code,
            subject=subject,
            since=None,
            message_zh=f"{number} {zh}",
            message_en=f"{number} {en}",
        )
        for code, (zh, en), number in zip(
            due_codes(name), (words.overdue, words.due), counts, strict=True
        )
        if number
    ]


def due_codes(name: str) -> tuple[str, str]:
    """Return the codes of both alarms."""
    return f"{name}_overdue", f"{name}_due"
