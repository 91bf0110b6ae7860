"""Cases of a week, for the bulletin: what happened in it, and what was open at its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from server.cases import actions, queries
from server.cases.clocks import CaseClocks
from server.cases.due_rows import stated as stated_facts
from server.cases.queries import StoredFact
from server.cases.rules import CaseState, Fact
from server.cases.week_counts import CaseCounts, DatedFact, case_counts, dated_facts
from server.cases.week_lines import CaseLine
from server.cases.words import MODE_WORDS
from server.catalogue.model import CaseMode
from server.core.actors import person_of
from server.core.rates import rate_text
from server.core.weeks import Fact as Figure
from server.core.weeks import Week
from server.hall.context import Context
from server.hall.week_request import WeekFacts, WeekRequest

PLACE = 8


@dataclass(frozen=True, slots=True)
class WeekCase:
    """Case of a week's counts."""

    id: str
    unit: str
    item: str
    mode: str
    window: str
    """Window at which it was opened; empty elsewhere."""
    staff: str
    """Person who opened it."""
    facts: list[DatedFact]


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the week's cases, in all, by unit and by mode of handling."""
    week, catalogue = request.week, request.catalogue
    cases = cases_of(request.ctx, request.conn, *_span(week))
    units = [unit.code for unit in catalogue.units]
    names = {unit.code: unit.name for unit in catalogue.units}
    modes = {mode.value: words for mode, words in MODE_WORDS.items()}
    lines = {
        "case_units": _lines(_grouped(cases, lambda case: case.unit), units, names, week),
        "case_modes": _lines(_grouped(cases, lambda case: case.mode), list(modes), modes, week),
    }
    return WeekFacts(_figures(counts_of(cases, week), week), lines)


def cases_of(ctx: Context, conn: Connection, first: str, last: str) -> list[WeekCase]:
    """Return the cases that the counts of ISO days `first`..`last` are made of."""
    reader = actions.clocks(ctx)
    rows = queries.of_week(conn, ctx.hall_id, first, last)
    cases: list[WeekCase] = []
    for start in range(0, len(rows), queries.CHUNK):
        part = rows[start : start + queries.CHUNK]
        facts = queries.FACTS.of(conn, ctx.hall_id, [row.id for row in part])
        cases += [
            WeekCase(
                row.id,
                row.unit,
                row.item,
                row.mode,
                row.window,
                row.staff,
                dated(reader, facts[row.id], actions.item_of(ctx, row).promised_days),
            )
            for row in part
        ]
    return cases


def dated(reader: CaseClocks, facts: Sequence[StoredFact], promised: int) -> list[DatedFact]:
    """Return stored facts as the counts see them."""
    stated: list[tuple[Fact, CaseState]] = [(s.fact, s.state) for s in stated_facts(facts)]
    return [
        replace(fact, by=person_of(stored.by_actor))
        for fact, stored in zip(dated_facts(reader, stated, promised), facts, strict=True)
    ]


def counts_of(cases: Iterable[WeekCase], week: Week) -> CaseCounts:
    """Return the counts of a week."""
    return case_counts((case.facts for case in cases), *_span(week))


def _span(week: Week) -> tuple[str, str]:
    return week.first.isoformat(), week.last.isoformat()


def _grouped(
    cases: Iterable[WeekCase], code: Callable[[WeekCase], str]
) -> Mapping[str, list[WeekCase]]:
    groups: dict[str, list[WeekCase]] = defaultdict(list)
    for case in cases:
        groups[code(case)].append(case)
    return groups


def _figures(total: CaseCounts, week: Week) -> dict[str, Figure]:
    link = f"/office#cases/{week.id}"
    values: dict[str, int | str] = {
        "cases_filed": total.filed,
        "cases_accepted": total.accepted,
        "cases_not_accepted": total.not_accepted,
        "cases_decided": total.decided,
        "cases_tacit": total.tacit,
        "cases_on_time": total.on_time,
        "cases_on_time_rate": rate_text(total.on_time_rate),
        "cases_early": total.early,
        "cases_early_rate": rate_text(total.early_rate),
        "cases_open": total.open,
        "cases_overdue": total.overdue,
    }
    return {name: Figure(str(value), link) for name, value in values.items()}


def _lines(
    groups: Mapping[str, list[WeekCase]], order: Sequence[str], names: Mapping[str, str], week: Week
) -> tuple[CaseLine, ...]:
    """Return a line for each group that the week's counts name, in the order given."""
    codes = [*(code for code in order if code in groups), *sorted(groups.keys() - set(order))]
    counts = {code: counts_of(groups[code], week) for code in codes}
    return tuple(
        _line(code, names.get(code, code), own, week)
        for code, own in counts.items()
        if own != CaseCounts()
    )


def _line(code: str, name: str, counts: CaseCounts, week: Week) -> CaseLine:
    is_mode = code in {mode.value for mode in CaseMode}
    return CaseLine(
        code=code,
        name=name,
        filed=counts.filed,
        accepted=counts.accepted,
        not_accepted=counts.not_accepted,
        decided=counts.decided,
        on_time=counts.on_time,
        decisions_owed=counts.on_time_rate.of,
        early=counts.early,
        promised=counts.promised,
        open=counts.open,
        overdue=counts.overdue,
        link=f"/office#cases/{week.id}" + ("" if is_mode else f"/{code}"),
    )
