"""Messages of joint review, as each person may see it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from server.cases import access as case_access
from server.cases import actions as cases
from server.cases import queries as case_queries
from server.cases.clocks import PROMISES, CaseClocks
from server.cases.due_texts import day_of
from server.cases.due_views import days_left
from server.cases.paper_kinds import ServedHow, ServedTo
from server.cases.rules import CaseState
from server.cases.views import name_of
from server.catalogue.model import CaseMode
from server.core.actors import STAFF_KINDS, Actor
from server.core.weeks import Week
from server.core.workflow import Attempt
from server.hall.context import Context
from server.joint_review import access, actions, lateness, meetings, queries
from server.joint_review.access import JointCase
from server.joint_review.messages import (
    AskedPart,
    AttendanceView,
    CellView,
    JointNoticeView,
    JointView,
    JointWall,
    MeetingStepView,
    MeetingView,
    MyParts,
    PartDueView,
    PartStepView,
    PartView,
    UnitName,
    WallRow,
    WallTotals,
)
from server.joint_review.queries import (
    StoredAttendance,
    StoredMeeting,
    StoredMeetingStep,
    StoredNotice,
    StoredPart,
    StoredStep,
)
from server.joint_review.rules import (
    ENDED,
    MeetingKind,
    MeetingMove,
    MeetingState,
    Opinion,
    PartClock,
    PartDue,
    PartKind,
    PartMove,
    PartState,
    result_of,
    shows_opinions,
)
from server.joint_review.settings import JointSettings, bodies_of
from server.joint_review.workflow import MEETING
from server.supervision import lamps
from server.supervision.rules import LampLevel, LampRule

RECENT_DAYS = 30
"""Days for which answered parts stay in one's list."""
_STAFF = frozenset(kind.value for kind in STAFF_KINDS)
_NO_DAY = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Reader:
    """Working days, thresholds and names by which parts are shown now."""

    ctx: Context
    names: Mapping[str, str]
    clocks: CaseClocks
    rule: LampRule

    @classmethod
    def of(cls, ctx: Context) -> Reader:
        """Return the reader of a hall."""
        clocks = cases.clocks(ctx)
        names = {unit.code: unit.name for unit in ctx.catalogue().units}
        return cls(ctx, names, clocks, lamps.rule_of(ctx, clocks))

    def name(self, unit: str) -> str:
        """Return the name of a unit; the code of one that left."""
        return self.names.get(unit, unit)

    def due(self, due: PartDue | None) -> PartDueView | None:
        """Return what is due of a part, with its colour now."""
        if due is None:
            return None
        day = due.day.isoformat()
        lamp = self.rule.colour(day, self.ctx.local())
        left = days_left(self.clocks, day)
        return PartDueView(clock=due.clock, day=day, days_left=left or 0, lamp=lamp)

    def person(self, actor_key: str) -> tuple[str, str]:
        """Return the staff number and name of whoever took a step; empty for the hall itself."""
        kind, _, by = actor_key.partition(":")
        return (by, name_of(self.ctx.catalogue(), by)) if kind in _STAFF else ("", "")


def joint(ctx: Context, conn: Connection, actor: Actor, case_id: str) -> JointView:
    """Return the joint review of a case. Raises JOINT_UNKNOWN."""
    case = access.joint_case(ctx, conn, actor, case_id)
    return _joint(ctx, conn, actor, case)


