"""Acts on parts: units are asked, answer, send upward; a case is sent up or handed to others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from server.cases import actions as cases
from server.cases import queries as case_queries
from server.cases.clocks import PROMISES
from server.cases.due_texts import day_of
from server.cases.due_watches import DueWatches
from server.cases.events import CaseMoved
from server.cases.paper_kinds import ServedHow, ServedTo
from server.cases.queries import StoredCase
from server.cases.rules import RUNNING, CaseState
from server.catalogue.model import CaseMode, NetworkScope
from server.core.actors import SYSTEM, Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.workflow import Attempt, Workflow
from server.hall.context import Context, JsonDict, write_journal
from server.joint_review import access, lateness, notice, queries, workflow
from server.joint_review.access import JointCase
from server.joint_review.errors import JointCode
from server.joint_review.queries import StoredNoticeService, StoredPart, StoredStep
from server.joint_review.rules import (
    ENDED,
    Opinion,
    PartKind,
    PartMove,
    PartState,
    has_ended,
)
from server.joint_review.settings import JointSettings, bodies_of
from server.joint_review.workflow import ELSEWHERE_PART, OPINION_PART, UPWARD_PART

WORKFLOW_OF: dict[PartKind, Workflow[PartState, PartMove]] = {
    PartKind.OPINION: OPINION_PART,
    PartKind.UPWARD: UPWARD_PART,
    PartKind.ELSEWHERE: ELSEWHERE_PART,
}
ACCEPTED = RUNNING | {CaseState.SUSPENDED}
OPINIONS = (Opinion.AGREE, Opinion.DISAGREE)
LOCAL = (NetworkScope.UNSTATED, NetworkScope.HALL)


@dataclass(frozen=True, slots=True)
class PartOrder:
    """Part as it is sent: to which unit, with which question; `days` 0: by the setting."""

    unit: str
    question: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class PartWish:
    """Step of a part that a person wants to take."""

    move: PartMove
    opinion: Opinion | None = None
    words: str = ""
    body: str = ""
    number: str = ""


def _case(ctx: Context, tx: Tx, actor: Actor, case_id: str, mode: CaseMode | None) -> JointCase:
    """Return a case that is accepted and handled in this mode, if one is named, to its lead."""
    joint = access.joint_case(ctx, tx.conn, actor, case_id)
    if mode is not None and joint.row.mode != mode:
        raise HallError(JointCode.JOINT_MODE)
    if CaseState(joint.row.state) not in ACCEPTED:
        raise HallError(JointCode.JOINT_CASE)
    return joint


def send(
    ctx: Context,
    actor: Actor,
    key: str,
    case_id: str,
    orders: Sequence[PartOrder],
    words: str = "",
) -> list[str]:
    """Ask units for their opinion, all at once; return the ids of the parts.

    Raises JOINT_UNKNOWN, JOINT_MODE, JOINT_CASE, JOINT_LEAD, JOINT_ENDED, JOINT_UNITS, JOINT_LIMIT.
    """
    request: JsonDict = {
        "act": "joint.send",
        "case": case_id,
        "parts": [[order.unit, order.question, order.days] for order in orders],
        "words": words,
    }

    def act(tx: Tx) -> JsonDict:
        joint = _case(ctx, tx, actor, case_id, CaseMode.JOINT)
        attempt = _attempt(joint, actor, None, None, None)
        state = OPINION_PART.after(PartMove.SEND, attempt)
        if queries.notices(tx.conn, tx.hall_id, [case_id]):
            raise HallError(JointCode.JOINT_ENDED)
        _require_units(ctx, joint, orders)
        default = ctx.settings().of(JointSettings).joint_part_days
        dated = [replace(order, days=order.days or default) for order in orders]
        if not words:
            _require_in_promise(ctx, tx, joint.row, dated)
        return {
            "parts": [
                _add(
                    ctx,
                    tx,
                    actor,
                    joint.row,
                    _part(ctx, tx, joint.row, PartKind.OPINION, order.unit, order.question),
                    _step(state, PartWish(PartMove.SEND, words=words), order.days),
                )
                for order in dated
            ]
        }

    return list(ctx.command(actor, key, request, act)["parts"])


def _require_units(ctx: Context, joint: JointCase, orders: Sequence[PartOrder]) -> None:
    """Raise JOINT_UNITS unless each is another unit, named once, that is not answering yet."""
    running = {p.unit for p in joint.opinions if PartState(p.state) not in ENDED}
    units = [order.unit for order in orders]
    others = ctx.catalogue().unit_by.keys() - {joint.row.unit} - running
    if not units or len(set(units)) < len(units) or not set(units) <= others:
        raise HallError(JointCode.JOINT_UNITS)


def _require_in_promise(ctx: Context, tx: Tx, row: StoredCase, orders: Sequence[PartOrder]) -> None:
    """Raise JOINT_LIMIT if an answer would be due after the promised day of the case."""
    dues = case_queries.dues(tx.conn, tx.hall_id, [row.id])[row.id]
    promised = next((day_of(due.rule) for due in dues if due.clock in PROMISES), "")
    last = (
        ctx.workdays()
        .statutory()
        .after(ctx.local(tx.now).date(), max(order.days for order in orders))
    )
    if promised and last.isoformat() > promised:
        raise HallError(JointCode.JOINT_LIMIT, day=promised)


def send_up(ctx: Context, actor: Actor, key: str, case_id: str, body: str, words: str = "") -> str:
    """Send a case that is decided above to the superior body; return the part's id.

    Raises JOINT_UNKNOWN, JOINT_MODE, JOINT_CASE, JOINT_LEAD, JOINT_BODY, JOINT_STATE.
    """
    request: JsonDict = {"act": "joint.send_up", "case": case_id, "body": body, "words": words}

    def act(tx: Tx) -> JsonDict:
        joint = _case(ctx, tx, actor, case_id, CaseMode.FORWARDED)
        wish = PartWish(PartMove.SEND_UP, words=words, body=body)
        state = UPWARD_PART.after(PartMove.SEND_UP, _attempt(joint, actor, None, wish, None))
        if any(_stands(part, PartKind.UPWARD) for part in joint.parts):
            raise HallError(JointCode.JOINT_STATE, state=PartState.ABOVE.value)
        lateness.note_unsent(ctx, tx, joint.row)
        part = _part(ctx, tx, joint.row, PartKind.UPWARD, joint.row.unit, "", body)
        days = ctx.settings().of(JointSettings).upward_send_days
        return {"part": _add(ctx, tx, actor, joint.row, part, _step(state, wish, days))}

    return str(ctx.command(actor, key, request, act)["part"])


def hand_on(ctx: Context, actor: Actor, key: str, case_id: str, body: str, words: str = "") -> str:
    """Hand a case on to a body of another hall that decides it; return the part's id.

    Raises JOINT_UNKNOWN, JOINT_CASE, JOINT_LEAD, JOINT_SCOPE, JOINT_BODY, JOINT_STATE.
    """
    request: JsonDict = {"act": "joint.hand_on", "case": case_id, "body": body, "words": words}

    def act(tx: Tx) -> JsonDict:
        joint = _case(ctx, tx, actor, case_id, None)
        listed = body in bodies_of(ctx.settings().of(JointSettings).elsewhere_bodies)
        wish = PartWish(PartMove.SEND, words=words, body=body if listed else "")
        state = ELSEWHERE_PART.after(PartMove.SEND, _attempt(joint, actor, None, wish, None))
        if cases.item_of(ctx, joint.row).network_scope in LOCAL:
            raise HallError(JointCode.JOINT_SCOPE)
        if any(_stands(part, PartKind.ELSEWHERE) for part in joint.parts):
            raise HallError(JointCode.JOINT_STATE, state=PartState.SENT.value)
        part = _part(ctx, tx, joint.row, PartKind.ELSEWHERE, joint.row.unit, "", body)
        return {"part": _add(ctx, tx, actor, joint.row, part, _step(state, wish))}

    return str(ctx.command(actor, key, request, act)["part"])


def _stands(part: StoredPart, kind: PartKind) -> bool:
    """Return True for a part of this kind that was not recalled."""
    return part.kind == kind and part.state != PartState.RECALLED


def move(ctx: Context, actor: Actor, key: str, part_id: str, wish: PartWish) -> None:
    """Take a step of a part; the last part to end makes the one notice.

    Raises JOINT_UNKNOWN, JOINT_CASE and the codes of the workflows.
    """
    request: JsonDict = {
        "act": f"joint.{wish.move}",
        "part": part_id,
        "opinion": wish.opinion,
        "words": wish.words,
        "body": wish.body,
        "number": wish.number,
    }

    def act(tx: Tx) -> JsonDict:
        part = queries.part(tx.conn, tx.hall_id, part_id)
        if part is None:
            raise HallError(JointCode.JOINT_UNKNOWN)
        joint = _case(ctx, tx, actor, part.case, None)
        steps = queries.STEPS.of(tx.conn, tx.hall_id, [p.id for p in joint.parts])
        whole_ended = part.case in queries.notices(tx.conn, tx.hall_id, [part.case])
        attempt = _attempt(joint, actor, part, wish, whole_ended)
        table = WORKFLOW_OF[PartKind(part.kind)]
        if all(each.move is not wish.move for each in table.rows):
            raise HallError(JointCode.JOINT_STATE, state=part.state)
        is_answer = wish.move is PartMove.ANSWER
        goes_up = is_answer and wish.opinion is Opinion.UPWARD
        target = (PartState.OWED if goes_up else PartState.ANSWERED) if is_answer else None
        state = table.after(wish.move, attempt, target)
        lateness.note_part(ctx, tx, joint.row, part, steps[part_id])
        days = _days(ctx, wish.move, goes_up=goes_up)
        own = steps[part_id]
        step = _step(state, wish, days, len(own) + 1)
        body = wish.body if wish.move is PartMove.SEND_UP else part.body
        _add_step(ctx, tx, actor, joint.row, replace(part, body=body), step)
        _end_whole(ctx, tx, actor, joint.row)
        return {}

    ctx.command(actor, key, request, act)


def serve(
    ctx: Context,
    actor: Actor,
    key: str,
    case_id: str,
    how: ServedHow,
    to: ServedTo,
    day: date | None,
) -> None:
    """Record the service of a case's notice; `day` None: today.

    Raises JOINT_UNKNOWN, JOINT_LEAD, JOINT_SERVED, INVALID.
    """
    request: JsonDict = {
        "act": "joint.serve",
        "case": case_id,
        "how": how.value,
        "to": to.value,
        "day": day.isoformat() if day else "",
    }

    def act(tx: Tx) -> JsonDict:
        joint = access.joint_case(ctx, tx.conn, actor, case_id)
        row = queries.notices(tx.conn, tx.hall_id, [case_id]).get(case_id)
        if row is None:
            raise HallError(JointCode.JOINT_UNKNOWN)
        if not joint.is_lead:
            raise HallError(JointCode.JOINT_LEAD)
        if queries.services(tx.conn, tx.hall_id, [case_id]):
            raise HallError(JointCode.JOINT_SERVED)
        today = ctx.local(tx.now).date()
        served = day or today
        if not date.fromisoformat(row.day) <= served <= today:
            raise HallError(CommonCode.INVALID, field="day")
        service = StoredNoticeService(
            case_id, how.value, served.isoformat(), tx.now, to.value, actor.key
        )
        queries.add_service(tx, service)
        data: JsonDict = {"paper": row.id, "how": how.value, "to": to.value, "day": service.day}
        write_journal(tx, actor, "joint.serve", case_id, data=data)
        tx.events.append(CaseMoved(joint.row.id, joint.row.unit, joint.row.state))
        return {}

    ctx.command(actor, key, request, act)


def drop_within(ctx: Context, tx: Tx, case_id: str) -> int:
    """End the running parts of a case that has ended, in the running action; return their number.

    A step of the case calls it once its facts are stored.
    """
    row = case_queries.get(tx.conn, tx.hall_id, case_id)
    if row is None or CaseState(row.state) in ACCEPTED:
        return 0
    parts = [
        part
        for part in queries.parts_of(tx.conn, tx.hall_id, [case_id])
        if PartState(part.state) not in ENDED
    ]
    steps = queries.STEPS.of(tx.conn, tx.hall_id, [part.id for part in parts])
    for part in parts:
        own = steps[part.id]
        lateness.note_part(ctx, tx, row, part, own)
        attempt = Attempt(PartState(part.state), holds=lambda role: role == workflow.HALL)
        state = WORKFLOW_OF[PartKind(part.kind)].after(PartMove.DROP, attempt)
        step = _step(state, PartWish(PartMove.DROP), 0, len(own) + 1)
        _add_step(ctx, tx, SYSTEM, row, part, step)
    return len(parts)


def drop_all(ctx: Context) -> int:
    """End the running parts of all cases that have ended; a job calls it again and again."""
    cases_ = ctx.read(lambda c: queries.ended_with_open_parts(c, ctx.hall_id))
    return sum(ctx.write(partial(_drop, ctx, case_id)) for case_id in cases_)


def _drop(ctx: Context, case_id: str, tx: Tx) -> int:
    return drop_within(ctx, tx, case_id)


def watch(ctx: Context) -> None:
    """End the parts of a case within the step that ends it."""
    DueWatches.of(ctx).add(partial(_watched, ctx))


def _watched(ctx: Context, tx: Tx, case_id: str) -> None:
    drop_within(ctx, tx, case_id)


def _days(ctx: Context, move: PartMove, *, goes_up: bool) -> int:
    """Return the working days within which the next step is due, as they are in force now."""
    settings = ctx.settings().of(JointSettings)
    if goes_up:
        return settings.upward_send_days
    return settings.upward_pass_days if move is PartMove.HEAR else 0


def attempt_to_show(
    joint: JointCase, actor: Actor, part: StoredPart, *, whole_ended: bool
) -> Attempt[PartState]:
    """Return an attempt that brings whatever a step of a part needs, to show which are allowed."""
    return _attempt(joint, actor, part, None, whole_ended)


def _attempt(
    joint: JointCase,
    actor: Actor,
    part: StoredPart | None,
    wish: PartWish | None,
    whole_ended: bool | None,
) -> Attempt[PartState]:
    given = [workflow.OPEN] if not whole_ended else []
    if wish is None or wish.words:
        given += [workflow.WORDS, workflow.REASON]
    elif wish.opinion in (Opinion.AGREE, Opinion.UPWARD):
        given += [workflow.REASON]
    given += [workflow.OPINION] if wish is None or wish.opinion is not None else []
    given += [workflow.ANSWER] if wish is None or wish.opinion in OPINIONS else []
    given += [workflow.BODY] if wish is None or wish.body else []
    given += [workflow.NUMBER] if wish is None or wish.number else []
    return Attempt(
        state=PartState(part.state) if part is not None else None,
        person=actor.name,
        holds=lambda role: access.holds(joint, actor, role, part.unit if part else ""),
        given=given,
    )


def _part(
    ctx: Context,
    tx: Tx,
    row: StoredCase,
    kind: PartKind,
    unit: str,
    question: str,
    body: str = "",
) -> StoredPart:
    part_id = f"P{ctx.tokens.token(9)}"
    return StoredPart(part_id, row.id, kind.value, unit, row.unit, body, question, "", tx.now)


@dataclass(frozen=True, slots=True)
class _Step:
    n: int
    state: PartState
    wish: PartWish
    days: int


def _step(state: PartState, wish: PartWish, days: int = 0, n: int = 1) -> _Step:
    return _Step(n, state, wish, days)


def _add(ctx: Context, tx: Tx, actor: Actor, row: StoredCase, part: StoredPart, step: _Step) -> str:
    """Store a part with its first step in the running action; return its id."""
    queries.add_part(tx, replace(part, state=step.state.value))
    _add_step(ctx, tx, actor, row, part, step)
    return part.id


def _add_step(
    ctx: Context, tx: Tx, actor: Actor, row: StoredCase, part: StoredPart, step: _Step
) -> None:
    wish = step.wish
    stored = StoredStep(
        part=part.id,
        n=step.n,
        move=wish.move.value,
        state=step.state.value,
        at=tx.now,
        day=ctx.local(tx.now).date().isoformat(),
        days=step.days,
        opinion=wish.opinion.value if wish.opinion else "",
        number=wish.number,
        words=wish.words,
        by_actor=actor.key,
    )
    queries.STEPS.add(tx, stored, body=part.body)
    # Words stay out of the journal: they may name people.
    data: JsonDict = {
        "n": step.n,
        "case": row.id,
        "kind": part.kind,
        "unit": part.unit,
        "state": stored.state,
        "day": stored.day,
        "days": stored.days,
        "opinion": stored.opinion,
    }
    write_journal(tx, actor, f"joint.{wish.move}", part.id, data=data)
    tx.events.append(CaseMoved(row.id, row.unit, row.state))


def _end_whole(ctx: Context, tx: Tx, actor: Actor, row: StoredCase) -> None:
    """Make the one notice if the step ended the last part of the whole."""
    parts = [
        part
        for part in queries.parts_of(tx.conn, tx.hall_id, [row.id])
        if part.kind == PartKind.OPINION
    ]
    if queries.notices(tx.conn, tx.hall_id, [row.id]):
        return
    if not has_ended(PartState(part.state) for part in parts):
        return
    steps = queries.STEPS.of(tx.conn, tx.hall_id, [part.id for part in parts])
    written = notice.write(ctx, tx, row, parts, steps)
    data: JsonDict = {"paper": written.id, "digest": written.digest, "parts": len(parts)}
    write_journal(tx, actor, "joint.end", row.id, data=data)
