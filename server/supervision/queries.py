"""Lamps, and what lamps and signs read of cases: queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, select
from sqlalchemy import case as sql_case

from server.cases.clocks import WITHOUT_LAMP, Clock
from server.cases.queries import StoredDue
from server.cases.rules import FINAL
from server.cases.tables import case_due, case_fact, case_record
from server.core.records import Records
from server.core.store import Tx
from server.supervision.rules import LampLevel
from server.supervision.tables import case_explanation, case_lamp


@dataclass(frozen=True, slots=True)
class StoredLamp:
    """First crossing of a threshold: of which clock, to which level, on which ISO day."""

    case: str
    clock: str
    level: str
    due: str
    day: str
    at: int
    unit: str


@dataclass(frozen=True, slots=True)
class StoredExplanation:
    """Explanation of a unit for a period of ISO days; `digest`: of the file of a batch import."""

    id: str
    unit: str
    kind: str
    first: str
    last: str
    words: str
    digest: str
    at: int
    by_actor: str


_dues = Records(StoredDue, case_due)
_lamps = Records(StoredLamp, case_lamp)
_explanations = Records(StoredExplanation, case_explanation)
_d, _f, _l, _e = case_due.c, case_fact.c, case_lamp.c, case_explanation.c


def uncrossed(conn: Connection, hall_id: str, level: LampLevel, until: str) -> list[StoredDue]:
    """Return the clocks due until a day or time whose lamp never had this level."""
    lit = exists().where(
        _l.hall_id == _d.hall_id,
        _l.case == _d.case,
        _l.clock == _d.clock,
        _l.level == level.value,
    )
    query = _dues.select().where(
        _d.hall_id == hall_id, _d.earliest != "", _d.earliest <= until, _has_lamp(), ~lit
    )
    return _dues.all(conn, query.order_by(_d.earliest, _d.case, _d.clock))


def unlit_facts(
    conn: Connection, hall_id: str, clock_of: Mapping[str, str], since: str
) -> list[tuple[str, int]]:
    """Return case and number of the facts with these moves whose clock has no red lamp.

    `since`: ISO day of the first ones; "" for all.
    """
    clock = sql_case(dict(clock_of), value=_f.move)
    lit = exists().where(
        _l.hall_id == _f.hall_id,
        _l.case == _f.case,
        _l.clock == clock,
        _l.level == LampLevel.RED.value,
    )
    query = select(_f.case, _f.n).where(
        _f.hall_id == hall_id, _f.move.in_(sorted(clock_of)), _f.day >= since, ~lit
    )
    return [(case, int(n)) for case, n in conn.execute(query.order_by(_f.day, _f.case, _f.n))]


def due_until(conn: Connection, hall_id: str, until: str) -> list[StoredDue]:
    """Return every clock due until a day or time, the earliest first."""
    query = _dues.select().where(
        _d.hall_id == hall_id, _d.earliest != "", _d.earliest <= until, _has_lamp()
    )
    return _dues.all(conn, query.order_by(_d.earliest, _d.case))


def _has_lamp() -> ColumnElement[bool]:
    """Return the condition for the clocks that have lamps."""
    return _d.clock.not_in(sorted(WITHOUT_LAMP))


def open_by_unit(conn: Connection, hall_id: str) -> dict[str, int]:
    """Return by unit the number of open cases, those with a decision to serve included."""
    c = case_record.c
    unserved = select(_d.case).where(_d.hall_id == hall_id, _d.clock == Clock.SERVE.value)
    query = (
        select(c.unit, func.count())
        .where(c.hall_id == hall_id, c.state.not_in(sorted(FINAL)) | c.id.in_(unserved))
        .group_by(c.unit)
    )
    return {unit: int(count) for unit, count in conn.execute(query)}


def lamps(conn: Connection, hall_id: str, cases: Sequence[str]) -> list[StoredLamp]:
    """Return the lamps that these cases ever had, in the order of their days."""
    query = _lamps.select().where(_l.hall_id == hall_id, _l.case.in_(cases))
    return _lamps.all(conn, query.order_by(_l.day, _l.case, _l.clock))


def lit_between(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredLamp]:
    """Return the lamps that were lit on ISO days `first`..`last`."""
    query = _lamps.select().where(_l.hall_id == hall_id, _l.day >= first, _l.day <= last)
    return _lamps.all(conn, query.order_by(_l.day, _l.case, _l.clock))


def has_lamp(conn: Connection, hall_id: str, due: StoredDue, level: LampLevel) -> bool:
    """Return True if a clock's lamp had a level before."""
    query = select(_l.case).where(
        and_(
            _l.hall_id == hall_id,
            _l.case == due.case,
            _l.clock == due.clock,
            _l.level == level.value,
        )
    )
    return conn.execute(query).first() is not None


def add_lamp(tx: Tx, lamp: StoredLamp) -> None:
    """Insert a lamp."""
    tx.conn.execute(insert(case_lamp).values(hall_id=tx.hall_id, **asdict(lamp)))


def explanations(conn: Connection, hall_id: str, day: str) -> list[StoredExplanation]:
    """Return the explanations of units whose period holds an ISO day."""
    query = _explanations.select().where(_e.hall_id == hall_id, _e.first <= day, _e.last >= day)
    return _explanations.all(conn, query.order_by(_e.at, _e.id))


def explanations_of(conn: Connection, hall_id: str, unit: str) -> list[StoredExplanation]:
    """Return the explanations of a unit, newest first."""
    query = _explanations.select().where(_e.hall_id == hall_id, _e.unit == unit)
    return _explanations.all(conn, query.order_by(_e.at.desc(), _e.id))


def add_explanation(tx: Tx, row: StoredExplanation) -> None:
    """Insert an explanation."""
    tx.conn.execute(insert(case_explanation).values(hall_id=tx.hall_id, **asdict(row)))
