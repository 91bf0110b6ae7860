"""Port of fees: licences that left the hall, with the day on which each first did."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, and_, func, select

from server.fees.licences import IssuedLicence
from server.issuing.rules import LicenceMove
from server.issuing.tables import licence, licence_fact

_l, _f = licence.c, licence_fact.c
_OUT = (LicenceMove.HAND.value, LicenceMove.POST.value)


def issued(conn: Connection, hall_id: str, first: str, last: str) -> Iterator[IssuedLicence]:
    """Yield the licences that were handed out or posted first on ISO days `first`..`last`."""
    day = func.min(_f.day).label("day")
    query = (
        select(_l.number, _l.case, day)
        .join(licence_fact, and_(_f.hall_id == _l.hall_id, _f.licence == _l.id))
        .where(_l.hall_id == hall_id, _f.move.in_(_OUT))
        .group_by(_l.id, _l.number, _l.case)
        .having(and_(func.min(_f.day) >= first, func.min(_f.day) <= last))
        .order_by(day, _l.number)
    )
    for row in conn.execute(query):
        yield IssuedLicence(row.number, row.case, row.day)


def cases_issued(conn: Connection, hall_id: str, cases: Collection[str]) -> set[str]:
    """Return those of the cases of which a licence was handed out or posted."""
    query = (
        select(_l.case)
        .join(licence_fact, and_(_f.hall_id == _l.hall_id, _f.licence == _l.id))
        .where(_l.hall_id == hall_id, _l.case.in_(sorted(cases)), _f.move.in_(_OUT))
    )
    return set(conn.scalars(query.distinct()))