def _joint(ctx: Context, conn: Connection, actor: Actor, case: JointCase) -> JointView:
    row, reader = case.row, Reader.of(ctx)
    notice = queries.notices(conn, ctx.hall_id, [row.id]).get(row.id)
    steps = queries.STEPS.of(conn, ctx.hall_id, [part.id for part in case.parts])
    late = queries.late(conn, ctx.hall_id, [part.id for part in case.parts])
    settings = ctx.settings().of(JointSettings)
    is_accepted = CaseState(row.state) in actions.ACCEPTED
    leads = case.is_lead and is_accepted
    standing = {part.kind for part in case.parts if part.state != PartState.RECALLED}
    is_unsent = row.mode == CaseMode.FORWARDED and PartKind.UPWARD not in standing and is_accepted
    bodies = bodies_of(settings.elsewhere_bodies)
    local = cases.item_of(ctx, row).network_scope in actions.LOCAL
    units = [unit for unit in ctx.catalogue().units if unit.code != row.unit]
    return JointView(
        case=row.id,
        number=row.number,
        item_name=cases.item_of(ctx, row).name,
        mode=CaseMode(row.mode),
        unit_name=reader.name(row.unit),
        today=ctx.day(),
        promised=promised(conn, ctx.hall_id, [row.id])[row.id],
        is_lead=case.is_lead,
        parts=[
            _part(reader, actor, case, part, steps[part.id], late, ended=notice is not None)
            for part in case.parts
            if _sees(case, actor, part)
        ],
        meetings=_meetings(reader, conn, actor, case),
        notice=_notice(conn, ctx.hall_id, case, notice) if notice else None,
        send_up_due=reader.due(lateness.unsent_due(ctx, conn, row)) if is_unsent else None,
        can_send=leads and row.mode == CaseMode.JOINT and notice is None,
        can_call=(case.is_lead or actor.manages) and is_accepted and row.mode == CaseMode.JOINT,
        can_send_up=leads and is_unsent,
        can_hand_on=leads and not local and PartKind.ELSEWHERE not in standing and bool(bodies),
        default_days=settings.joint_part_days,
        units=[UnitName(code=unit.code, name=unit.name) for unit in units],
        bodies=bodies,
    )


def _notice(conn: Connection, hall_id: str, case: JointCase, row: StoredNotice) -> JointNoticeView:
    served = queries.services(conn, hall_id, [row.case]).get(row.case)
    return JointNoticeView(
        id=row.id,
        day=row.day,
        served_how=ServedHow(served.how) if served else None,
        served_to=ServedTo(served.to) if served else None,
        served_day=served.day if served else "",
        can_serve=case.is_lead and served is None,
    )


def _sees(case: JointCase, actor: Actor, part: StoredPart) -> bool:
    """Return True if a part is somebody's at all: units that are asked see each other's parts."""
    return part.kind == PartKind.OPINION or case.is_lead or actor.manages


def promised(conn: Connection, hall_id: str, ids: Sequence[str]) -> dict[str, str]:
    """Return the promised ISO days of cases; empty while a clock stands still."""
    dues = case_queries.dues(conn, hall_id, ids)
    return {
        case: next((day_of(due.rule) for due in rows if due.clock in PROMISES), "")
        for case, rows in dues.items()
    }


def _part(
    reader: Reader,
    actor: Actor,
    case: JointCase,
    part: StoredPart,
    steps: Sequence[StoredStep],
    late: Collection[tuple[str, str]],
    *,
    ended: bool,
) -> PartView:
    own = part.unit in case.own_units
    shown = own or shows_opinions(
        case.states(case.own()), is_lead=case.is_lead or actor.manages, ended=ended
    )
    is_open = CaseState(case.row.state) in actions.ACCEPTED
    attempt = actions.attempt_to_show(case, actor, part, whole_ended=ended)
    table = actions.WORKFLOW_OF[PartKind(part.kind)]
    stated = queries.stated(steps)
    due = lateness.part_due(reader.ctx, steps) if is_open else None
    # That an answer goes upward says that the unit agrees.
    clocks = list(PartClock) if shown else [PartClock.ANSWER]
    if due is not None and due.clock not in clocks:
        due = None
    return PartView(
        id=part.id,
        kind=PartKind(part.kind),
        unit=part.unit,
        unit_name=reader.name(part.unit),
        body=part.body if shown else "",
        question=part.question,
        state=_state_shown(PartState(part.state), shown=shown),
        hidden=not shown,
        opinion=result_of(stated) if shown else None,
        due=reader.due(due),
        late=[clock for clock in clocks if (part.id, clock.value) in late],
        steps=[_step(reader, step) for step in steps] if shown else [],
        moves=[
            move
            for move in PartMove
            if is_open
            and table.row(move, PartState(part.state)) is not None
            and table.allows(move, attempt)
        ],
    )


def _state_shown(state: PartState, *, shown: bool) -> PartState:
    """Return the state as it is shown to whoever may not see the opinion yet."""
    if shown or state not in (PartState.OWED, PartState.ABOVE, PartState.BACK, PartState.PASSED):
        return state
    return PartState.ANSWERED


def _step(reader: Reader, step: StoredStep) -> PartStepView:
    by, by_name = reader.person(step.by_actor)
    return PartStepView(
        n=step.n,
        move=PartMove(step.move),
        state=PartState(step.state),
        at=step.at,
        day=step.day,
        days=step.days,
        opinion=Opinion(step.opinion) if step.opinion else None,
        number=step.number,
        words=step.words,
        by=by,
        by_name=by_name,
    )


