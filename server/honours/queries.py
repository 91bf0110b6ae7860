"""Honours: queries."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, select, update

from server.assessment.standings import Subject
from server.core.records import Records
from server.core.statement import precompiled
from server.core.step_chains import StepChain
from server.core.store import Tx
from server.honours.rules import AWARDED, STANDING, Award, Veto, VetoState
from server.honours.tables import (
    flag_award,
    flag_move,
    flag_step,
    honour_interview,
    honour_list,
    honour_veto,
    interview_step,
    veto_step,
)
from server.queue.tables import ticket
from server.queue.tickets import State as TicketState
from server.ratings.tables import rating, redress


@dataclass(frozen=True, slots=True)
class StoredAward:
    """Quarter's decision on the flag as stored; `basis` is JSON, `score` a decimal number."""

    quarter: str
    window: str
    rank: int
    score: str
    basis: str
    state: str


@dataclass(frozen=True, slots=True)
class StoredFlagStep:
    """Step of a quarter's decision as stored."""

    quarter: str
    n: int
    move: str
    state: str
    at: int
    window: str
    words: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredFlagMove:
    """Walk of the flag through the hall as stored; an empty window is the office."""

    n: int
    at: int
    day: str
    from_window: str
    to_window: str
    quarter: str
    cause: str
    cause_id: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredVeto:
    """Veto as stored; `complaints`, `findings` and `windows` are JSON lists."""

    id: str
    kind: str
    subject: str
    staff: str
    window: str
    unit: str
    day: str
    at: int
    complaints: str
    findings: str
    windows: str
    strikes_unit: int
    first_quarter: str
    last_quarter: str
    state: str
    dispute_until: int | None


@dataclass(frozen=True, slots=True)
class StoredVetoStep:
    """Step of a veto as stored; `evidence` is a JSON list of papers."""

    veto: str
    n: int
    move: str
    state: str
    at: int
    words: str
    evidence: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredInterview:
    """Interview as stored; `month` completed the run of last places."""

    id: str
    subject: str
    assessed: str
    month: str
    state: str


@dataclass(frozen=True, slots=True)
class StoredInterviewStep:
    """Step of an interview as stored; `day`: ISO day on which it was held."""

    interview: str
    n: int
    move: str
    state: str
    at: int
    day: str
    words: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredList:
    """Version of a list as stored; `content`, `changes`: JSON; `released_at` None: a draft."""

    kind: str
    period: str
    n: int
    content: str
    changes: str
    words: str
    digest: str
    drafted_by: str
    drafted_at: int
    released_by: str
    released_at: int | None


_lists = Records(StoredList, honour_list)
_awards = Records(StoredAward, flag_award)
_moves = Records(StoredFlagMove, flag_move)
_vetoes = Records(StoredVeto, honour_veto)
_interviews = Records(StoredInterview, honour_interview)
FLAG_STEPS = StepChain(Records(StoredFlagStep, flag_step), flag_step, flag_award, "quarter")
VETO_STEPS = StepChain(Records(StoredVetoStep, veto_step), veto_step, honour_veto, "veto")
INTERVIEW_STEPS = StepChain(
    Records(StoredInterviewStep, interview_step), interview_step, honour_interview, "interview"
)
_a, _m, _v, _i = flag_award.c, flag_move.c, honour_veto.c, honour_interview.c
_l = honour_list.c
_newest_move = precompiled(
    _moves.select().where(_m.hall_id == bindparam("hall_id")).order_by(_m.n.desc()).limit(1)
)


def award(conn: Connection, hall_id: str, quarter: str) -> StoredAward | None:
    """Return the decision on a quarter's flag, or None."""
    query = _awards.select().where(_a.hall_id == hall_id, _a.quarter == quarter)
    return _awards.first(conn, query)


def awards(conn: Connection, hall_id: str) -> list[StoredAward]:
    """Return every quarter's decision, newest first."""
    query = _awards.select().where(_a.hall_id == hall_id).order_by(_a.quarter.desc())
    return _awards.all(conn, query)


def decided(rows: Collection[StoredAward]) -> list[Award]:
    """Return the decided ones as the rules see them."""
    return [Award(row.quarter, row.window) for row in rows if row.state in AWARDED]


def moves(conn: Connection, hall_id: str) -> list[StoredFlagMove]:
    """Return every walk of the flag, in order."""
    return _moves.all(conn, _moves.select().where(_m.hall_id == hall_id).order_by(_m.n))


def moves_of(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredFlagMove]:
    """Return the walks of the flag on ISO days `first`..`last`, in order."""
    query = _moves.select().where(_m.hall_id == hall_id, _m.day >= first, _m.day <= last)
    return _moves.all(conn, query.order_by(_m.n))


def newest_move(conn: Connection, hall_id: str) -> StoredFlagMove | None:
    """Return the last walk of the flag, or None."""
    return _moves.first(conn, _newest_move, {"hall_id": hall_id})


def veto(conn: Connection, hall_id: str, veto_id: str) -> StoredVeto | None:
    """Return a veto, or None."""
    return _vetoes.first(conn, _vetoes.select().where(_v.hall_id == hall_id, _v.id == veto_id))


def vetoes(conn: Connection, hall_id: str) -> list[StoredVeto]:
    """Return every veto, newest first."""
    query = _vetoes.select().where(_v.hall_id == hall_id).order_by(_v.at.desc(), _v.id)
    return _vetoes.all(conn, query)


