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

from server.catalogue.calendar import workdays
from server.core.actors import Actor
from server.core.context import Context, JsonDict, write_journal
from server.core.errors import CommonCode, HallError
from server.core.events import AttendanceChanged, RequestsChanged
from server.core.store import Tx
from server.leave import correction_queries as stored
from server.leave import correction_rules as rules
from server.leave import file_queries, rights
from server.leave.correction_queries import Correction
from server.leave.errors import LeaveCode
from server.leave.settings import LeaveSettings

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
        settings = ctx.settings()
        _check_asker(ctx, actor, wish.staff)
        today = ctx.local(tx.now).date()
        rules.check_day(wish.day, today, workdays(ctx), settings.of(LeaveSettings).correction_days)
        _check_twice(tx, wish)
        rules.check_quota(
            used_quota(tx.conn, tx.hall_id, wish.staff, wish.day),
            settings.of(LeaveSettings).correction_quota,
        )
        if wish.file and file_queries.get(tx.conn, tx.hall_id, wish.file) is None:
            raise HallError(LeaveCode.FILE_UNKNOWN)
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
            "asked",
            actor.name,
            tx.now,
        )
        stored.add(tx, correction)
        _record(
            tx,
            actor,
            correction,
            "correction.ask",
            {"verdict": wish.verdict, "was": correction.was},
        )
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


def _check_asker(ctx: Context, actor: Actor, staff: str) -> None:
    """Raise NOT_YOUR_SHEET unless the actor is the person, a colleague or responsible.

    A colleague is a person of the same unit.
    """
    catalogue = ctx.catalogue()
    person = rights.person_of(catalogue, staff)
    asker = catalogue.staff_by.get(actor.name)
    colleague = asker is not None and bool(person.unit) and asker.unit == person.unit
    if not colleague:
        rights.check_see(catalogue, actor, staff)


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
        rules.check_decider(actor.name, correction.staff, correction.by)
        if not rights.manages(actor):
            raise HallError(LeaveCode.NOT_YOUR_STEP, rung="manager")
        rules.check_open(correction.state)
        if not approve and not words:
            raise HallError(CommonCode.INVALID, field="words")
        state = "approved" if approve else "refused"
        stored.settle(tx, correction.id, state, actor.name, words)
        journal_act = "correction.approve" if approve else "correction.refuse"
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
        if actor.name != correction.by:
            rights.check_see(ctx.catalogue(), actor, correction.staff)
        rules.check_open(correction.state)
        stored.settle(tx, correction.id, "cancelled", actor.name, words)
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


def may_decide(actor: Actor, correction: Correction) -> bool:
    """Return True if this request waits for `actor`."""
    second = actor.name not in (correction.staff, correction.by)
    return correction.state == "asked" and second and rights.manages(actor)


def may_see(ctx: Context, actor: Actor, correction: Correction) -> bool:
    """Return True for the person, the requester, and those responsible for the person."""
    involved = actor.name in (correction.staff, correction.by)
    return involved or rights.leads(ctx.catalogue(), actor, correction.staff)
