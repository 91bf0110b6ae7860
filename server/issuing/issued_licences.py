"""Port of fees: licences that left the hall, with the day on which each first did."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, select

from server.fees.licences import IssuedLicence
from server.issuing import queries
from server.issuing.rules import LicenceMove
from server.issuing.tables import licence, licence_fact

_l, _f = licence.c, licence_fact.c
_OUT = (LicenceMove.HAND.value, LicenceMove.POST.value)


def issued(conn: Connection, hall_id: str, first: str, last: str) -> Iterator[IssuedLicence]:
    """Yield the licences that were handed out or posted first on ISO days `first`..`last`."""
    # Those of the days first: otherwise every licence that ever left would be read.
    query = select(_f.licence).where(
        _f.hall_id == hall_id, _f.move.in_(_OUT), _f.day.between(first, last)
    )
    licences = {row.id: row for row in queries.among(conn, hall_id, set(conn.scalars(query)))}
    days: dict[str, str] = {}
    for name, day in _left(conn, hall_id, licences):
        days[name] = min(day, days.get(name, day))
    for day, number, name in sorted((d, licences[n].number, n) for n, d in days.items()):
        if day >= first:
            yield IssuedLicence(number, licences[name].case, day)


def _left(conn: Connection, hall_id: str, licences: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield these licences with each day on which they left.

    By the key of the facts: the index of moves holds every licence that ever left.
    """
    query = select(_f.licence, _f.move, _f.day).where(
        _f.hall_id == hall_id, _f.licence.in_(sorted(licences))
    )
    for name, move, day in conn.execute(query):
        if move in _OUT:
            yield name, day


def cases_issued(conn: Connection, hall_id: str, cases: Collection[str]) -> set[str]:
    """Return those of the cases of which a licence was handed out or posted."""
    owned = select(_l.id, _l.case).where(_l.hall_id == hall_id, _l.case.in_(sorted(cases)))
    case_of = {row[0]: row[1] for row in conn.execute(owned)}
    return {case_of[name] for name, _day in _left(conn, hall_id, case_of)}
