"""Integrity check of leave and corrections: stored rows against the hash-chained journal.

The verdict before a correction, the person who decided it and every step of a leave are in the
journal too; a row that differs was changed outside the program.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from server.core import tables as core_tables
from server.leave.tables import correction, leave

Problem = tuple[str, str]
_DECISIONS = {"approved": "correction.approve", "refused": "correction.refuse"}


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    lines_by_subject = _lines(conn, hall_id)
    for row in conn.execute(select(correction).where(correction.c.hall_id == hall_id)):
        yield from _correction(row, lines_by_subject.get(row.id, []))
    for row in conn.execute(select(leave).where(leave.c.hall_id == hall_id)):
        yield from _leave(row, lines_by_subject.get(row.id, []))


def _lines(conn: Connection, hall_id: str) -> dict[str, list[Any]]:
    j = core_tables.journal.c
    rows = conn.execute(
        select(j.act, j.actor, j.subject, j.data)
        .where(j.hall_id == hall_id, j.act.like("leave.%") | j.act.like("correction.%"))
        .order_by(j.seq)
    )
    by_subject: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_subject[row.subject].append(row)
    return by_subject


def _correction(row: Any, lines: list[Any]) -> Iterator[Problem]:
    request = next((line for line in lines if line.act == "correction.ask"), None)
    if request is None or json.loads(request.data).get("was") != json.loads(row.was):
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


def _leave(row: Any, lines: list[Any]) -> Iterator[Problem]:
    steps = [(f"leave.{step['act']}", step["by"]) for step in json.loads(row.steps)]
    if steps != [(line.act, line.actor) for line in lines]:
        yield (
            f"请假申请 {row.id}（{row.staff}）的步骤和操作日志不一致",
            f"leave {row.id} ({row.staff}): steps are not as told",
        )