def _meetings(reader: Reader, conn: Connection, actor: Actor, case: JointCase) -> list[MeetingView]:
    hall_id = reader.ctx.hall_id
    rows = queries.meetings_of(conn, hall_id, [case.row.id])
    ids = [row.id for row in rows]
    steps = queries.MEETING_STEPS.of(conn, hall_id, ids)
    attended = queries.attendances(conn, hall_id, ids)
    return [_meeting(reader, actor, case, m, steps[m.id], attended[m.id]) for m in rows]


def _meeting(
    reader: Reader,
    actor: Actor,
    case: JointCase,
    row: StoredMeeting,
    steps: Sequence[StoredMeetingStep],
    attended: Sequence[StoredAttendance],
) -> MeetingView:
    standing = meetings.standing(steps, attended)
    stated = {each.unit: each for each in standing}
    is_correcting = row.state == MeetingState.CORRECTING
    last = max((each.n for each in attended), default=0)
    waiting = [each for each in attended if is_correcting and each.n == last]
    today = reader.ctx.day()
    attempt = meetings.attempt_to_show(case, actor, row, steps, today)
    views = []
    for step in steps:
        by, by_name = reader.person(step.by_actor)
        views.append(
            MeetingStepView(
                n=step.n,
                move=MeetingMove(step.move),
                at=step.at,
                words=step.words,
                by=by,
                by_name=by_name,
            )
        )
    return MeetingView(
        id=row.id,
        kind=MeetingKind(row.kind),
        day=row.day,
        time=row.time,
        place=row.place,
        state=MeetingState(row.state),
        units=[
            _attendance(reader, stated.get(unit) or StoredAttendance(row.id, 0, unit, 0, ""))
            for unit in json.loads(row.units)
        ],
        recorded=bool(standing),
        correction=[_attendance(reader, each) for each in waiting],
        steps=views,
        moves=_meeting_moves(MeetingState(row.state), attempt),
    )


def _meeting_moves(state: MeetingState, attempt: Attempt[MeetingState]) -> list[MeetingMove]:
    """Return the steps that may follow; who may correct at once need not request it."""
    moves = [
        move
        for move in MeetingMove
        if MEETING.row(move, state) is not None and MEETING.allows(move, attempt)
    ]
    if MeetingMove.CORRECT in moves:
        moves.remove(MeetingMove.REQUEST)
    return moves


def _attendance(reader: Reader, row: StoredAttendance) -> AttendanceView:
    return AttendanceView(
        unit=row.unit,
        unit_name=reader.name(row.unit),
        present=bool(row.present),
        reason=row.reason,
    )


def absences(conn: Connection, hall_id: str, cases_: Sequence[str]) -> dict[str, list[str]]:
    """Return the units that were absent from a meeting, by case, each once."""
    rows = queries.meetings_of(conn, hall_id, cases_)
    ids = [row.id for row in rows]
    steps = queries.MEETING_STEPS.of(conn, hall_id, ids)
    attended = queries.attendances(conn, hall_id, ids)
    absent: dict[str, list[str]] = {case: [] for case in cases_}
    for row in rows:
        for each in meetings.standing(steps[row.id], attended[row.id]):
            if not each.present and each.unit not in absent[row.case]:
                absent[row.case].append(each.unit)
    return absent


