"""Assistance: queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, or_, select

from server.assistance.rules import AskState, GreenMove, GreenState, JobMove, JobState
from server.assistance.tables import (
    assistance_person,
    first_ask,
    first_ask_step,
    green_channel,
    green_step,
    helper_job,
    helper_step,
)
from server.cases.rules import FINAL, CaseState
from server.cases.tables import case_record
from server.core.records import Records
from server.core.step_chains import StepChain
from server.core.store import Tx

MOST_ENDED = 100
"""Ended questions and jobs that a list has at most; the open ones are all in it."""
MOST_GREEN = 200
"""Green channels that a list has at most: what waits for a decision first."""
DECIDED = sorted({*FINAL, CaseState.DECIDED})
OVER = (JobState.ENDED.value, JobState.REVOKED.value, JobState.HANDED_ON.value)
_GIVEN_UP = (JobState.REVOKED.value, JobState.HANDED_ON.value)


@dataclass(frozen=True, slots=True)
class StoredAsk:
    """Question as stored; `receiver` empty: anybody of `unit`."""

    id: str
    at: int
    day: str
    subject: str
    item: str
    staff: str
    unit: str
    receiver: str
    state: str
    due: str


@dataclass(frozen=True, slots=True)
class StoredAskStep:
    """Step of a question as stored."""

    ask: str
    n: int
    move: str
    state: str
    at: int
    due: str
    unit: str
    receiver: str
    words: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredJob:
    """Job of a helper as stored; about a case, an item, or a project by its name."""

    id: str
    at: int
    day: str
    case: str
    item: str
    project: str
    scope: str
    until: str
    helper: str
    staff: str
    state: str


@dataclass(frozen=True, slots=True)
class StoredJobStep:
    """Step of a job as stored; `evidence` is a JSON list of kept files."""

    job: str
    n: int
    move: str
    state: str
    at: int
    signed: int
    words: str
    evidence: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredGreen:
    """Green channel of a case as stored."""

    case: str
    unit: str
    state: str


@dataclass(frozen=True, slots=True)
class StoredGreenStep:
    """Step of a green channel as stored."""

    case: str
    n: int
    move: str
    state: str
    at: int
    day: str
    words: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """Person who asked or entrusted, as stored; the telephone is sealed."""

    subject: str
    name: str
    phone: str
    erase_after: int


_asks = Records(StoredAsk, first_ask)
_jobs = Records(StoredJob, helper_job)
_greens = Records(StoredGreen, green_channel)
_people = Records(StoredPerson, assistance_person)
ASK_STEPS = StepChain(Records(StoredAskStep, first_ask_step), first_ask_step, first_ask, "ask")
JOB_STEPS = StepChain(Records(StoredJobStep, helper_step), helper_step, helper_job, "job")
GREEN_STEPS = StepChain(Records(StoredGreenStep, green_step), green_step, green_channel, "case")
_a, _j, _g, _s = first_ask.c, helper_job.c, green_channel.c, green_step.c
_c = case_record.c
_t, _p = helper_step.c, assistance_person.c


def ask(conn: Connection, hall_id: str, ask_id: str) -> StoredAsk | None:
    """Return a question, or None."""
    return _asks.first(conn, _asks.select().where(_a.hall_id == hall_id, _a.id == ask_id))


def asks(conn: Connection, hall_id: str) -> list[StoredAsk]:
    """Return the open questions, due ones first, and the last ended ones."""
    query = _asks.select().where(_a.hall_id == hall_id)
    return _open_first(conn, query)


def asks_of(conn: Connection, hall_id: str, staff: str, unit: str) -> list[StoredAsk]:
    """Return the questions that a person recorded or receives, alone or with the unit."""
    own = [_a.staff == staff, _a.receiver == staff]
    if unit:
        own.append((_a.unit == unit) & (_a.receiver == ""))
    query = _asks.select().where(_a.hall_id == hall_id, or_(*own))
    return _open_first(conn, query)


def _open_first(conn: Connection, query: Select[Any]) -> list[StoredAsk]:
    is_open = _a.state != AskState.ENDED.value
    rows = _asks.all(conn, query.where(is_open).order_by(_a.due, _a.at, _a.id))
    return rows + _asks.all(
        conn, query.where(~is_open).order_by(_a.at.desc(), _a.id).limit(MOST_ENDED)
    )


def asks_received_by(conn: Connection, hall_id: str, staff: str) -> list[StoredAsk]:
    """Return the open questions that wait for a named receiver."""
    query = _asks.select().where(
        _a.hall_id == hall_id, _a.receiver == staff, _a.state != AskState.ENDED.value
    )
    return _asks.all(conn, query.order_by(_a.id))


def every_ask(conn: Connection, hall_id: str) -> list[StoredAsk]:
    """Return every question."""
    return _asks.all(conn, _asks.select().where(_a.hall_id == hall_id).order_by(_a.id))


def job(conn: Connection, hall_id: str, job_id: str) -> StoredJob | None:
    """Return a job, or None."""
    return _jobs.first(conn, _jobs.select().where(_j.hall_id == hall_id, _j.id == job_id))


def jobs(conn: Connection, hall_id: str) -> list[StoredJob]:
    """Return the jobs that go on, and the last ended ones, newest first."""
    return _running_first(conn, _jobs.select().where(_j.hall_id == hall_id))


def jobs_of(conn: Connection, hall_id: str, staff: str) -> list[StoredJob]:
    """Return the jobs in which a person helps, or which the person recorded."""
    own = (_j.helper == staff) | (_j.staff == staff)
    return _running_first(conn, _jobs.select().where(_j.hall_id == hall_id, own))


def jobs_helped_by(
    conn: Connection, hall_id: str, staff: str, states: Collection[JobState]
) -> list[StoredJob]:
    """Return the jobs in these states in which a person helps."""
    query = _jobs.select().where(
        _j.hall_id == hall_id, _j.helper == staff, _j.state.in_(sorted(states))
    )
    return sorted(_jobs.all(conn, query), key=lambda job: job.id)


def count_left(conn: Connection, hall_id: str) -> int:
    """Return the number of jobs whose helper left."""
    query = select(func.count()).where(_j.hall_id == hall_id, _j.state == JobState.LEFT.value)
    return int(conn.execute(query).scalar_one())


def jobs_of_case(conn: Connection, hall_id: str, case: str) -> list[StoredJob]:
    """Return the jobs about a case."""
    return _running_first(conn, _jobs.select().where(_j.hall_id == hall_id, _j.case == case))


def _running_first(conn: Connection, query: Select[Any]) -> list[StoredJob]:
    order = _j.at.desc(), _j.id
    rows = _jobs.all(conn, query.where(_j.state.not_in(OVER)).order_by(*order))
    return rows + _jobs.all(
        conn, query.where(_j.state.in_(OVER)).order_by(*order).limit(MOST_ENDED)
    )


def every_job(conn: Connection, hall_id: str) -> list[StoredJob]:
    """Return every job."""
    return _jobs.all(conn, _jobs.select().where(_j.hall_id == hall_id).order_by(_j.id))


def helps(conn: Connection, hall_id: str, case: str, staff: str) -> bool:
    """Return True if a person accepted a job about a case, whatever became of it."""
    query = (
        select(_j.id)
        .select_from(helper_job.join(helper_step, (_t.hall_id == _j.hall_id) & (_t.job == _j.id)))
        .where(
            _j.hall_id == hall_id,
            _j.case == case,
            _j.helper == staff,
            _t.move == JobMove.ACCEPT.value,
        )
    )
    return conn.execute(query.limit(1)).first() is not None


def helped(conn: Connection, hall_id: str, cases: Collection[str]) -> set[str]:
    """Return those of these cases with which somebody helps."""
    query = select(_j.case).where(
        _j.hall_id == hall_id, _j.case.in_(sorted(cases)), _j.state.not_in(_GIVEN_UP)
    )
    return set(conn.scalars(query))


def green(conn: Connection, hall_id: str, case: str) -> StoredGreen | None:
    """Return the green channel of a case, or None."""
    return _greens.first(conn, _greens.select().where(_g.hall_id == hall_id, _g.case == case))


def greens(conn: Connection, hall_id: str) -> list[StoredGreen]:
    """Return every green channel."""
    return _greens.all(conn, _greens.select().where(_g.hall_id == hall_id).order_by(_g.case))


def granted(conn: Connection, hall_id: str, cases: Collection[str] | None = None) -> set[str]:
    """Return the undecided cases in the green channel, of these or of all."""
    query = (
        select(_g.case)
        .select_from(
            green_channel.join(case_record, (_c.hall_id == _g.hall_id) & (_c.id == _g.case))
        )
        .where(
            _g.hall_id == hall_id,
            _g.state == GreenState.GRANTED.value,
            _c.state.not_in(DECIDED),
        )
    )
    if cases is not None:
        query = query.where(_g.case.in_(sorted(cases)))
    return set(conn.scalars(query))


def grants(conn: Connection, hall_id: str, first: str, last: str) -> list[tuple[str, str]]:
    """Return unit and ISO day of the green channels that were granted on `first`..`last`."""
    query = (
        select(_g.unit, _s.day)
        .select_from(
            green_step.join(green_channel, (_g.hall_id == _s.hall_id) & (_g.case == _s.case))
        )
        .where(
            _s.hall_id == hall_id,
            _s.move == GreenMove.GRANT.value,
            _s.day >= first,
            _s.day <= last,
        )
    )
    return [(row[0], row[1]) for row in conn.execute(query.order_by(_s.day, _s.case))]


def people(conn: Connection, hall_id: str, subjects: Sequence[str]) -> dict[str, StoredPerson]:
    """Return the people of these questions and jobs, of those that are not erased."""
    query = _people.select().where(_p.hall_id == hall_id, _p.subject.in_(subjects))
    return {row.subject: row for row in _people.all(conn, query)}


def add_ask(tx: Tx, row: StoredAsk) -> None:
    """Insert a question."""
    tx.conn.execute(insert(first_ask).values(hall_id=tx.hall_id, **asdict(row)))


def add_job(tx: Tx, row: StoredJob) -> None:
    """Insert a job."""
    tx.conn.execute(insert(helper_job).values(hall_id=tx.hall_id, **asdict(row)))


def add_green(tx: Tx, row: StoredGreen) -> None:
    """Insert the green channel of a case."""
    tx.conn.execute(insert(green_channel).values(hall_id=tx.hall_id, **asdict(row)))


def add_person(tx: Tx, row: StoredPerson) -> None:
    """Insert the person of a question or job."""
    tx.conn.execute(insert(assistance_person).values(hall_id=tx.hall_id, **asdict(row)))


def erase_people(tx: Tx, now: int) -> int:
    """Erase the people whose time is over; return their number."""
    result = tx.conn.execute(
        delete(assistance_person).where(_p.hall_id == tx.hall_id, _p.erase_after < now)
    )
    return int(result.rowcount)


def helped_between(
    conn: Connection, hall_id: str, first: int, last: int
) -> list[tuple[str, str, int]]:
    """Return job, helper and time (ms) of the jobs called back in `first`..`last`."""
    query = (
        select(_j.id, _j.helper, _t.at)
        .select_from(helper_step.join(helper_job, (_j.hall_id == _t.hall_id) & (_j.id == _t.job)))
        .where(
            _t.hall_id == hall_id, _t.move == JobMove.CALL_BACK.value, _t.at.between(first, last)
        )
    )
    return [(row[0], row[1], int(row[2])) for row in conn.execute(query.order_by(_t.at, _j.id))]
