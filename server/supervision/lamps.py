"""Lamps of cases: each first crossing of a threshold becomes a fact, once, and a red one a finding.

The crossing, its journal line and the proposed finding are one transaction. A server that slept, or
was killed in between, lights the lamp later with the day on which the threshold was crossed.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection

from server.cases import actions as cases
from server.cases import queries as case_queries
from server.cases.access import actors_of
from server.cases.clocks import CaseClocks, Clock
from server.cases.due_texts import day_of
from server.cases.due_watches import DueWatches
from server.cases.queries import StoredCase, StoredDue
from server.cases.rules import CaseMove
from server.cases.words import CLOCK_WORDS
from server.core.actors import SYSTEM
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.spot_checks import finding_actions
from server.spot_checks.anomalies import Anomaly
from server.spot_checks.marks import Kind
from server.supervision import queries
from server.supervision.events import LampLit
from server.supervision.queries import StoredLamp
from server.supervision.rules import LampLevel, LampRule
from server.supervision.settings import SupervisionSettings


def rule_of(ctx: Context, reader: CaseClocks) -> LampRule:
    """Return the thresholds in force."""
    settings = ctx.settings().of(SupervisionSettings)
    return LampRule(
        reader.calendar,
        reader.spot.hours,
        settings.lamp_yellow_days,
        settings.lamp_yellow_minutes,
    )


def light(ctx: Context) -> int:
    """Light every lamp whose threshold was crossed; return their number. A job calls it."""
    rule, now = rule_of(ctx, cases.clocks(ctx)), ctx.local()
    until = rule.horizon(now)
    lit = 0
    for level in LampLevel:
        for due in ctx.read(partial(_waiting, ctx, level, until)):
            if rule.has_crossed(level, due.earliest, now):
                lit += ctx.write(partial(_light, ctx, rule, due, level))
    return lit


def watch(ctx: Context) -> None:
    """Light what a case has crossed before a step changes its due days.

    After a start somebody may decide an overdue case before the job has looked at it.
    """
    DueWatches.of(ctx).add(partial(_light_case, ctx))


def _light_case(ctx: Context, tx: Tx, case: str) -> None:
    rule, now = rule_of(ctx, cases.clocks(ctx, tx.now)), ctx.local(tx.now)
    for level in LampLevel:
        for due in case_queries.dues(tx.conn, tx.hall_id, [case])[case]:
            if due.earliest and rule.has_crossed(level, due.earliest, now):
                _light(ctx, rule, due, level, tx)


def _waiting(ctx: Context, level: LampLevel, until: str, conn: Connection) -> list[StoredDue]:
    return queries.uncrossed(conn, ctx.hall_id, level, until)


def _light(ctx: Context, rule: LampRule, due: StoredDue, level: LampLevel, tx: Tx) -> int:
    """Light one lamp in the running action; return 0 if it was lit or its day moved meanwhile."""
    row = case_queries.get(tx.conn, tx.hall_id, due.case)
    now = case_queries.dues(tx.conn, tx.hall_id, [due.case])[due.case]
    if row is None or due not in now or queries.has_lamp(tx.conn, tx.hall_id, due, level):
        return 0
    add(tx, row, due, level, day_of(rule.crossing(level, due.earliest)))
    if level is LampLevel.RED:
        propose(ctx, tx, row, due)
    return 1


def add(tx: Tx, row: StoredCase, due: StoredDue, level: LampLevel, day: str) -> None:
    """Store the first crossing of a threshold, on an ISO day, with its journal line and event."""
    queries.add_lamp(
        tx, StoredLamp(due.case, due.clock, level.value, due.earliest, day, tx.now, due.unit)
    )
    data: JsonDict = {"clock": due.clock, "due": due.earliest, "day": day, "number": row.number}
    write_journal(tx, SYSTEM, f"lamp.{level}", due.case, data=data)
    tx.events.append(LampLit(due.case, due.unit, level.value))


def mark_of(due: StoredDue) -> str:
    """Return the mark of the finding that a red lamp proposes."""
    return f"lamp:{due.case}:{due.clock}"


def propose(ctx: Context, tx: Tx, row: StoredCase, due: StoredDue) -> None:
    """Propose a finding on an overdue clock; the office judges it."""
    item, shown = cases.item_of(ctx, row), due.earliest.replace("T", " ")
    words = f"{item.name}，办件 {row.number}，{CLOCK_WORDS[Clock(due.clock)]}应于 {shown} 前"
    facts: dict[str, int | str] = {
        "note": words,
        "number": row.number,
        "clock": due.clock,
        "due": due.earliest,
    }
    doubt = Anomaly(Kind.CASE_OVERDUE, _staff(tx, row, due), "", mark_of(due), facts, row.unit)
    finding_actions.propose(ctx, tx, doubt)


def _staff(tx: Tx, row: StoredCase, due: StoredDue) -> str:
    """Return whose desk an overdue case is on; of a decision that is not served, who made it."""
    if due.clock != Clock.SERVE:
        return row.owner
    facts = case_queries.FACTS.of(tx.conn, tx.hall_id, [row.id])[row.id]
    return actors_of(facts, CaseMove.DECIDE)[-1]
