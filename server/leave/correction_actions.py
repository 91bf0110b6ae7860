"""Corrections: request one for a slot of a day, decide as the second person, withdraw.

The verdict before the correction is stored with the request and stays, whatever is decided.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.events import AttendanceChanged, RequestsChanged
from server.core.store import Tx
from server.core.workflow import Attempt, WorkingDays
from server.hall.context import Context, JsonDict, write_journal
from server.leave import attendance_access, file_queries, workflow
from server.leave import correction_queries as stored
from server.leave import correction_rules as rules
from server.leave.correction_queries import Correction
from server.leave.correction_rules import CorrectionState
from server.leave.errors import LeaveCode
from server.leave.settings import LeaveSettings
from server.leave.workflow import CORRECTION, CorrectionMove

Standing = Callable[[Connection, str, date, str], Mapping[str, Any]]
"""Function that returns the present verdict of (staff, day, slot); raises INVALID if not due."""


@dataclass(frozen=True, slots=True)
class CorrectionRequest:
    """Request for a correction: the slot shall count as `verdict`."""

    staff: str
    day: date
    slot: str
    verdict: str
    reason: str
    claimed: str = ""
    file: str = ""


def request(
    ctx: Context, actor: Actor, key: str, wish: CorrectionRequest, standing: Standing
) -> str:
    """Request a correction, for oneself or a colleague; return its id.

    Raises ACCOUNT_UNKNOWN, NOT_YOUR_SHEET, INVALID, CORRECTION_TOO_LATE, CORRECTION_QUOTA,
    CORRECTION_TWICE, FILE_UNKNOWN.
    """
    if wish.verdict not in rules.VERDICTS:
        raise HallError(CommonCode.INVALID, field="verdict")

    def act(tx: Tx) -> JsonDict:
        limits = ctx.settings().of(LeaveSettings)
        attendance_access.person_of(ctx.catalogue(), wish.staff)
        today, days = ctx.local(tx.now).date(), limits.correction_days
        attempt: Attempt[CorrectionState] = Attempt(
            None,
            holds=lambda role: _holds(ctx, actor, wish.staff, "", role),
            deadlines={workflow.REQUEST_PERIOD: WorkingDays(wish.day, days, today, ctx.workdays())},
            facts={"days": days},
        )
        state = CORRECTION.after(CorrectionMove.ASK, attempt)
        if wish.day > today:
            raise HallError(CommonCode.INVALID, field="day")
        _check_twice(tx, wish)
        used = used_quota(tx.conn, tx.hall_id, wish.staff, wish.day)
        rules.check_quota(used, limits.correction_quota)
        file_queries.require_all(tx, [wish.file] if wish.file else [])
        correction = Correction(
            ctx.tokens.token(12),
            wish.staff,
            wish.day,
            wish.slot,
            wish.verdict,
            wish.claimed,
            wish.reason,
            wish.file,
            dict(standing(tx.conn, wish.staff, wish.day, wish.slot)),
            state.value,
            actor.name,
            tx.now,
        )
        stored.add(tx, correction)
        data = {"verdict": wish.verdict, "was": correction.was}
        _record(tx, actor, correction, "correction.ask", data)
        return {"correction": correction.id}

    request: JsonDict = {
        "act": "correction.ask",
        "staff": wish.staff,
        "day": wish.day.isoformat(),
        "slot": wish.slot,
        "verdict": wish.verdict,
        "claimed": wish.claimed,
        "reason": wish.reason,
        "file": wish.file,
    }
    return str(ctx.command(actor, key, request, act)["correction"])


def _holds(ctx: Context, actor: Actor, staff: str, requester: str, role: str) -> bool:
    """Return True if the actor holds a role towards a correction of a day of `staff`.

    A colleague is a person of the same unit.
    """
    catalogue = ctx.catalogue()
    if role == workflow.MANAGER:
        return actor.manages
    if role == workflow.INVOLVED:
        return actor.name == requester or attendance_access.may_see(catalogue, actor, staff)
    person, asker = catalogue.staff_by.get(staff), catalogue.staff_by.get(actor.name)
    if person is None or asker is None:
        return False
    return bool(person.unit) and asker.unit == person.unit


def _attempt(
    ctx: Context, actor: Actor, correction: Correction, words: str = ""
) -> Attempt[CorrectionState]:
    """Return a move on a correction as `actor` attempts it now."""
    return Attempt(
        state=CorrectionState(correction.state),
        person=actor.name,
        holds=lambda role: _holds(ctx, actor, correction.staff, correction.by, role),
        earlier={workflow.SUBJECT: (correction.staff,), workflow.REQUESTER: (correction.by,)},
        given=(workflow.WORDS,) if words else (),
    )


def _check_twice(tx: Tx, wish: CorrectionRequest) -> None:
    same = stored.of_days(tx.conn, tx.hall_id, wish.day, wish.day, [wish.staff], rules.COUNTING)
    if any(other.slot == wish.slot for other in same):
        raise HallError(LeaveCode.CORRECTION_TWICE)


def used_quota(conn: Connection, hall_id: str, staff: str, day: date) -> int:
    """Return the number of corrections that count against a person's quota of the month."""
    last = months.monthrange(day.year, day.month)[1]
    first = day.replace(day=1)
    corrections = stored.of_days(
        conn, hall_id, first, day.replace(day=last), [staff], rules.COUNTING
    )
    return len(corrections)


