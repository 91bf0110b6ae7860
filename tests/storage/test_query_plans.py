"""Checker of query plans: it finds a statement that reads a hall's whole table, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.halls import empty_book
from support.query_plans import SeenStatements

OF_SUBJECT = "SELECT data FROM journal WHERE journal.hall_id = ? AND journal.subject = ?"
AFTER = "SELECT data FROM journal WHERE journal.hall_id = ? AND journal.seq > ?"
EITHER = (
    "SELECT data FROM journal WHERE journal.hall_id = ? "
    "AND (journal.subject = ? OR journal.seq = 2)"
)


@pytest.mark.parametrize(
    ("statement", "better"),
    [
        (f"{OF_SUBJECT} ORDER BY journal.seq", ["ix_journal_subject"]),
        (f"{OF_SUBJECT} ORDER BY journal.seq + 0", []),
        (OF_SUBJECT, []),
        (f"{AFTER} ORDER BY journal.seq", []),
        (EITHER, []),
        ("SELECT n FROM of_an_agent WHERE n > ? AND n < ?", []),
    ],
)
def test_a_poor_plan_is_found(statement: str, better: list[str], tmp_path: Path) -> None:
    file = tmp_path / "hall.db"
    file.write_bytes(empty_book())
    seen = SeenStatements()
    seen.add(statement, ("h", "A001"))
    poor = seen.poor(file)
    assert len(poor) == len(better)
    assert all(name in line for name, line in zip(better, poor, strict=True))
