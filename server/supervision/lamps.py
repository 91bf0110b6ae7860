"""Lamps of cases: each first crossing of a threshold becomes a fact, once, and a red one a finding.

The crossing, its journal line and the proposed finding are one transaction. A server that slept, or
was killed in between, lights the lamp later with the day on which the threshold was crossed.
"""

from __future__ import annotations

from datetime import date
from functools import partial

from server.cases import actions as cases
from server.cases import queries as case_queries
from server.cases.clocks import CaseClocks, Clock
from server.cases.queries import StoredCase, StoredDue
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
from server.supervision.rules import LampLevel, crossing_day, horizon
from server.supervision.settings import SupervisionSettings


def yellow_days(ctx: Context) -> int:
    """Return the working days before a due day from which a lamp is yellow."""
    return ctx.settings().of(SupervisionSettings).lamp_yellow_days


def light(ctx: Context) -> int:
    """Light every lamp whose threshold was crossed; return their number. A job calls it."""
    reader = cases.clocks(ctx)
    days = yellow_days(ctx)
    until = horizon(reader.today, reader.calendar, days).isoformat()
    lit = 0
    for level in LampLevel:
        for due in _crossed(ctx, level, until, reader):
            lit += ctx.write(partial(_light, ctx, reader, due, level))
    return lit


def _crossed(ctx: Context, level: LampLevel, until: str, reader: CaseClocks) -> list[StoredDue]:
    days = yellow_days(ctx)
    waiting = ctx.read(lambda c: queries.uncrossed(c, ctx.hall_id, level, until))
    return [
        due
        for due in waiting
        if reader.today
        >= crossing_day(level, date.fromisoformat(due.earliest), reader.calendar, days)
    ]


def _light(ctx: Context, reader: CaseClocks, due: StoredDue, level: LampLevel, tx: Tx) -> int:
    """Light one lamp in the running action; return 0 if it was lit or its day moved meanwhile."""
    row = case_queries.get(tx.conn, tx.hall_id, due.case)
    now = case_queries.dues(tx.conn, tx.hall_id, [due.case])[due.case]
    if row is None or due not in now or queries.has_lamp(tx.conn, tx.hall_id, due, level):
        return 0
    last = date.fromisoformat(due.earliest)
    day = crossing_day(level, last, reader.calendar, yellow_days(ctx)).isoformat()
    queries.add_lamp(
        tx, StoredLamp(due.case, due.clock, level.value, due.earliest, day, tx.now, due.unit)
    )
    data: JsonDict = {"clock": due.clock, "due": due.earliest, "day": day, "number": row.number}
    write_journal(tx, SYSTEM, f"lamp.{level}", due.case, data=data)
    tx.events.append(LampLit(due.case, due.unit, level.value))
    if level is LampLevel.RED:
        _propose(ctx, tx, row, due)
    return 1


def _propose(ctx: Context, tx: Tx, row: StoredCase, due: StoredDue) -> None:
    """Propose a finding on an overdue clock; the office judges it."""
    item = cases.item_of(ctx, row)
    words = f"{item.name}，办件 {row.number}，{CLOCK_WORDS[Clock(due.clock)]}应于 {due.earliest} 前"
    facts: dict[str, int | str] = {
        "note": words,
        "number": row.number,
        "clock": due.clock,
        "due": due.earliest,
    }
    mark = f"lamp:{due.case}:{due.clock}"
    doubt = Anomaly(Kind.CASE_OVERDUE, row.owner, "", mark, facts, row.unit)
    finding_actions.propose(ctx, tx, doubt)
