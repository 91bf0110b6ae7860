"""Parts, meetings, notices and first crossings of joint review: queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, exists, insert, select

from server.cases.queries import StoredCase
from server.cases.rules import RUNNING, CaseState
from server.cases.tables import case_record
from server.catalogue.model import CaseMode
from server.core.records import Records
from server.core.step_chains import StepChain
from server.core.store import Tx
from server.joint_review.rules import (
    ENDED,
    MeetingMove,
    Opinion,
    PartKind,
    PartMove,
    PartState,
    PartStep,
)
from server.joint_review.tables import (
    joint_attendance,
    joint_late,
    joint_meeting,
    joint_meeting_step,
    joint_notice,
    joint_part,
    joint_service,
    joint_step,
)
from server.joint_review.week_counts import MeetingFact


@dataclass(frozen=True, slots=True)
class StoredPart:
    """Part of a case as stored."""

    id: str
    case: str
    kind: str
    unit: str
    lead: str
    body: str
    question: str
    state: str
    at: int


@dataclass(frozen=True, slots=True)
class StoredStep:
    """Step of a part as stored."""

    part: str
    n: int
    move: str
    state: str
    at: int
    day: str
    days: int
    opinion: str
    number: str
    words: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """Notice with the results of all parts of a case; `content` is JSON."""

    case: str
    id: str
    day: str
    at: int
    content: str
    digest: str


@dataclass(frozen=True, slots=True)
class StoredNoticeService:
    """Service (送达) of a notice: how, when, to whom, by whom."""

    case: str
    how: str
    day: str
    at: int
    to: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredMeeting:
    """Meeting or joint site visit as stored; `units` is a JSON list of codes."""

    id: str
    case: str
    kind: str
    day: str
    time: str
    place: str
    units: str
    state: str
    at: int


@dataclass(frozen=True, slots=True)
class StoredMeetingStep:
    """Step of a meeting as stored."""

    meeting: str
    n: int
    move: str
    state: str
    at: int
    day: str
    words: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredAttendance:
    """Attendance of a unit as one step states it; `present`: 1 or 0."""

    meeting: str
    n: int
    unit: str
    present: int
    reason: str


@dataclass(frozen=True, slots=True)
class StoredLate:
    """First crossing of a due day; `subject`: the part, or the case that was not sent up."""

    subject: str
    clock: str
    case: str
    unit: str
    due: str
    at: int


_parts = Records(StoredPart, joint_part)
_notices = Records(StoredNotice, joint_notice)
_services = Records(StoredNoticeService, joint_service)
_meetings = Records(StoredMeeting, joint_meeting)
_attendances = Records(StoredAttendance, joint_attendance)
_lates = Records(StoredLate, joint_late)
_cases = Records(StoredCase, case_record)
STEPS = StepChain(Records(StoredStep, joint_step), joint_step, joint_part, "part")
MEETING_STEPS = StepChain(
    Records(StoredMeetingStep, joint_meeting_step), joint_meeting_step, joint_meeting, "meeting"
)
_p, _s, _n, _m = joint_part.c, joint_step.c, joint_notice.c, joint_meeting.c
_a, _l, _c = joint_attendance.c, joint_late.c, case_record.c
OPEN_STATES = sorted({*PartState} - ENDED)
ACCEPTED = sorted({*RUNNING, CaseState.SUSPENDED})
MOST_LISTED = 500
MOST_ANSWERED = 100
"""Answered parts in a person's list."""


def stated(steps: Sequence[StoredStep]) -> list[PartStep]:
    """Return stored steps as the rules see them."""
    return [
        PartStep(
            PartMove(step.move),
            PartState(step.state),
            date.fromisoformat(step.day),
            step.days,
            Opinion(step.opinion) if step.opinion else None,
        )
        for step in steps
    ]


def part(conn: Connection, hall_id: str, part_id: str) -> StoredPart | None:
    """Return a part, or None."""
    return _parts.first(conn, _parts.select().where(_p.hall_id == hall_id, _p.id == part_id))


def parts_of(conn: Connection, hall_id: str, cases: Collection[str]) -> list[StoredPart]:
    """Return the parts of these cases, in the order in which they were sent."""
    query = _parts.select().where(_p.hall_id == hall_id, _p.case.in_(sorted(cases)))
    return _parts.all(conn, query.order_by(_p.case, _p.at, _p.unit, _p.id))


def open_parts(conn: Connection, hall_id: str, units: Collection[str] | None) -> list[StoredPart]:
    """Return the parts that have not ended, of accepted cases; `units`: of these alone."""
    query = _parts.select().where(
        _p.hall_id == hall_id,
        _p.state.in_(OPEN_STATES),
        exists().where(_c.hall_id == hall_id, _c.id == _p.case, _c.state.in_(ACCEPTED)),
    )
    if units is not None:
        query = query.where(_p.unit.in_(sorted(units)))
    return _parts.all(conn, query.order_by(_p.at, _p.id))


