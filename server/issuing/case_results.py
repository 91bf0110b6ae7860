"""Results of a case for its applicant: where each licence is."""

from __future__ import annotations

from sqlalchemy import Connection

from server.cases.messages import FollowedResult
from server.cases.rules import ResultPlace
from server.hall.context import Context
from server.issuing import queries
from server.issuing.rules import LicenceMove, Place

_PLACES = {
    Place.UNIT: ResultPlace.UNIT,
    Place.LISTED: ResultPlace.UNIT,
    Place.COUNTED: ResultPlace.WINDOW,
    Place.SHELVED: ResultPlace.WINDOW,
    Place.POSTED: ResultPlace.POSTED,
    Place.HANDED: ResultPlace.HANDED,
    Place.DELIVERED: ResultPlace.HANDED,
    Place.ELECTRONIC: ResultPlace.ELECTRONIC,
}
"""A void licence is not shown."""
_QUIET = frozenset({LicenceMove.ASK_BACK, LicenceMove.ASK_VOID, LicenceMove.SHELVE})
"""Moves after which an applicant's licence is where it was."""


def results(ctx: Context, conn: Connection, case_id: str) -> list[FollowedResult]:
    """Return the licences of a case as its applicant sees them."""
    rows = queries.of_cases(conn, ctx.hall_id, [case_id])[case_id]
    facts = queries.FACTS.of(conn, ctx.hall_id, [row.id for row in rows])
    result = []
    for row in rows:
        place = _PLACES.get(Place(row.state))
        if place is None:
            continue
        own = [fact for fact in facts[row.id] if fact.move not in _QUIET]
        waybill = row.waybill if place in (ResultPlace.POSTED, ResultPlace.HANDED) else ""
        parcel = queries.parcel(conn, ctx.hall_id, waybill) if waybill else None
        result.append(
            FollowedResult(
                kind=row.kind,
                copy_number=row.copy,
                place=place,
                day=own[-1].day,
                waybill=waybill,
                carrier=parcel.carrier if parcel is not None else "",
            )
        )
    return result
