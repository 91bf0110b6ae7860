"""Integrity check of complaints: rows and steps against each other and against the journal.

Every complaint has a right number and its steps without a gap; each step has its actor, its journal
line and, unless it ends the complaint, the day by which the next one is due. The counts that the
journal alone gives are those of the tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from server.complaints import queries
from server.complaints.queries import StoredComplaint, StoredComplaintStep
from server.complaints.replay import ACTS, replayed
from server.complaints.rules import FINAL, read_number
from server.complaints.week_counts import week_counts
from server.complaints.week_facts import dated
from server.core import journal
from server.core.step_chains import Problem, chain_problems, due_problems

FIRST_DAY, LAST_DAY = "2000-01-01", "2099-12-31"


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    rows = queries.of_days(conn, hall_id, FIRST_DAY, LAST_DAY)
    steps = queries.STEPS.of(conn, hall_id, [row.id for row in rows])
    lines = _lines(conn, hall_id)
    for row in rows:
        yield from _complaint(row, steps[row.id], lines)
    if rows:
        yield from _counts(conn, hall_id, steps)


def _counts(
    conn: Connection, hall_id: str, steps: Mapping[str, Sequence[StoredComplaintStep]]
) -> Iterator[Problem]:
    """Compare the counts of all complaints with those that the journal alone gives."""
    # One day for all lines: without the hall's time zone, the days of the steps are not compared.
    stored = [[replace(dated(step), day=FIRST_DAY) for step in own] for own in steps.values()]
    replay = replayed(journal.of_acts(conn, hall_id, ACTS), lambda _at: FIRST_DAY)
    if replay.counts(FIRST_DAY, LAST_DAY) != week_counts(stored, FIRST_DAY, LAST_DAY):
        yield ("投诉合计与流水重算不一致", "counts of complaints differ from the journal's")


def _lines(conn: Connection, hall_id: str) -> Counter[tuple[str, str, int]]:
    """Return the journal lines of steps: complaint, act and number of the step."""
    lines = journal.of_acts(conn, hall_id, ACTS)
    return Counter((line.subject, line.act, int(line.data["n"])) for line in lines)


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
