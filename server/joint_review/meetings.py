"""Acts on meetings and joint site visits: called, attended, corrected by two people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.cases.events import CaseMoved
from server.cases.rules import CaseState
from server.catalogue.model import CaseMode
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.joint_review import access, queries, workflow
from server.joint_review.access import JointCase
from server.joint_review.actions import ACCEPTED
from server.joint_review.errors import JointCode
from server.joint_review.queries import StoredAttendance, StoredMeeting, StoredMeetingStep
from server.joint_review.rules import MeetingKind, MeetingMove, MeetingState
from server.joint_review.workflow import MEETING

STATING = frozenset({MeetingMove.RECORD, MeetingMove.CORRECT, MeetingMove.REQUEST})
"""Moves that state an attendance."""


@dataclass(frozen=True, slots=True)
class MeetingOrder:
    """Meeting as it is called."""

    kind: MeetingKind
    day: date
    time: str
    place: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitPresence:
    """Attendance of one unit; `reason`: of an absence, may be empty."""

    unit: str
    present: bool
    reason: str = ""


def call(ctx: Context, actor: Actor, key: str, case_id: str, order: MeetingOrder) -> str:
    """Call a meeting or joint site visit; return its id.

    Raises JOINT_UNKNOWN, JOINT_MODE, JOINT_CASE, JOINT_LEAD, JOINT_UNITS, MEETING_DAY.
    """
    request: JsonDict = {
        "act": "meeting.call",
        "case": case_id,
        "kind": order.kind.value,
        "day": order.day.isoformat(),
        "time": order.time,
        "place": order.place,
        "units": list(order.units),
    }

    def act(tx: Tx) -> JsonDict:
        joint = access.joint_case(ctx, tx.conn, actor, case_id)
        if joint.row.mode != CaseMode.JOINT:
            raise HallError(JointCode.JOINT_MODE)
        if CaseState(joint.row.state) not in ACCEPTED:
            raise HallError(JointCode.JOINT_CASE)
        fits = order.day >= ctx.local(tx.now).date()
        attempt: Attempt[MeetingState] = Attempt(
            None,
            actor.name,
            lambda role: access.holds(joint, actor, role),
            given=[workflow.DAY_FITS] if fits else [],
        )
        state = MEETING.after(MeetingMove.CALL, attempt)
        units, others = set(order.units), ctx.catalogue().unit_by.keys() - {joint.row.unit}
        if len(units) < max(1, len(order.units)) or not units <= others:
            raise HallError(JointCode.JOINT_UNITS)
        row = StoredMeeting(
            id=f"H{ctx.tokens.token(9)}",
            case=case_id,
            kind=order.kind.value,
            day=order.day.isoformat(),
            time=order.time,
            place=order.place,
            units=json.dumps(list(order.units)),
            state=state.value,
            at=tx.now,
        )
        queries.add_meeting(tx, row)
        _add(ctx, tx, actor, joint, row, _Step(1, MeetingMove.CALL, state))
        return {"meeting": row.id}

    return str(ctx.command(actor, key, request, act)["meeting"])


def move(
    ctx: Context,
    actor: Actor,
    key: str,
    meeting_id: str,
    step: MeetingMove,
    attendance: Sequence[UnitPresence] = (),
    words: str = "",
) -> None:
    """Take a step of a meeting. Raises JOINT_UNKNOWN and the codes of the workflow."""
    request: JsonDict = {
        "act": f"meeting.{step}",
        "meeting": meeting_id,
        "attendance": [[each.unit, each.present, each.reason] for each in attendance],
        "words": words,
    }

    def act(tx: Tx) -> JsonDict:
        row = queries.meeting(tx.conn, tx.hall_id, meeting_id)
        if row is None:
            raise HallError(JointCode.JOINT_UNKNOWN)
        joint = access.joint_case(ctx, tx.conn, actor, row.case)
        steps = queries.MEETING_STEPS.of(tx.conn, tx.hall_id, [meeting_id])[meeting_id]
        today = ctx.local(tx.now).date().isoformat()
        given = _given(row, today, words)
        units: list[str] = json.loads(row.units)
        if sorted(each.unit for each in attendance) == sorted(units):
            given.append(workflow.ATTENDANCE)
        attempt = attempt_of(joint, actor, row, steps, given)
        state = MEETING.after(step, attempt)
        stated = attendance if step in STATING else ()
        taken_step = _Step(len(steps) + 1, step, state, words, tuple(stated))
        _add(ctx, tx, actor, joint, row, taken_step)
        return {}

    ctx.command(actor, key, request, act)


def _given(row: StoredMeeting, today: str, words: str) -> list[str]:
    given = [workflow.WORDS] if words else []
    given += [workflow.DAY_FITS] if today >= row.day else []
    given += [workflow.ON_ITS_DAY] if today == row.day else []
    return given


def attempt_to_show(
    joint: JointCase,
    actor: Actor,
    row: StoredMeeting,
    steps: Sequence[StoredMeetingStep],
    today: str,
) -> Attempt[MeetingState]:
    """Return an attempt that brings whatever a step needs, to show which are allowed."""
    given = [*_given(row, today, "words"), workflow.ATTENDANCE]
    return attempt_of(joint, actor, row, steps, given)


def attempt_of(
    joint: JointCase,
    actor: Actor,
    row: StoredMeeting,
    steps: Sequence[StoredMeetingStep],
    given: Sequence[str],
) -> Attempt[MeetingState]:
    """Return a step of a meeting as the actor attempts it."""
    correctors = [
        step.by_actor.partition(":")[2] for step in steps if step.move == MeetingMove.REQUEST
    ]
    return Attempt(
        state=MeetingState(row.state),
        person=actor.name,
        holds=lambda role: access.holds(joint, actor, role),
        earlier={workflow.CORRECTOR: correctors[-1:]},
        given=given,
    )


def standing(
    steps: Sequence[StoredMeetingStep], rows: Sequence[StoredAttendance]
) -> list[StoredAttendance]:
    """Return the attendance that stands: the last one that was recorded, corrected or confirmed."""
    n = 0
    requested = 0
    for step in steps:
        match MeetingMove(step.move):
            case MeetingMove.RECORD | MeetingMove.CORRECT:
                n = step.n
            case MeetingMove.REQUEST:
                requested = step.n
            case MeetingMove.CONFIRM:
                n = requested
            case _:
                pass
    return [row for row in rows if row.n == n]


@dataclass(frozen=True, slots=True)
class _Step:
    n: int
    move: MeetingMove
    state: MeetingState
    words: str = ""
    attendance: tuple[UnitPresence, ...] = ()


def _add(
    ctx: Context, tx: Tx, actor: Actor, joint: JointCase, row: StoredMeeting, step: _Step
) -> None:
    day = ctx.local(tx.now).date().isoformat()
    stored = StoredMeetingStep(
        row.id, step.n, step.move.value, step.state.value, tx.now, day, step.words, actor.key
    )
    queries.MEETING_STEPS.add(tx, stored)
    if step.attendance:
        queries.add_attendance(
            tx,
            [
                StoredAttendance(row.id, step.n, each.unit, int(each.present), each.reason)
                for each in step.attendance
            ],
        )
    data: JsonDict = {
        "n": step.n,
        "case": row.case,
        "kind": row.kind,
        "day": row.day,
        "on": day,
        "state": stored.state,
        "absent": sorted(each.unit for each in step.attendance if not each.present),
        "present": sorted(each.unit for each in step.attendance if each.present),
    }
    write_journal(tx, actor, f"meeting.{step.move}", row.id, data=data)
    tx.events.append(CaseMoved(joint.row.id, joint.row.unit, joint.row.state))
