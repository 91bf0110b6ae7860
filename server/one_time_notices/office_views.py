"""View of the office: the hand-ins behind a week's figures of one-time notices."""

from __future__ import annotations

from sqlalchemy import Connection

from server.catalogue.model import Catalogue
from server.core.weeks import Week
from server.hall.context import Context
from server.one_time_notices import queries
from server.one_time_notices.messages import HandInLine, HandInList
from server.one_time_notices.queries import StoredHandIn
from server.one_time_notices.week_counts import standing
from server.one_time_notices.week_facts import counted, findings
from server.spot_checks.finding_queries import StoredFinding


def hand_ins(ctx: Context, conn: Connection, week: Week) -> HandInList:
    """Return every hand-in of a week, newest first."""
    first, last = week.first.isoformat(), week.last.isoformat()
    rows = queries.of_days_with_matters(conn, ctx.hall_id, first, last)
    notices = queries.notices_of(conn, ctx.hall_id, [row.id for row in rows])
    again = {row.id: follows for row, follows in standing(counted(rows, notices))}
    own = sorted(
        (row for row in rows if first <= row.day <= last),
        key=lambda row: (row.at, row.n),
        reverse=True,
    )
    materials = queries.materials(conn, ctx.hall_id, [row.id for row in own])
    about = findings(conn, ctx.hall_id)
    catalogue = ctx.catalogue()
    lines = []
    for row in own:
        number = notices[row.id].id if row.id in notices else ""
        faults = [m.material for m in materials.get(row.id, ()) if m.faults]
        lines.append(_line(catalogue, row, number, faults, again.get(row.id), about.get(number)))
    return HandInList(week=week.id, hand_ins=lines)


def _line(
    catalogue: Catalogue,
    row: StoredHandIn,
    notice: str,
    faults: list[str],
    again: bool | None,
    finding: StoredFinding | None,
) -> HandInLine:
    """Return a line; `again` is None for a hand-in that was corrected."""
    unit, item = catalogue.unit_by.get(row.unit), catalogue.item_by.get(row.item)
    window, person = catalogue.window_by.get(row.window), catalogue.staff_by.get(row.staff)
    return HandInLine(
        id=row.id,
        day=row.day,
        at=row.at,
        unit=row.unit,
        unit_name=unit.name if unit else row.unit,
        item_name=item.name if item else row.item,
        window=window.number if window else 0,
        staff_name=person.name if person else row.staff,
        n=row.n,
        again=bool(again),
        corrected=again is None,
        notice=notice,
        faults=faults,
        finding=finding.id if finding else "",
        finding_state=finding.state if finding else "",
    )