def ended_with_open_parts(conn: Connection, hall_id: str) -> list[str]:
    """Return the cases that have ended, or are decided, with parts that run."""
    is_accepted = exists().where(_c.hall_id == hall_id, _c.id == _p.case, _c.state.in_(ACCEPTED))
    query = select(_p.case).where(_p.hall_id == hall_id, _p.state.in_(OPEN_STATES), ~is_accepted)
    return sorted(set(conn.scalars(query)))


def answered_since(
    conn: Connection, hall_id: str, units: Collection[str], day: str
) -> list[StoredPart]:
    """Return the parts of these units that ended since an ISO day, newest first."""
    # An EXISTS for each part would search the steps by their day, again and again.
    last = _p.id.in_(select(_s.part).where(_s.hall_id == hall_id, _s.day >= day))
    query = _parts.select().where(
        _p.hall_id == hall_id,
        _p.kind == PartKind.OPINION.value,
        _p.unit.in_(sorted(units)),
        _p.state.in_(sorted(ENDED)),
        last,
    )
    return _parts.all(conn, query.order_by(_p.at.desc(), _p.id).limit(MOST_ANSWERED))


def of_week(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredPart]:
    """Return the parts that were open on, or had a step on, ISO days `first`..`last`.

    Those that ended later were open then, so they are among them.
    """
    of_hall = select(_s.part).where(_s.hall_id == hall_id)
    had_step = _p.id.in_(of_hall.where(_s.day >= first))
    began = _p.id.in_(of_hall.where(_s.n == 1, _s.day <= last))
    query = _parts.select().where(
        _p.hall_id == hall_id, began, _p.state.in_(OPEN_STATES) | had_step
    )
    return _parts.all(conn, query.order_by(_p.at, _p.id))


def every_part(conn: Connection, hall_id: str) -> list[StoredPart]:
    """Return every part in order."""
    query = _parts.select().where(_p.hall_id == hall_id)
    return _parts.all(conn, query.order_by(_p.at, _p.id))


def open_cases(conn: Connection, hall_id: str) -> list[StoredCase]:
    """Return the accepted cases that are handled jointly or sent up, or have any part."""
    has_part = exists().where(_p.hall_id == hall_id, _p.case == _c.id)
    modes = (CaseMode.JOINT.value, CaseMode.FORWARDED.value)
    query = _cases.select().where(
        _c.hall_id == hall_id, _c.state.in_(ACCEPTED), _c.mode.in_(modes) | has_part
    )
    return _cases.all(conn, query.order_by(_c.day, _c.serial).limit(MOST_LISTED))


def cases_of_week(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredCase]:
    """Return the cases whose parts and meetings the figures of ISO days are made of."""
    ids = {part.case for part in of_week(conn, hall_id, first, last)}
    ids |= {row.case for row in meetings_recorded(conn, hall_id, first, last)}
    query = _cases.select().where(_c.hall_id == hall_id, _c.id.in_(sorted(ids)))
    return _cases.all(conn, query.order_by(_c.day, _c.serial))


def unsent_cases(conn: Connection, hall_id: str) -> list[StoredCase]:
    """Return the accepted cases of mode FORWARDED that were not sent up."""
    has_part = exists().where(
        _p.hall_id == hall_id,
        _p.case == _c.id,
        _p.kind == PartKind.UPWARD.value,
        _p.state != PartState.RECALLED.value,
    )
    query = _cases.select().where(
        _c.hall_id == hall_id,
        _c.state.in_(ACCEPTED),
        _c.mode == CaseMode.FORWARDED.value,
        ~has_part,
    )
    return _cases.all(conn, query.order_by(_c.day, _c.serial))


def notices(conn: Connection, hall_id: str, cases: Collection[str]) -> dict[str, StoredNotice]:
    """Return the notices of these cases, by case."""
    query = _notices.select().where(_n.hall_id == hall_id, _n.case.in_(sorted(cases)))
    return {row.case: row for row in _notices.all(conn, query)}


def every_notice(conn: Connection, hall_id: str) -> list[StoredNotice]:
    """Return every notice."""
    query = _notices.select().where(_n.hall_id == hall_id)
    return _notices.all(conn, query.order_by(_n.at, _n.case))


def services(
    conn: Connection, hall_id: str, cases: Collection[str]
) -> dict[str, StoredNoticeService]:
    """Return how the notices of these cases were served, by case."""
    v = joint_service.c
    query = _services.select().where(v.hall_id == hall_id, v.case.in_(sorted(cases)))
    return {row.case: row for row in _services.all(conn, query)}


