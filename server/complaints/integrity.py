"""Integrity check of complaints: rows and steps against each other and against the journal.

Every complaint has a right number and its steps without a gap; each step has its actor, its journal
line and, unless it ends the complaint, the day by which the next one is due.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection, select

from server.complaints import queries
from server.complaints.queries import StoredComplaint, StoredComplaintStep
from server.complaints.rules import FINAL, read_number
from server.core.step_chains import Problem, chain_problems, due_problems
from server.core.tables import journal as journal_table

FIRST_DAY, LAST_DAY = "2000-01-01", "2099-12-31"
_j = journal_table.c


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    rows = queries.of_days(conn, hall_id, FIRST_DAY, LAST_DAY)
    steps = queries.STEPS.of(conn, hall_id, [row.id for row in rows])
    lines = _lines(conn, hall_id)
    for row in rows:
        yield from _complaint(row, steps[row.id], lines)


def _lines(conn: Connection, hall_id: str) -> Counter[tuple[str, str, int]]:
    """Return the journal lines of steps: complaint, act and number of the step."""
    query = select(_j.subject, _j.act, _j.data).where(
        _j.hall_id == hall_id, _j.act.like("complaint.%")
    )
    return Counter((row[0], row[1], int(json.loads(row[2])["n"])) for row in conn.execute(query))


def _complaint(
    row: StoredComplaint,
    steps: list[StoredComplaintStep],
    lines: Counter[tuple[str, str, int]],
) -> Iterator[Problem]:
    if read_number(row.number) != row.number:
        yield (f"投诉编号 {row.number} 有误", f"complaint {row.number} has a wrong number")
    name = f"投诉 {row.number} ", f"complaint {row.number}"
    yield from chain_problems(name, row.state, steps)
    yield from due_problems(name, row.due, steps, FINAL)
    for step in steps:
        if lines[row.id, f"complaint.{step.move}", step.n] != 1:
            yield (
                f"投诉 {row.number} 第 {step.n} 步与流水不一致",
                f"step {step.n} of complaint {row.number} differs from the journal",
            )
