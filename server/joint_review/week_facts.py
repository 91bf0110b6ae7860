"""Joint review of a week, for the bulletin: parts and absences by unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection

from server.core.rates import rate_text
from server.core.weeks import Fact, Week
from server.hall.context import Context
from server.hall.week_request import WeekFacts, WeekRequest
from server.joint_review import queries
from server.joint_review.rules import PartKind
from server.joint_review.week_counts import (
    DatedPart,
    JointCounts,
    MeetingFact,
    attended,
    dated_part,
    joint_counts,
)
from server.joint_review.week_lines import JointLine

PLACE = 9
LINK = "/office#joint-reviews"


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the week's parts and absences, in all and by unit."""
    week = request.week
    span = week.first.isoformat(), week.last.isoformat()
    parts = parts_by_unit(request.ctx, request.conn, *span)
    facts = meetings_of(request.conn, request.ctx.hall_id, *span)
    total = joint_counts((steps for own in parts.values() for steps in own), facts, *span)
    invited = {unit for steps in facts for unit, _present in attended(steps, *span)}
    counts = {
        unit: joint_counts(parts.get(unit, ()), facts, *span, unit)
        for unit in parts.keys() | invited
    }
    return WeekFacts(_facts(total), {"joint_units": _lines(request, counts, week)})


def parts_by_unit(
    ctx: Context, conn: Connection, first: str, last: str
) -> dict[str, list[list[DatedPart]]]:
    """Return the steps of the parts that counts of ISO days are made of, by unit."""
    rows = [
        row
        for row in queries.of_week(conn, ctx.hall_id, first, last)
        if row.kind == PartKind.OPINION
    ]
    steps = queries.STEPS.of(conn, ctx.hall_id, [row.id for row in rows])
    calendar = ctx.workdays().statutory()
    by_unit: dict[str, list[list[DatedPart]]] = defaultdict(list)
    for row in rows:
        by_unit[row.unit].append(dated_part(queries.stated(steps[row.id]), calendar))
    return by_unit


def meetings_of(conn: Connection, hall_id: str, first: str, last: str) -> list[list[MeetingFact]]:
    """Return the steps of the meetings that were recorded on ISO days `first`..`last`."""
    rows = queries.meetings_recorded(conn, hall_id, first, last)
    return queries.facts_of_meetings(conn, hall_id, [row.id for row in rows])


def _facts(total: JointCounts) -> dict[str, Fact]:
    values: dict[str, int | str] = {
        "joint_sent": total.sent,
        "joint_answered": total.answered,
        "joint_on_time": total.on_time,
        "joint_on_time_rate": rate_text(total.on_time_rate),
        "joint_overdue": total.overdue,
        "joint_absent": total.absent,
    }
    return {name: Fact(str(value), LINK) for name, value in values.items()}


def _lines(
    request: WeekRequest, counts: Mapping[str, JointCounts], week: Week
) -> tuple[JointLine, ...]:
    """Return a line for each unit that the week's counts name, in the catalogue's order."""
    names = {unit.code: unit.name for unit in request.catalogue.units}
    codes = [*(code for code in names if code in counts), *sorted(counts.keys() - names.keys())]
    return tuple(
        JointLine(
            code=code,
            name=names.get(code, code),
            sent=counts[code].sent,
            answered=counts[code].answered,
            on_time=counts[code].on_time,
            owed=counts[code].on_time_rate.of,
            overdue=counts[code].overdue,
            meetings=counts[code].meetings,
            absent=counts[code].absent,
            link=f"{LINK}/{week.id}/{code}",
        )
        for code in codes
        if counts[code] != JointCounts()
    )