def meeting(conn: Connection, hall_id: str, meeting_id: str) -> StoredMeeting | None:
    """Return a meeting, or None."""
    query = _meetings.select().where(_m.hall_id == hall_id, _m.id == meeting_id)
    return _meetings.first(conn, query)


def meetings_of(conn: Connection, hall_id: str, cases: Collection[str]) -> list[StoredMeeting]:
    """Return the meetings of these cases, in the order of their days."""
    query = _meetings.select().where(_m.hall_id == hall_id, _m.case.in_(sorted(cases)))
    return _meetings.all(conn, query.order_by(_m.day, _m.time, _m.id))


def meetings_between(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredMeeting]:
    """Return the meetings of ISO days `first`..`last`."""
    query = _meetings.select().where(_m.hall_id == hall_id, _m.day >= first, _m.day <= last)
    return _meetings.all(conn, query.order_by(_m.day, _m.time, _m.id))


def meetings_recorded(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredMeeting]:
    """Return the meetings whose attendance was recorded on ISO days `first`..`last`."""
    m = joint_meeting_step.c
    recorded = exists().where(
        m.hall_id == hall_id,
        m.meeting == _m.id,
        m.move == MeetingMove.RECORD.value,
        m.day >= first,
        m.day <= last,
    )
    query = _meetings.select().where(_m.hall_id == hall_id, recorded)
    return _meetings.all(conn, query.order_by(_m.day, _m.time, _m.id))


def facts_of_meetings(
    conn: Connection, hall_id: str, meetings: Sequence[str]
) -> list[list[MeetingFact]]:
    """Return the steps of these meetings as the counts see them."""
    steps = MEETING_STEPS.of(conn, hall_id, meetings)
    attended = attendances(conn, hall_id, meetings)
    return [
        [
            MeetingFact(
                step.day,
                MeetingMove(step.move),
                tuple((a.unit, bool(a.present)) for a in attended[meeting] if a.n == step.n),
            )
            for step in steps[meeting]
        ]
        for meeting in meetings
    ]


def attendances(
    conn: Connection, hall_id: str, meetings: Iterable[str]
) -> dict[str, list[StoredAttendance]]:
    """Return every stated attendance of these meetings, by meeting, in order."""
    ids = sorted(meetings)
    query = _attendances.select().where(_a.hall_id == hall_id, _a.meeting.in_(ids))
    rows: dict[str, list[StoredAttendance]] = {meeting_id: [] for meeting_id in ids}
    for row in _attendances.all(conn, query.order_by(_a.meeting, _a.n, _a.unit)):
        rows[row.meeting].append(row)
    return rows


def late(conn: Connection, hall_id: str, subjects: Collection[str]) -> set[tuple[str, str]]:
    """Return subject and clock of the crossings of these subjects."""
    query = select(_l.subject, _l.clock).where(
        _l.hall_id == hall_id, _l.subject.in_(sorted(subjects))
    )
    return {(row[0], row[1]) for row in conn.execute(query)}


def every_late(conn: Connection, hall_id: str) -> list[StoredLate]:
    """Return every crossing."""
    query = _lates.select().where(_l.hall_id == hall_id)
    return _lates.all(conn, query.order_by(_l.at, _l.subject, _l.clock))


def add_part(tx: Tx, row: StoredPart) -> None:
    """Insert a part."""
    tx.conn.execute(insert(joint_part).values(hall_id=tx.hall_id, **asdict(row)))


def add_meeting(tx: Tx, row: StoredMeeting) -> None:
    """Insert a meeting."""
    tx.conn.execute(insert(joint_meeting).values(hall_id=tx.hall_id, **asdict(row)))


def add_attendance(tx: Tx, rows: Iterable[StoredAttendance]) -> None:
    """Insert the attendance that a step states."""
    values = [{"hall_id": tx.hall_id, **asdict(row)} for row in rows]
    tx.conn.execute(insert(joint_attendance), values)


def add_notice(tx: Tx, row: StoredNotice) -> None:
    """Insert a notice."""
    tx.conn.execute(insert(joint_notice).values(hall_id=tx.hall_id, **asdict(row)))


def add_service(tx: Tx, row: StoredNoticeService) -> None:
    """Insert how a notice was served."""
    tx.conn.execute(insert(joint_service).values(hall_id=tx.hall_id, **asdict(row)))


def add_late(tx: Tx, row: StoredLate) -> None:
    """Insert a crossing."""
    tx.conn.execute(insert(joint_late).values(hall_id=tx.hall_id, **asdict(row)))
