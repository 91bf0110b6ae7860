"""Counts of cases in a span of days, from their facts (see `server.core.dated_steps`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from server.cases.clock import due_day
from server.cases.clocks import CaseClocks
from server.cases.ledger import Limit, Reading, start_of
from server.cases.rules import DECISIVE, RUNNING, CaseMove, CaseState, Fact, ledger_of
from server.core.dated_steps import in_span
from server.core.rates import Rate

CASE_RATES = (
    (
        "按期办结率＝本期按期办结的件数÷（本期办结的件数＋期末超期未办结的件数）；"
        "提前办结率＝本期早于承诺期限办结的件数÷本期办结的承诺件件数。"
        "期限为承诺期限，特别程序不计入，批准的延期计入；即办件以受理当日为限。"
    ),
    (
        "On-time rate = cases decided by their promised day / cases decided, or past that day at "
        "the end. Early rate = cases decided before that day / cases decided whose promise is one "
        "working day or more. Special procedures do not count, extensions do; cases on the spot "
        "are due on the day of acceptance."
    ),
)
ACCEPTANCES = frozenset({CaseMove.ACCEPT, CaseMove.COMPLETE, CaseMove.DEEM})
IN_HAND = RUNNING | {CaseState.SUSPENDED}
"""States of a case that is accepted and not decided."""


@dataclass(frozen=True, slots=True)
class DatedFact:
    """Fact as the counts see it, with ISO days.

    `due`: promised day after the fact, of a decision the day by which it was due; empty while the
    clock stands still. `promised`: promised working days; 0: decided on the spot.
    """

    day: str
    move: CaseMove
    state: CaseState
    due: str
    promised: int
    by: str = ""
    """Staff number of who stated it; empty for the system."""


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """Counts of a span of days: what happened in it, and what was open at its end."""

    filed: int = 0
    accepted: int = 0
    not_accepted: int = 0
    decided: int = 0
    on_time: int = 0
    early: int = 0
    """Decided before the promised day."""
    promised: int = 0
    """Decided ones whose promise is a working day or more."""
    open: int = 0
    """Accepted ones that were not decided."""
    overdue: int = 0
    """Open ones whose promised day was the last day or before."""
    tacit: int = 0
    """Decided ones that silence granted under a scheme (超时默许)."""

    @property
    def on_time_rate(self) -> Rate:
        """按期办结率, by `CASE_RATES`."""
        return Rate(self.on_time, self.decided + self.overdue)

    @property
    def early_rate(self) -> Rate:
        """提前办结率, by `CASE_RATES`."""
        return Rate(self.early, self.promised)


def dated_facts(
    reader: CaseClocks, facts: Sequence[tuple[Fact, CaseState]], promised: int
) -> list[DatedFact]:
    """Return the facts of a case, each with its promised day as it was then."""
    return [
        DatedFact(
            fact.day.isoformat(),
            fact.move,
            state,
            _due(reader, [earlier for earlier, _ in facts[:n]], promised),
            promised,
        )
        for n, (fact, state) in enumerate(facts, 1)
    ]


def _due(reader: CaseClocks, facts: Sequence[Fact], promised: int) -> str:
    entries, limit, today = ledger_of(facts), Limit(promised), facts[-1].day
    start = start_of(entries, reader.calendar, reader.tell_days, today)
    due = due_day(entries, limit, reader.table, start, Reading.RULE) if start else None
    return due.isoformat() if due else ""


def case_counts(
    cases: Iterable[Sequence[DatedFact]], first: str, last: str, over: str = ""
) -> CaseCounts:
    """Return the counts of ISO days `first`..`last`, from each case's facts in order.

    `over`: last day that is over, where the span is not; what is due later is not overdue.
    """
    happened, latest = in_span(cases, first, last)
    standing = [fact for fact in latest if fact.state in IN_HAND]
    return replace(
        counts_of_facts(happened),
        open=len(standing),
        overdue=sum("" < fact.due <= (over or last) for fact in standing),
    )


def counts_of_facts(happened: Sequence[DatedFact]) -> CaseCounts:
    """Return the counts of these facts, without what is open."""
    decisions = [fact for fact in happened if fact.move in DECISIVE]
    promised = [fact for fact in decisions if fact.promised > 0]
    return CaseCounts(
        filed=sum(fact.move is CaseMove.FILE for fact in happened),
        accepted=sum(fact.move in ACCEPTANCES for fact in happened),
        not_accepted=sum(fact.move is CaseMove.NOT_ACCEPT for fact in happened),
        decided=len(decisions),
        on_time=sum(fact.day <= fact.due for fact in decisions if fact.move is CaseMove.DECIDE),
        early=sum(fact.day < fact.due for fact in promised if fact.move is CaseMove.DECIDE),
        promised=len(promised),
        tacit=sum(fact.move is CaseMove.TACIT for fact in decisions),
    )
