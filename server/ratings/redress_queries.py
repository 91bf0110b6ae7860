"""Redresses and their steps: queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select

from server.core.records import Records
from server.core.statement import precompiled
from server.core.step_chains import StepChain
from server.core.store import Tx
from server.ratings.redress_rules import FINAL, RedressState
from server.ratings.tables import rating, redress, redress_step


@dataclass(frozen=True, slots=True)
class StoredRedress:
    """Redress as stored; `due` is an ISO day, empty once it has ended."""

    rating: str
    state: str
    unit: str
    staff: str
    due: str
    at: int


@dataclass(frozen=True, slots=True)
class StoredStep:
    """Step of a redress as stored; `evidence` is a JSON list of kept files."""

    rating: str
    n: int
    move: str
    state: str
    at: int
    day: str
    due: str
    answer_due: str
    result: str
    words: str
    evidence: str
    by_actor: str


_redresses = Records(StoredRedress, redress)
STEPS = StepChain(Records(StoredStep, redress_step), redress_step, redress, "rating")
_r, _s = redress.c, redress_step.c
_get = precompiled(
    _redresses.select().where(_r.hall_id == bindparam("hall_id"), _r.rating == bindparam("rating"))
)


def get(conn: Connection, hall_id: str, rating_id: str) -> StoredRedress | None:
    """Return the redress of a rating, or None."""
    return _redresses.first(conn, _get, {"hall_id": hall_id, "rating": rating_id})


def open_ones(
    conn: Connection, hall_id: str, units: Sequence[str] | None = None
) -> list[StoredRedress]:
    """Return the redresses that have not ended, of these units or of all; due ones first."""
    wanted: list[ColumnElement[bool]] = [_r.hall_id == hall_id, _r.state.not_in(sorted(FINAL))]
    if units is not None:
        wanted.append(_r.unit.in_(units))
    return _redresses.all(
        conn, _redresses.select().where(*wanted).order_by(_r.due, _r.at, _r.rating)
    )


def of_days(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredRedress]:
    """Return the redresses of ratings of services of ISO days `first`..`last`, newest first."""
    wanted = select(rating.c.id).where(
        rating.c.hall_id == hall_id, rating.c.day >= first, rating.c.day <= last
    )
    query = _redresses.select().where(_r.hall_id == hall_id, _r.rating.in_(wanted))
    return _redresses.all(conn, query.order_by(_r.at.desc(), _r.rating))


def add(tx: Tx, row: StoredRedress) -> None:
    """Insert a redress."""
    tx.conn.execute(insert(redress).values(hall_id=tx.hall_id, **asdict(row)))


def states(conn: Connection, hall_id: str, ratings: Sequence[str]) -> dict[str, str]:
    """Return the states of the redresses of these ratings."""
    query = select(_r.rating, _r.state).where(_r.hall_id == hall_id, _r.rating.in_(ratings))
    return {row[0]: row[1] for row in conn.execute(query)}


def closed_words(
    conn: Connection, hall_id: str, first: str, last: str
) -> list[tuple[str, str, str]]:
    """Return day, unit and public words of the redresses closed on these days, newest first.

    Those that the office closed without words are not published.
    """
    query = (
        select(_s.day, _r.unit, _s.words)
        .select_from(redress_step.join(redress, _r.rating == _s.rating))
        .where(
            _s.hall_id == hall_id,
            _r.hall_id == hall_id,
            _s.state == RedressState.CLOSED,
            _s.words != "",
            _s.day >= first,
            _s.day <= last,
        )
        .order_by(_s.day.desc(), _s.rating)
        .limit(MOST_PUBLIC)
    )
    return [(row[0], row[1], row[2]) for row in conn.execute(query)]


MOST_PUBLIC = 50
