"""Green channel of a week, for the bulletin: granted cases by unit, in the week and its month."""

from __future__ import annotations

from collections import Counter

from server.assistance import queries
from server.assistance.week_lines import GreenLine
from server.hall.week_request import WeekFacts, WeekRequest

PLACE = 9


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the cases granted in the week and in the month of its last day, by unit."""
    first, last = request.week.first.isoformat(), request.week.last.isoformat()
    begin = min(first, f"{last[:7]}-01")
    week, month = Counter[str](), Counter[str]()
    for unit, day in queries.grants(request.conn, request.ctx.hall_id, begin, last):
        week[unit] += day >= first
        month[unit] += day[:7] == last[:7]
    names = {unit.code: unit.name for unit in request.catalogue.units}
    order = [code for code in names if code in month or code in week]
    lines = tuple(
        GreenLine(code, names.get(code, code), week[code], month[code], "/office#assistance")
        for code in [*order, *sorted(week.keys() - set(order))]
    )
    return WeekFacts({}, {"green_units": lines})