def decide(
    ctx: Context, actor: Actor, key: str, correction_id: str, approve: bool, words: str
) -> None:
    """Approve or refuse as the second person.

    Raises CORRECTION_UNKNOWN, OWN_CASE, NOT_YOUR_STEP (a manager decides), CORRECTION_SETTLED,
    INVALID (a refusal needs words).
    """

    def act(tx: Tx) -> JsonDict:
        correction = _require(tx, correction_id)
        move = CorrectionMove.APPROVE if approve else CorrectionMove.REFUSE
        state = CORRECTION.after(move, _attempt(ctx, actor, correction, words))
        stored.settle(tx, correction.id, state.value, actor.name, words)
        journal_act = f"correction.{move}"
        _record(tx, actor, correction, journal_act, {"words": words, "verdict": correction.verdict})
        return {}

    request: JsonDict = {
        "act": "correction.decide",
        "correction": correction_id,
        "approve": approve,
        "words": words,
    }
    ctx.command(actor, key, request, act, second=True)


def cancel(ctx: Context, actor: Actor, key: str, correction_id: str, words: str) -> None:
    """Withdraw a request. Raises CORRECTION_UNKNOWN, NOT_YOUR_SHEET, CORRECTION_SETTLED."""

    def act(tx: Tx) -> JsonDict:
        correction = _require(tx, correction_id)
        state = CORRECTION.after(CorrectionMove.CANCEL, _attempt(ctx, actor, correction))
        stored.settle(tx, correction.id, state.value, actor.name, words)
        _record(tx, actor, correction, "correction.cancel", {"words": words})
        return {}

    request: JsonDict = {"act": "correction.cancel", "correction": correction_id, "words": words}
    ctx.command(actor, key, request, act)


def _require(tx: Tx, correction_id: str) -> Correction:
    correction = stored.get(tx.conn, tx.hall_id, correction_id)
    if correction is None:
        raise HallError(LeaveCode.CORRECTION_UNKNOWN)
    return correction


def _record(tx: Tx, actor: Actor, correction: Correction, act: str, data: JsonDict) -> None:
    facts = {"staff": correction.staff, "day": correction.day.isoformat(), "slot": correction.slot}
    write_journal(tx, actor, act, correction.id, data=facts | data)
    tx.events.append(AttendanceChanged((correction.day.isoformat(),), (correction.staff,)))
    tx.events.append(RequestsChanged(correction.id, correction.staff))


def may_decide(ctx: Context, actor: Actor, correction: Correction) -> bool:
    """Return True if this request waits for `actor`."""
    return CORRECTION.allows(CorrectionMove.APPROVE, _attempt(ctx, actor, correction))


def may_see(ctx: Context, actor: Actor, correction: Correction) -> bool:
    """Return True for the person, the requester, and those responsible for the person."""
    involved = actor.name in (correction.staff, correction.by)
    return involved or attendance_access.leads(ctx.catalogue(), actor, correction.staff)
