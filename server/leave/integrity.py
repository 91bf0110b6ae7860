"""Integrity check of leave and corrections: stored rows against the hash-chained journal.

The verdict before a correction, the person who decided it and every step of a leave are in the
journal too; a row that differs was changed outside the program.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from server.core import tables as core_tables
from server.core.records import Records
from server.leave import correction_queries, queries
from server.leave.correction_queries import Correction
from server.leave.queries import Leave


@dataclass(frozen=True, slots=True)
class LeaveLine:
    """Journal line on a leave or a correction."""

    act: str
    actor: str
    subject: str
    data: str


Problem = tuple[str, str]
_j = core_tables.journal.c
_leave_lines = Records(LeaveLine, _j.act, _j.actor, _j.subject, _j.data)
_DECISIONS = {"approved": "correction.approve", "refused": "correction.refuse"}


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    lines_by_subject = _lines(conn, hall_id)
    for correction in correction_queries.every(conn, hall_id):
        yield from _correction(correction, lines_by_subject.get(correction.id, []))
    for leave in queries.every(conn, hall_id):
        yield from _leave(leave, lines_by_subject.get(leave.id, []))


def _lines(conn: Connection, hall_id: str) -> dict[str, list[LeaveLine]]:
    query = _leave_lines.select().where(
        _j.hall_id == hall_id, _j.act.like("leave.%") | _j.act.like("correction.%")
    )
    by_subject: dict[str, list[LeaveLine]] = defaultdict(list)
    for line in _leave_lines.all(conn, query.order_by(_j.seq)):
        by_subject[line.subject].append(line)
    return by_subject


def _correction(row: Correction, lines: list[LeaveLine]) -> Iterator[Problem]:
    request = next((line for line in lines if line.act == "correction.ask"), None)
    if request is None or json.loads(request.data).get("was") != row.was:
        yield (
            f"补签 {row.id}（{row.staff} {row.day}）的原判定和操作日志不一致",
            f"correction {row.id} ({row.staff} {row.day}): original verdict is not as told",
        )
    expected_act = _DECISIONS.get(row.state)
    deciders = [line.actor for line in lines if line.act == expected_act]
    if expected_act is not None and deciders != [row.decided_by]:
        yield (
            f"补签 {row.id}（{row.staff} {row.day}）的审批和操作日志不一致",
            f"correction {row.id} ({row.staff} {row.day}): decision is not as told",
        )


def _leave(row: Leave, lines: list[LeaveLine]) -> Iterator[Problem]:
    steps = [(f"leave.{step['act']}", step["by"]) for step in row.steps]
    if steps != [(line.act, line.actor) for line in lines]:
        yield (
            f"请假申请 {row.id}（{row.staff}）的步骤和操作日志不一致",
            f"leave {row.id} ({row.staff}): steps are not as told",
        )
