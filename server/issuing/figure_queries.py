"""Counts of licences by group, made by the database: a row a group, never a row a licence."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, Connection, and_, func, or_, select

from server.cases.rules import DECISIVE
from server.cases.tables import case_fact
from server.core.actors import person_of
from server.core.groups import Group
from server.issuing.rules import AT_WINDOW, LicenceMove, Place
from server.issuing.tables import licence, licence_fact

_l, _f = licence.c, licence_fact.c
_at_window = sorted(place.value for place in AT_WINDOW)
_with_fact = licence_fact.join(licence, and_(_l.hall_id == _f.hall_id, _l.id == _f.licence))


def _key(by: Group) -> Column[str]:
    return {Group.UNIT: _l.unit, Group.ITEM: _l.item, Group.PERSON: _f.by_actor}[by]


def _name(by: Group, key: str) -> str:
    return person_of(key) if by is Group.PERSON else key


def moves(
    conn: Connection, hall_id: str, begin: int, end: int, by: Group, unit: str
) -> Iterable[tuple[str, LicenceMove, int]]:
    """Return how often each move was recorded from `begin` up to `end` (ms), by group."""
    key = _key(by)
    query = select(key, _f.move, func.count()).select_from(_with_fact)
    query = query.where(_f.hall_id == hall_id, _f.at >= begin, _f.at < end)
    if unit:
        query = query.where(_l.unit == unit)
    for row in conn.execute(query.group_by(key, _f.move)):
        yield _name(by, row[0]), LicenceMove(row[1]), int(row[2])


def hand_outs(
    conn: Connection, hall_id: str, begin: int, end: int, by: Group, unit: str
) -> Iterable[tuple[str, str, str, int]]:
    """Return group, ISO day of the decision, of the hand-out, and their number.

    The decision is the last one of the case until then.
    """
    d = case_fact.c
    decided = func.max(d.day).label("decided")
    each = (
        select(_key(by).label("key"), decided, _f.day.label("handed"))
        .select_from(_with_fact.join(case_fact, and_(d.hall_id == _l.hall_id, d.case == _l.case)))
        .where(_f.hall_id == hall_id, _f.at >= begin, _f.at < end)
        .where(_f.move == LicenceMove.HAND.value)
        .where(d.move.in_(sorted(DECISIVE)), d.at <= _f.at)
        .group_by(_f.licence, _f.n, _key(by), _f.day)
    )
    if unit:
        each = each.where(_l.unit == unit)
    e = each.subquery().c
    query = select(e.key, e.decided, e.handed, func.count()).group_by(e.key, e.decided, e.handed)
    for row in conn.execute(query):
        yield _name(by, row[0]), row[1], row[2], int(row[3])


def waiting(conn: Connection, hall_id: str, end: int, by: Group, unit: str) -> dict[str, int]:
    """Return the number of licences that lay at the issuing window at `end` (ms), by group.

    Only those can have lain there that do so now, or have a later fact.
    """
    later = select(_f.licence).where(_f.hall_id == hall_id, _f.at >= end)
    last = (
        select(_f.licence, func.max(_f.n).label("n"))
        .select_from(_with_fact)
        .where(_f.hall_id == hall_id, _f.at < end)
        .where(or_(_l.state.in_(_at_window), _l.id.in_(later)))
        .group_by(_f.licence)
    )
    if unit:
        last = last.where(_l.unit == unit)
    x = last.subquery().c
    key = _key(by)
    query = (
        select(key, func.count())
        .select_from(_with_fact.join(x.licence.table, and_(x.licence == _f.licence, x.n == _f.n)))
        .where(_f.hall_id == hall_id, _f.state.in_(_at_window))
        .group_by(key)
    )
    return {row[0]: int(row[1]) for row in conn.execute(query)}


def electronic(
    conn: Connection, hall_id: str, first: str, last: str, by: Group, unit: str
) -> Iterable[tuple[str, str, str, int]]:
    """Return group, ISO day of issue and of entry (empty: none), and their number.

    By person it is whoever registered the licence.
    """
    key = _l.staff if by is Group.PERSON else _key(by)
    query = select(key, _l.issued_day, _l.entered_day, func.count()).where(
        _l.hall_id == hall_id,
        _l.electronic == 1,
        _l.issued_day.between(first, last),
        _l.state != Place.VOID.value,
    )
    if unit:
        query = query.where(_l.unit == unit)
    for row in conn.execute(query.group_by(key, _l.issued_day, _l.entered_day)):
        yield row[0], row[1], row[2], int(row[3])