def wall(ctx: Context, conn: Connection, week: Week | None = None) -> JointWall:
    """Return the open joint cases, or those of a week's figures, late ones first."""
    reader, hall_id = Reader.of(ctx), ctx.hall_id
    if week is None:
        rows = queries.open_cases(conn, hall_id)
    else:
        span = week.first.isoformat(), week.last.isoformat()
        rows = queries.cases_of_week(conn, hall_id, *span)
    ids = [row.id for row in rows]
    parts: dict[str, list[StoredPart]] = {case: [] for case in ids}
    for part in queries.parts_of(conn, hall_id, ids):
        parts[part.case].append(part)
    steps = queries.STEPS.of(conn, hall_id, [p.id for own in parts.values() for p in own])
    notices = queries.notices(conn, hall_id, ids)
    days, absent = promised(conn, hall_id, ids), absences(conn, hall_id, ids)
    called: dict[str, int] = dict.fromkeys(ids, 0)
    for meeting in queries.meetings_of(conn, hall_id, ids):
        called[meeting.case] += meeting.state != MeetingState.CANCELLED
    result = []
    for row in rows:
        has_upward = any(
            part.kind == PartKind.UPWARD and part.state != PartState.RECALLED
            for part in parts[row.id]
        )
        is_unsent = row.mode == CaseMode.FORWARDED and not has_upward
        result.append(
            WallRow(
                case=row.id,
                number=row.number,
                item_name=cases.item_of(ctx, row).name,
                unit=row.unit,
                unit_name=reader.name(row.unit),
                mode=CaseMode(row.mode),
                state=CaseState(row.state),
                day=row.day,
                promised=days[row.id],
                cells=[_cell(reader, part, steps[part.id]) for part in parts[row.id]],
                send_up_due=reader.due(lateness.unsent_due(ctx, conn, row)) if is_unsent else None,
                notice=notices[row.id].id if row.id in notices else "",
                meetings=called[row.id],
                absent=[reader.name(unit) for unit in absent[row.id]],
            )
        )
    result.sort(key=_first_due)
    return JointWall(today=ctx.day(), totals=_totals(result), rows=result)


def _cell(reader: Reader, part: StoredPart, steps: Sequence[StoredStep]) -> CellView:
    return CellView(
        part=part.id,
        kind=PartKind(part.kind),
        unit=part.unit,
        unit_name=reader.name(part.unit),
        body=part.body,
        state=PartState(part.state),
        opinion=result_of(queries.stated(steps)),
        due=reader.due(lateness.part_due(reader.ctx, steps)),
    )


def _dues(row: WallRow) -> list[PartDueView]:
    dues = [cell.due for cell in row.cells if cell.due is not None]
    return dues + ([row.send_up_due] if row.send_up_due is not None else [])


def _first_due(row: WallRow) -> tuple[str, str, str]:
    days = [due.day for due in _dues(row)]
    return min(days, default=_NO_DAY), row.promised or _NO_DAY, row.number


def _totals(rows: Sequence[WallRow]) -> WallTotals:
    dues = [due for row in rows for due in _dues(row)]
    return WallTotals(
        cases=len(rows),
        parts=sum(cell.state not in ENDED for row in rows for cell in row.cells),
        yellow=sum(due.lamp is LampLevel.YELLOW for due in dues),
        red=sum(due.lamp is LampLevel.RED for due in dues),
        absent=sum(len(row.absent) for row in rows),
    )


def mine(ctx: Context, conn: Connection, actor: Actor) -> MyParts:
    """Return the parts of a person's units: those that wait, and those answered lately."""
    posts = case_queries.posts(conn, ctx.hall_id)
    units = case_access.units_of(ctx.catalogue(), posts, actor.name)
    since = (ctx.local().date() - timedelta(days=RECENT_DAYS)).isoformat()
    opened = [
        part
        for part in queries.open_parts(conn, ctx.hall_id, units)
        if part.kind == PartKind.OPINION
    ]
    answered = queries.answered_since(conn, ctx.hall_id, units, since)
    parts = _asked(ctx, conn, actor, [*opened, *answered])
    waiting = parts[: len(opened)]
    waiting.sort(key=lambda each: each.part.due.day if each.part.due else _NO_DAY)
    return MyParts(today=ctx.day(), waiting=waiting, answered=parts[len(opened) :])


def _asked(
    ctx: Context, conn: Connection, actor: Actor, parts: Sequence[StoredPart]
) -> list[AskedPart]:
    """Return parts of the person's units, each with its case, in the same order."""
    reader, hall_id = Reader.of(ctx), ctx.hall_id
    rows = case_queries.among(conn, hall_id, sorted({part.case for part in parts}))
    by_id = {case.row.id: case for case in access.joint_cases(ctx, conn, actor, rows)}
    ids = [part.id for part in parts]
    steps, late = queries.STEPS.of(conn, hall_id, ids), queries.late(conn, hall_id, ids)
    notices = queries.notices(conn, hall_id, list(by_id))
    result = []
    for part in parts:
        case = by_id[part.case]
        row, ended = case.row, part.case in notices
        result.append(
            AskedPart(
                case=row.id,
                number=row.number,
                item_name=cases.item_of(ctx, row).name,
                lead_name=reader.name(row.unit),
                part=_part(reader, actor, case, part, steps[part.id], late, ended=ended),
            )
        )
    return result