def waiting_vetoes(conn: Connection, hall_id: str) -> int:
    """Return the number of vetoes that wait for somebody's decision."""
    waiting = _v.state.in_((VetoState.PROPOSED, VetoState.DISPUTED))
    query = select(func.count()).select_from(honour_veto).where(_v.hall_id == hall_id, waiting)
    return int(conn.execute(query).scalar_one())


def vetoes_of(
    conn: Connection, hall_id: str, staff: str, windows: Collection[str], units: Collection[str]
) -> list[StoredVeto]:
    """Return the vetoes about a person, these windows or these units, newest first."""
    mine: ColumnElement[bool] = (_v.staff == staff) & (_v.staff != "")
    here = (_v.subject == Subject.WINDOW.value) & _v.window.in_(sorted(windows))
    ours = _v.unit.in_(sorted(units)) & (_v.unit != "")
    about = mine | here | ours
    query = _vetoes.select().where(_v.hall_id == hall_id, about, _v.state.in_(_PUBLISHED))
    return _vetoes.all(conn, query.order_by(_v.at.desc(), _v.id))


_PUBLISHED = sorted({*STANDING, VetoState.WITHDRAWN})


def for_rules(rows: Collection[StoredVeto]) -> list[Veto]:
    """Return vetoes as the rules see them."""
    return [
        Veto(
            row.id,
            VetoState(row.state),
            frozenset(json.loads(row.windows)),
            row.first_quarter,
            row.last_quarter,
            row.staff,
            row.unit if row.strikes_unit else "",
        )
        for row in rows
    ]


def interview(conn: Connection, hall_id: str, interview_id: str) -> StoredInterview | None:
    """Return an interview, or None."""
    query = _interviews.select().where(_i.hall_id == hall_id, _i.id == interview_id)
    return _interviews.first(conn, query)


def interviews(
    conn: Connection, hall_id: str, months: Sequence[str] | None = None
) -> list[StoredInterview]:
    """Return the interviews of these months, or all."""
    query = _interviews.select().where(_i.hall_id == hall_id)
    if months is not None:
        query = query.where(_i.month.in_(months))
    return _interviews.all(conn, query.order_by(_i.month, _i.subject, _i.assessed))


def add_award(tx: Tx, row: StoredAward) -> None:
    """Insert a quarter's decision."""
    tx.conn.execute(insert(flag_award).values(hall_id=tx.hall_id, **asdict(row)))


def add_move(tx: Tx, row: StoredFlagMove) -> None:
    """Insert a walk of the flag."""
    tx.conn.execute(insert(flag_move).values(hall_id=tx.hall_id, **asdict(row)))


def add_veto(tx: Tx, row: StoredVeto) -> None:
    """Insert a veto."""
    tx.conn.execute(insert(honour_veto).values(hall_id=tx.hall_id, **asdict(row)))


def add_interview(tx: Tx, row: StoredInterview) -> None:
    """Insert an interview."""
    tx.conn.execute(insert(honour_interview).values(hall_id=tx.hall_id, **asdict(row)))


def lists(conn: Connection, hall_id: str, kind: str, period: str) -> list[StoredList]:
    """Return the versions of a list by number, the open draft last."""
    query = _lists.select().where(_l.hall_id == hall_id, _l.kind == kind, _l.period == period)
    return _lists.all(conn, query.order_by(_l.n))


def every_list(conn: Connection, hall_id: str) -> list[StoredList]:
    """Return the versions of all lists, those of one list in order."""
    query = _lists.select().where(_l.hall_id == hall_id)
    return _lists.all(conn, query.order_by(_l.kind, _l.period, _l.n))


def put_list(tx: Tx, row: StoredList, *, is_new: bool) -> None:
    """Insert a version of a list, or change its draft."""
    if is_new:
        tx.conn.execute(insert(honour_list).values(hall_id=tx.hall_id, **asdict(row)))
        return
    same = (_l.hall_id == tx.hall_id, _l.kind == row.kind, _l.period == row.period, _l.n == row.n)
    tx.conn.execute(update(honour_list).where(*same).values(**asdict(row)))


def bad_ratings(
    conn: Connection, hall_id: str, first: str, last: str, without: Collection[str]
) -> list[tuple[str, str]]:
    """Return window and id of the bad ratings of services of ISO days `first`..`last`.

    `without`: states of their redress in which they do not count.
    """
    r, d = rating.c, redress.c
    query = (
        select(r.window, r.id)
        .join(redress, and_(d.hall_id == r.hall_id, d.rating == r.id))
        .where(r.hall_id == hall_id, r.day >= first, r.day <= last, r.window != "")
        .where(d.state.not_in(sorted(without)))
    )
    return [(window, rating_id) for window, rating_id in conn.execute(query.order_by(r.id))]


def served_counts(conn: Connection, hall_id: str, first: str, last: str) -> dict[str, int]:
    """Return how many numbers each window finished on ISO days `first`..`last`."""
    t = ticket.c
    query = select(t.window, func.count()).where(
        t.hall_id == hall_id, t.day >= first, t.day <= last, t.state == TicketState.FINISHED.value
    )
    return {row[0]: row[1] for row in conn.execute(query.group_by(t.window))}


def served_windows(
    conn: Connection, hall_id: str, staff: Collection[str], first: str, last: str
) -> dict[str, set[str]]:
    """Return the windows at which these people served on ISO days `first`..`last`."""
    t = ticket.c
    query = select(t.staff, t.window).where(
        t.hall_id == hall_id, t.day >= first, t.day <= last, t.staff.in_(sorted(staff))
    )
    windows: dict[str, set[str]] = {number: set() for number in staff}
    for number, window in conn.execute(query.distinct()):
        windows[number].add(window)
    return windows
