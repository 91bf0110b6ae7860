"""Joint review of a week, for the bulletin: parts and absences by unit."""

from __future__ import annotations

from collections.abc import Mapping

from server.core.groups import Group, added
from server.core.rates import rate_text
from server.core.weeks import Fact, Week
from server.hall.week_request import WeekFacts, WeekRequest
from server.joint_review.figures import joint_by
from server.joint_review.week_counts import JointCounts
from server.joint_review.week_lines import JointLine

PLACE = 9
LINK = "/office#joint-reviews"


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the week's parts and absences, in all and by unit."""
    week = request.week
    span = week.first.isoformat(), week.last.isoformat()
    counts = joint_by(request.ctx, request.conn, *span, Group.UNIT)
    total = added(JointCounts(), counts.values())
    return WeekFacts(_facts(total), {"joint_units": _lines(request, counts, week)})


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
    )
