"""Call backs: queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from server.call_backs.rules import CallState, Candidate
from server.call_backs.tables import call_back, call_draw, call_try
from server.cases.rules import CaseMove, CaseState
from server.cases.tables import case_applicant, case_fact, case_record
from server.core.records import Records
from server.core.step_chains import StepChain
from server.core.store import Tx
from server.ratings.levels import Level
from server.ratings.tables import rating

ENDS = (CaseMove.DECIDE.value, CaseMove.TACIT.value, CaseMove.NOT_ACCEPT.value)
"""Moves after which a person can say how it was; who withdrew is not asked."""
ENDED = (CaseState.DECIDED.value, CaseState.NOT_ACCEPTED.value)
SHOWN_WEEKS = 12


@dataclass(frozen=True, slots=True)
class StoredDraw:
    """Draw of a week as stored; `candidates` is a JSON list of pairs of case and unit."""

    week: str
    at: int
    seed: str
    wanted: int
    candidates: str


@dataclass(frozen=True, slots=True)
class StoredCallBack:
    """Person on a list as stored; `case` stands for the person."""

    case: str
    week: str
    place: int
    state: str
    rating: str


@dataclass(frozen=True, slots=True)
class StoredTry:
    """Call as stored."""

    case: str
    n: int
    result: str
    state: str
    at: int
    by_actor: str


_draws = Records(StoredDraw, call_draw)
_entries = Records(StoredCallBack, call_back)
TRIES = StepChain(Records(StoredTry, call_try), call_try, call_back, "case")
_d, _b, _r = call_draw.c, call_back.c, rating.c
_c, _a, _f = case_record.c, case_applicant.c, case_fact.c


def candidates(conn: Connection, hall_id: str, first: str, last: str, now: int) -> list[Candidate]:
    """Return the cases that ended on ISO days `first`..`last`, with a telephone, unrated.

    Cases that are on a list already are not among them.
    """
    query = (
        select(_c.id, _c.unit, _c.ticket, _a.person_key)
        .select_from(
            case_record.join(case_fact, and_(_f.hall_id == _c.hall_id, _f.case == _c.id))
            .join(case_applicant, and_(_a.hall_id == _c.hall_id, _a.case == _c.id))
            .outerjoin(rating, and_(_r.hall_id == _c.hall_id, _of_case()))
            .outerjoin(call_back, and_(_b.hall_id == _c.hall_id, _b.case == _c.id))
        )
        .where(
            _c.hall_id == hall_id,
            _c.state.in_(ENDED),
            _f.move.in_(ENDS),
            _f.day.between(first, last),
            _a.phone != "",
            _a.phone_until > now,
            _r.id.is_(None),
            _b.case.is_(None),
        )
        .distinct()
    )
    return [Candidate(*row) for row in conn.execute(query)]


def _of_case() -> ColumnElement[bool]:
    """Return the condition for the ratings of a case: its own, and those of its ticket."""
    return or_(_r.case == _c.id, and_(_c.ticket != "", _r.ticket == _c.ticket))


def draw(conn: Connection, hall_id: str, week: str) -> StoredDraw | None:
    """Return the draw of a week, or None."""
    return _draws.first(conn, _draws.select().where(_d.hall_id == hall_id, _d.week == week))


def draws(conn: Connection, hall_id: str) -> list[StoredDraw]:
    """Return every draw, newest first."""
    query = _draws.select().where(_d.hall_id == hall_id)
    return _draws.all(conn, query.order_by(_d.week.desc()))


def weeks(conn: Connection, hall_id: str) -> list[str]:
    """Return the last weeks with a draw, newest first."""
    query = select(_d.week).where(_d.hall_id == hall_id).order_by(_d.week.desc())
    return list(conn.scalars(query.limit(SHOWN_WEEKS)))


def get(conn: Connection, hall_id: str, case_id: str) -> StoredCallBack | None:
    """Return the entry of a case, or None."""
    return _entries.first(conn, _entries.select().where(_b.hall_id == hall_id, _b.case == case_id))


def of_weeks(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredCallBack]:
    """Return the entries of the weeks `first`..`last`, in the order of their draws."""
    query = _entries.select().where(_b.hall_id == hall_id, _b.week.between(first, last))
    return _entries.all(conn, query.order_by(_b.week, _b.place))


def rated_meanwhile(conn: Connection, hall_id: str) -> list[str]:
    """Return the cases that wait for a call and were rated by the person since the draw."""
    query = (
        select(_b.case)
        .select_from(
            call_back.join(case_record, and_(_c.hall_id == _b.hall_id, _c.id == _b.case)).join(
                rating, and_(_r.hall_id == _b.hall_id, _of_case())
            )
        )
        .where(_b.hall_id == hall_id, _b.state == CallState.OPEN.value)
        .distinct()
    )
    return list(conn.scalars(query.order_by(_b.case)))


def levels(conn: Connection, hall_id: str, ratings: Sequence[str]) -> dict[str, Level]:
    """Return the levels of these ratings."""
    query = select(_r.id, _r.level).where(_r.hall_id == hall_id, _r.id.in_(ratings))
    return {row[0]: Level(row[1]) for row in conn.execute(query)}


def ratings_of_cases(conn: Connection, hall_id: str) -> list[tuple[str, str]]:
    """Return the ratings that belong to a case without a ticket, each with its case."""
    query = select(_r.id, _r.case).where(_r.hall_id == hall_id, _r.case != "")
    return [(row[0], row[1]) for row in conn.execute(query)]


def add(tx: Tx, row: StoredDraw, entries: Sequence[StoredCallBack]) -> None:
    """Insert a draw with the people on its list."""
    tx.conn.execute(insert(call_draw).values(hall_id=tx.hall_id, **asdict(row)))
    if entries:
        values = [{"hall_id": tx.hall_id, **asdict(entry)} for entry in entries]
        tx.conn.execute(insert(call_back), values)


def set_state(tx: Tx, case_id: str, state: CallState) -> None:
    """Set the state of an entry without a call."""
    tx.conn.execute(
        update(call_back)
        .where(_b.hall_id == tx.hall_id, _b.case == case_id)
        .values(state=state.value)
    )
