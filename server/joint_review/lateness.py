"""Lateness: the first crossing of a part's due day is a fact, once, with a proposed finding.

A job looks again and again, and every step looks before it changes what is due. A server that slept
notes the crossing later, with the day that was due.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from sqlalchemy import Connection

from server.cases import actions as cases
from server.cases import queries as case_queries
from server.cases.due_rows import stated as stated_facts
from server.cases.queries import StoredCase
from server.cases.rules import ledger_of
from server.core.actors import SYSTEM
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.joint_review import queries
from server.joint_review.queries import StoredLate, StoredPart, StoredStep
from server.joint_review.rules import PartClock, PartDue, due_of
from server.joint_review.settings import JointSettings
from server.joint_review.words import CLOCK_WORDS
from server.spot_checks import finding_actions
from server.spot_checks.anomalies import Anomaly
from server.spot_checks.marks import Kind


def accepted_on(ctx: Context, conn: Connection, row: StoredCase) -> date | None:
    """Return the day of acceptance, from which the days of sending up are counted."""
    facts = case_queries.FACTS.of(conn, ctx.hall_id, [row.id])[row.id]
    entries = ledger_of([each.fact for each in stated_facts(facts)])
    start = cases.clocks(ctx).start(entries)
    return start.day if start else None


def unsent_due(ctx: Context, conn: Connection, row: StoredCase) -> PartDue | None:
    """Return until when a case that is decided above has to be sent up."""
    start = accepted_on(ctx, conn, row)
    if start is None:
        return None
    days = ctx.settings().of(JointSettings).upward_send_days
    return PartDue(PartClock.SEND_UP, ctx.workdays().statutory().after(start, days))


def part_due(ctx: Context, steps: Sequence[StoredStep]) -> PartDue | None:
    """Return what is due of a part now."""
    return due_of(queries.stated(steps), ctx.workdays().statutory())


def note_part(
    ctx: Context, tx: Tx, row: StoredCase, part: StoredPart, steps: Sequence[StoredStep]
) -> int:
    """Note in the running action that a part is late; return 0 if it is not, or was noted."""
    due = part_due(ctx, steps)
    return _note(ctx, tx, row, part.id, part.unit, due) if due is not None else 0


def note_unsent(ctx: Context, tx: Tx, row: StoredCase) -> int:
    """Note in the running action that a case was not sent up in time."""
    due = unsent_due(ctx, tx.conn, row)
    return _note(ctx, tx, row, row.id, row.unit, due) if due is not None else 0


def _note(ctx: Context, tx: Tx, row: StoredCase, subject: str, unit: str, due: PartDue) -> int:
    day = due.day.isoformat()
    if ctx.day(tx.now) <= day:
        return 0
    if (subject, due.clock.value) in queries.late(tx.conn, tx.hall_id, [subject]):
        return 0
    late = StoredLate(subject, due.clock.value, row.id, unit, day, tx.now)
    queries.add_late(tx, late)
    data: JsonDict = {"clock": due.clock.value, "due": day, "unit": unit, "case": row.id}
    write_journal(tx, SYSTEM, "joint.late", subject, data=data)
    words = f"{cases.item_of(ctx, row).name}，办件 {row.number}，{CLOCK_WORDS[due.clock]}"
    facts: dict[str, int | str] = {
        "note": f"{words}应于 {day} 前",
        "number": row.number,
        "clock": due.clock.value,
        "due": day,
    }
    mark = f"joint:{subject}:{due.clock}"
    finding_actions.propose(ctx, tx, Anomaly(Kind.PART_OVERDUE, "", "", mark, facts, unit))
    return 1


class DailySearch:
    """Search of one hall; its job calls `update` again and again.

    Due days are over at midnight, so after a start it looks once, and then once a day.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._day = ""

    def update(self) -> int:
        """Note every crossing that was not noted; return their number."""
        today = self._ctx.day()
        if today == self._day:
            return 0
        count = note_all(self._ctx)
        self._day = today
        return count


def note_all(ctx: Context) -> int:
    """Note every crossing that was not noted; return their number."""
    today, count = ctx.day(), 0
    for part, row, steps in ctx.read(partial(_open, ctx)):
        due = part_due(ctx, steps)
        if due is not None and due.day.isoformat() < today:
            count += ctx.write(partial(_note_again, ctx, row.id, part.id))
    for row in ctx.read(partial(_unsent, ctx)):
        count += ctx.write(partial(_note_again, ctx, row.id, ""))
    return count


def _open(ctx: Context, conn: Connection) -> list[tuple[StoredPart, StoredCase, list[StoredStep]]]:
    """Return the open parts that were not noted by the clock that runs, with case and steps."""
    parts = queries.open_parts(conn, ctx.hall_id, None)
    ids = [part.id for part in parts]
    rows = {row.id: row for row in case_queries.among(conn, ctx.hall_id, [p.case for p in parts])}
    steps = queries.STEPS.of(conn, ctx.hall_id, ids)
    noted = queries.late(conn, ctx.hall_id, ids)
    waiting = []
    for part in parts:
        due = part_due(ctx, steps[part.id])
        if due is not None and (part.id, due.clock.value) not in noted:
            waiting.append((part, rows[part.case], steps[part.id]))
    return waiting


def _unsent(ctx: Context, conn: Connection) -> list[StoredCase]:
    """Return the cases that were not sent up in time and are not noted."""
    rows = queries.unsent_cases(conn, ctx.hall_id)
    noted = queries.late(conn, ctx.hall_id, [row.id for row in rows])
    late = []
    for row in rows:
        due = unsent_due(ctx, conn, row)
        is_late = due is not None and due.day.isoformat() < ctx.day()
        if is_late and (row.id, PartClock.SEND_UP.value) not in noted:
            late.append(row)
    return late


def _note_again(ctx: Context, case_id: str, part_id: str, tx: Tx) -> int:
    row = case_queries.get(tx.conn, tx.hall_id, case_id)
    assert row is not None, "its part was read"
    if not part_id:
        return note_unsent(ctx, tx, row)
    part = queries.part(tx.conn, tx.hall_id, part_id)
    assert part is not None, "it was read"
    steps = queries.STEPS.of(tx.conn, tx.hall_id, [part_id])[part_id]
    return note_part(ctx, tx, row, part, steps)
