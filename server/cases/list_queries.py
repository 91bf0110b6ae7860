"""Queries of the lists of cases: those due first, a desk's, and what is due by unit.

A list has MOST_LISTED cases; the next ones come on demand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select
from sqlalchemy import case as sql_case

from server.cases.clocks import Clock
from server.cases.due_texts import day_of, end_of
from server.cases.queries import CASES, OPEN, StoredCase, among, unserved
from server.cases.rules import CaseState, Post, post_of
from server.cases.tables import case_due, case_record

_c, _d = case_record.c, case_due.c
NEVER = "9999-12-31"
MOST_LISTED = 500


def page(conn: Connection, query: Select[Any], skip: int) -> tuple[list[StoredCase], int]:
    """Return the next MOST_LISTED cases of a query after `skip`, and how many more follow."""
    rows = CASES.all(conn, query.offset(skip).limit(MOST_LISTED))
    if skip == 0 and len(rows) < MOST_LISTED:
        return rows, 0
    count = select(func.count()).select_from(query.order_by(None).subquery())
    return rows, max(0, int(conn.execute(count).scalar_one()) - skip - len(rows))


def ids(conn: Connection, query: Select[Any]) -> list[str]:
    """Return the ids of every case of a query, in its order."""
    return list(conn.scalars(query.with_only_columns(_c.id)))


def due_first(
    conn: Connection, hall_id: str, unit: str = "", skip: int = 0, most: int = MOST_LISTED
) -> list[StoredCase]:
    """Return up to `most` open cases after `skip`, of a unit or of all, due ones first.

    Those on hold come last.
    A decided case is among them until its decision is served.
    """
    order = _first_due(conn, hall_id, unit, skip + most)
    rows = {row.id: row for row in among(conn, hall_id, order[skip:])}
    result = [rows[case] for case in order[skip:]]
    if len(order) < skip + most:
        has_due = exists().where(_d.hall_id == hall_id, _d.case == _c.id, _d.earliest != "")
        query = CASES.select().where(*_open(hall_id, unit), ~has_due).order_by(_c.at, _c.id)
        query = query.offset(max(0, skip - len(order)))
        result += CASES.all(conn, query.limit(most - len(result)))
    return result


def _first_due(conn: Connection, hall_id: str, unit: str, most: int) -> list[str]:
    """Return the cases that are due first, by the earliest of their clocks.

    Each clock's first ones come from the index in order: none of the others can be among the first
    of all. An order over all clocks of 100,000 cases would compute every one of them.
    """
    first: dict[str, str] = {}
    for clock in Clock:
        wanted = [_d.hall_id == hall_id, _d.clock == clock.value, _d.earliest != ""]
        if unit:
            wanted.append(_d.unit == unit)
        query = select(_d.case, _d.earliest).where(*wanted)
        for case, day in conn.execute(query.order_by(_d.earliest, _d.case).limit(most)):
            first[case] = min(day, first.get(case, day))
    return sorted(first, key=lambda case: (first[case], case))[:most]


def _open(hall_id: str, unit: str) -> list[ColumnElement[bool]]:
    wanted = [_c.hall_id == hall_id, _c.state.in_(OPEN)]
    return [*wanted, _c.unit == unit] if unit else wanted


def count_open(conn: Connection, hall_id: str, unit: str = "") -> int:
    """Return the number of open cases, and of decisions that have to be served."""
    unserved = [_d.hall_id == hall_id, _d.clock == Clock.SERVE.value]
    if unit:
        unserved.append(_d.unit == unit)
    cases = select(func.count()).select_from(case_record).where(*_open(hall_id, unit))
    dues = select(func.count()).select_from(case_due).where(*unserved)
    return int(conn.execute(cases).scalar_one()) + int(conn.execute(dues).scalar_one())


def on_desk(
    hall_id: str, states: Collection[CaseState], staff: str, units: Mapping[Post, Collection[str]]
) -> Select[Any]:
    """Return the query of the cases on a person's desk, and of those that wait for a post.

    In these states, or with a decision to serve, due ones first. `units`: those of which the
    person holds a post, by post.
    """
    due = (
        select(func.min(_d.earliest))
        .where(_d.hall_id == hall_id, _d.case == _c.id, _d.earliest != "")
        .scalar_subquery()
    )
    waits = [
        _c.unit.in_(sorted(units.get(post, ())))
        & _c.state.in_([state.value for state in CaseState if post_of(state) is post])
        for post in Post
    ]
    query = CASES.select().where(
        _c.hall_id == hall_id,
        _c.state.in_(sorted(states)) | _c.id.in_(unserved(hall_id)),
        (_c.owner == staff) | ((_c.owner == "") & or_(*waits)),
    )
    # Those that nothing is due of come last; with IS NULL the least day would be sought twice.
    return query.order_by(func.coalesce(due, NEVER), _c.at, _c.id)


def due_by_unit(
    conn: Connection, hall_id: str, clocks: Collection[str], minute: str, until: str
) -> dict[str, tuple[int, int]]:
    """Return by unit the cases overdue at an ISO minute by any of `clocks`, and due until a day.

    A due day is over with its day, the due time of a case on the spot with its minute.
    """
    bound = sql_case((_d.clock == Clock.DIRECT.value, minute), else_=day_of(minute))
    overdue = func.sum(sql_case((_d.earliest < bound, 1), else_=0))
    query = (
        select(_d.unit, overdue, func.count())
        .where(
            _d.hall_id == hall_id,
            _d.clock.in_(clocks),
            _d.earliest != "",
            _d.earliest <= end_of(until),
        )
        .group_by(_d.unit)
    )
    return {
        unit: (int(late or 0), int(every) - int(late or 0))
        for unit, late, every in conn.execute(query)
    }
