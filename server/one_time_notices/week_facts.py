"""One-time notices of a week, for the bulletin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from server.core.rates import rate_text
from server.core.weeks import Fact, Week
from server.hall.week_request import WeekFacts, WeekRequest
from server.one_time_notices import queries
from server.one_time_notices.queries import StoredHandIn, StoredNotice
from server.one_time_notices.week_counts import (
    FINDING_MARK,
    CountedHandIn,
    NoticeCounts,
    notice_counts,
)
from server.one_time_notices.week_lines import NoticeLine
from server.spot_checks import finding_queries
from server.spot_checks.finding_queries import StoredFinding

PLACE = 7


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the week's hand-ins and notices, in all and by unit; findings as they stand now."""
    ctx, conn, week = request.ctx, request.conn, request.week
    span = week.first.isoformat(), week.last.isoformat()
    rows = queries.of_days_with_matters(conn, ctx.hall_id, *span)
    hand_ins = counted(rows, queries.notices_of(conn, ctx.hall_id, [row.id for row in rows]))
    states = {number: row.state for number, row in findings(conn, ctx.hall_id).items()}
    total = notice_counts(hand_ins, states, *span)
    units = dict.fromkeys(row.unit for row in hand_ins)
    counts = {unit: notice_counts(hand_ins, states, *span, unit) for unit in units}
    return WeekFacts(_facts(total, week), {"notice_units": _lines(request, counts)})


def counted(
    rows: Iterable[StoredHandIn], notices: Mapping[str, StoredNotice]
) -> list[CountedHandIn]:
    """Return hand-ins as the counts see them; `notices` by hand-in."""
    return [
        CountedHandIn(
            id=row.id,
            matter=row.matter,
            day=row.day,
            unit=row.unit,
            corrects=row.corrects,
            notice=notices[row.id].id if row.id in notices else "",
        )
        for row in rows
    ]


def findings(conn: Connection, hall_id: str) -> dict[str, StoredFinding]:
    """Return the findings about later notices, by the notice's number."""
    rows = finding_queries.of_doubts(conn, hall_id, FINDING_MARK)
    return {row.source_id.removeprefix(FINDING_MARK): row for row in rows}


def _facts(total: NoticeCounts, week: Week) -> dict[str, Fact]:
    link, findings_link = f"/office#notices/{week.id}", f"/office#findings/{week.id}"
    values: dict[str, tuple[int | str, str]] = {
        "hand_ins": (total.hand_ins, link),
        "notices": (total.notices, link),
        "handed_in_again": (total.again, link),
        "told_twice": (total.told_twice, findings_link),
        "told_twice_confirmed": (total.twice_confirmed, findings_link),
        "told_twice_open": (total.twice_open, findings_link),
        "told_once_rate": (rate_text(total.told_once_rate), link),
    }
    return {name: Fact(str(value), target) for name, (value, target) in values.items()}


def _lines(request: WeekRequest, counts: dict[str, NoticeCounts]) -> tuple[NoticeLine, ...]:
    """Return a line for each unit with hand-ins that week, in the catalogue's order."""
    catalogue, week = request.catalogue, request.week
    places = {unit.code: place for place, unit in enumerate(catalogue.units)}
    return tuple(
        NoticeLine(
            unit=unit,
            name=catalogue.unit_by[unit].name if unit in catalogue.unit_by else unit,
            hand_ins=counts[unit].hand_ins,
            notices=counts[unit].notices,
            again=counts[unit].again,
            twice_confirmed=counts[unit].twice_confirmed,
            twice_open=counts[unit].twice_open,
            link=f"/office#notices/{week.id}/{unit}",
        )
        for unit in sorted(counts, key=lambda unit: (places.get(unit, len(places)), unit))
        if counts[unit].hand_ins
    )
