"""Lapses: what was done too late at once, and so has no due day that could still be crossed.

Nobody told a defect in time and the case counts as accepted (行政许可法 32), or an extension was
requested too late and does not count. Each lapse is a red lamp, once, with its journal line and a
proposed finding in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from server.cases import actions as cases
from server.cases import queries as case_queries
from server.cases.clocks import CaseClocks, Clock
from server.cases.due_rows import stated
from server.cases.queries import StoredCase, StoredDue, StoredFact
from server.cases.rules import CaseMove
from server.core.store import Tx
from server.hall.context import Context
from server.spot_checks import finding_actions
from server.spot_checks.anomalies import Anomaly
from server.spot_checks.marks import Kind
from server.supervision import lamps, queries
from server.supervision.rules import LampLevel

CLOCK_OF = {CaseMove.DEEM.value: Clock.TELL, CaseMove.ASK_TIME.value: Clock.EXTENSION}


class LapseSearch:
    """Search of one hall; its job calls `update` again and again.

    After a start every fact without a lamp is examined, later those since the day before the last
    search: none is missed, none lights twice.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._since = ""

    def update(self) -> int:
        """Light the lamps of lapses; return their number."""
        ctx, today = self._ctx, self._ctx.local().date()
        facts = ctx.read(lambda c: queries.unlit_facts(c, ctx.hall_id, CLOCK_OF, self._since))
        lit = sum(self._examine(case, n) for case, n in facts)
        self._since = (today - timedelta(days=1)).isoformat()
        return lit

    def _examine(self, case: str, n: int) -> int:
        ctx = self._ctx
        row = ctx.read(lambda c: case_queries.get(c, ctx.hall_id, case))
        facts = ctx.read(lambda c: case_queries.FACTS.of(c, ctx.hall_id, [case]))[case][:n]
        assert row is not None, "its fact was read"
        missed = _missed(cases.clocks(ctx), ctx, row, facts)
        if missed is None:
            return 0
        day = missed.isoformat()
        due = StoredDue(case, CLOCK_OF[facts[-1].move].value, row.unit, day, day, day)
        return ctx.write(partial(_light, ctx, row, facts[-1], due))


def _missed(
    reader: CaseClocks, ctx: Context, row: StoredCase, facts: Sequence[StoredFact]
) -> date | None:
    """Return the due day that the last fact missed; None for one in time."""
    if facts[-1].move == CaseMove.ASK_TIME:
        return reader.missed_day(stated(facts), cases.item_of(ctx, row))
    return reader.calendar.after(date.fromisoformat(facts[0].day), reader.tell_days)


def _light(ctx: Context, row: StoredCase, fact: StoredFact, due: StoredDue, tx: Tx) -> int:
    """Light one lamp in the running action; return 0 if it was lit meanwhile."""
    if queries.has_lamp(tx.conn, tx.hall_id, due, LampLevel.RED):
        return 0
    if due.clock == Clock.TELL:
        day = date.fromisoformat(due.earliest) + timedelta(days=1)
        lamps.add(tx, row, due, LampLevel.RED, day.isoformat())
        lamps.propose(ctx, tx, row, due)
    else:
        lamps.add(tx, row, due, LampLevel.RED, fact.day)
        finding_actions.propose(ctx, tx, _late_request(ctx, row, fact, due))
    return 1


def _late_request(ctx: Context, row: StoredCase, fact: StoredFact, due: StoredDue) -> Anomaly:
    """Return the question about an extension that was requested too late."""
    words = f"{cases.item_of(ctx, row).name}，办件 {row.number}，{fact.day} 申请延期"
    rule = f"应提前 {fact.ahead} 个工作日申请" if fact.ahead else "申请时已过期限"
    facts: dict[str, int | str] = {
        "note": f"{words}，承诺时限 {due.earliest}，{rule}，不计入时限",
        "number": row.number,
        "clock": due.clock,
        "due": due.earliest,
    }
    by = fact.by_actor.partition(":")[2]
    mark = lamps.mark_of(due)
    return Anomaly(Kind.EXTENSION_LATE, by, "", mark, facts, row.unit)
