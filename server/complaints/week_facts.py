"""Complaints of a week, for the bulletin: what happened in it, and what was open at its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from server.catalogue.model import Catalogue
from server.complaints import queries
from server.complaints.queries import StoredComplaintStep
from server.complaints.week_counts import DatedStep, WeekCounts, week_counts
from server.complaints.week_lines import ComplaintLine
from server.core.rates import rate_text
from server.core.weeks import Fact, Week
from server.hall.week_request import WeekFacts, WeekRequest

PLACE = 6
WHOLE_HALL = "整个大厅"
NO_UNIT = "-"
"""Part of an address for complaints about the hall as a whole."""


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the week's complaints, in all and by unit."""
    week = request.week
    span = week.first.isoformat(), week.last.isoformat()
    by_unit = steps_by_unit(request.conn, request.ctx.hall_id, *span)
    total = week_counts((steps for unit in by_unit.values() for steps in unit), *span)
    counts = {unit: week_counts(complaints, *span) for unit, complaints in by_unit.items()}
    return WeekFacts(_facts(total, week), {"complaint_units": _lines(request, counts)})


def steps_by_unit(
    conn: Connection, hall_id: str, first: str, last: str
) -> dict[str, list[list[DatedStep]]]:
    """Return the steps of the complaints that counts of ISO days are made of, by unit."""
    rows = queries.of_week(conn, hall_id, first, last)
    steps = queries.STEPS.of(conn, hall_id, [row.id for row in rows])
    by_unit: dict[str, list[list[DatedStep]]] = defaultdict(list)
    for row in rows:
        by_unit[row.unit].append([dated(step) for step in steps[row.id]])
    return by_unit


def dated(step: StoredComplaintStep) -> DatedStep:
    """Return a stored step as the counts see it."""
    return DatedStep(step.day, step.move, step.state, step.due, step.answer_due, step.outcome)


def _facts(total: WeekCounts, week: Week) -> dict[str, Fact]:
    link = f"/office#complaints/{week.id}"
    values: dict[str, int | str] = {
        "complaints_received": total.received,
        "complaints_refused": total.refused,
        "complaints_handed_on": total.handed_on,
        "complaints_answered": total.answered,
        "complaints_in_time": total.in_time,
        "complaints_in_time_rate": rate_text(total.in_time_rate),
        "complaints_proven": total.proven,
        "complaints_open": total.open,
        "complaints_overdue": total.overdue,
    }
    return {name: Fact(str(value), link) for name, value in values.items()}


def _lines(request: WeekRequest, counts: Mapping[str, WeekCounts]) -> tuple[ComplaintLine, ...]:
    """Return a line for each unit that the week's counts name, in the catalogue's order."""
    catalogue, week = request.catalogue, request.week
    return tuple(
        _line(catalogue, unit, counts[unit], week)
        for unit in _ordered([entry.code for entry in catalogue.units], list(counts))
        if counts[unit] != WeekCounts()
    )


def _ordered(codes: Sequence[str], units: Sequence[str]) -> list[str]:
    """Return the units in the order of `codes`, others after them, the whole hall last."""
    places = {code: place for place, code in enumerate(codes)}
    return sorted(units, key=lambda unit: (unit == "", places.get(unit, len(places)), unit))


def _line(catalogue: Catalogue, unit: str, counts: WeekCounts, week: Week) -> ComplaintLine:
    entry = catalogue.unit_by.get(unit)
    return ComplaintLine(
        unit=unit,
        name=entry.name if entry else unit or WHOLE_HALL,
        received=counts.received,
        refused=counts.refused,
        handed_on=counts.handed_on,
        answered=counts.answered,
        in_time=counts.in_time,
        answers_owed=counts.in_time_rate.of,
        proven=counts.proven,
        open=counts.open,
        overdue=counts.overdue,
        link=f"/office#complaints/{week.id}/{unit or NO_UNIT}",
    )
