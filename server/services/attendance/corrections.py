"""Corrections: ask for one slot of one day, decide as the second person, withdraw.

The verdict that stood is kept with the request and stays for ever, whatever is decided.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from server.domain.attendance import corrections as rules
from server.domain.errors import Code, HallError
from server.services.attendance import rights
from server.services.attendance.calendar import workdays
from server.services.bus import AttendanceChanged, RequestsChanged
from server.services.context import Actor, Context, JsonDict, note
from server.storage import corrections as stored
from server.storage import files
from server.storage.corrections import Correction
from server.storage.store import Tx

Standing = Callable[[Connection, str, date, str], Mapping[str, Any]]
"""The verdict of (staff, day, slot) as it stands; raises INVALID for a slot that is not due."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: the slot shall count as `verdict`."""

    staff: str
    day: date
    slot: str
    verdict: str
    reason: str
    claimed: str = ""
    file: str = ""


def ask(ctx: Context, actor: Actor, key: str, wish: Wish, standing: Standing) -> str:
    """Ask for a correction, for oneself or a colleague; returns its id.

    Raises ACCOUNT_UNKNOWN, NOT_YOUR_SHEET, INVALID, CORRECTION_TOO_LATE, CORRECTION_QUOTA,
    CORRECTION_TWICE, FILE_UNKNOWN.
    """
    if wish.verdict not in rules.VERDICTS:
        raise HallError(Code.INVALID, field="verdict")

    def act(tx: Tx) -> JsonDict:
        settings = ctx.settings()
        _check_asker(ctx, actor, wish.staff)
        today = ctx.local(tx.now).date()
        rules.check_day(wish.day, today, workdays(ctx), settings.correction_days)
        _check_twice(tx, wish)
        rules.check_quota(
            used(tx.conn, tx.hall_id, wish.staff, wish.day), settings.correction_quota
        )
        if wish.file and files.get(tx.conn, tx.hall_id, wish.file) is None:
            raise HallError(Code.FILE_UNKNOWN)
        found = Correction(
            ctx.chance.token(12),
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
        stored.add(tx, found)
        _tell(tx, actor, found, "correction.ask", {"verdict": wish.verdict, "was": found.was})
        return {"correction": found.id}

    asked: JsonDict = {
        "act": "correction.ask",
        "staff": wish.staff,
        "day": wish.day.isoformat(),
        "slot": wish.slot,
        "verdict": wish.verdict,
        "claimed": wish.claimed,
        "reason": wish.reason,
        "file": wish.file,
    }
    return str(ctx.command(actor, key, asked, act)["correction"])


def _check_asker(ctx: Context, actor: Actor, staff: str) -> None:
    """Himself, a colleague of his unit, or whoever is responsible for him."""
    catalogue = ctx.catalogue()
    person = rights.person_of(catalogue, staff)
    asker = catalogue.staff_by.get(actor.name)
    colleague = asker is not None and bool(person.unit) and asker.unit == person.unit
    if not colleague:
        rights.check_see(catalogue, actor, staff)


def _check_twice(tx: Tx, wish: Wish) -> None:
    same = stored.of_days(tx.conn, tx.hall_id, wish.day, wish.day, [wish.staff], rules.COUNTING)
    if any(one.slot == wish.slot for one in same):
        raise HallError(Code.CORRECTION_TWICE)


def used(conn: Connection, hall_id: str, staff: str, day: date) -> int:
    """How much of the month's quota a person has used."""
    last = months.monthrange(day.year, day.month)[1]
    first = day.replace(day=1)
    found = stored.of_days(conn, hall_id, first, day.replace(day=last), [staff], rules.COUNTING)
    return len(found)


def decide(
    ctx: Context, actor: Actor, key: str, correction_id: str, approve: bool, words: str
) -> None:
    """Approve or refuse as the second person.

    Raises CORRECTION_UNKNOWN, OWN_CASE, NOT_YOUR_STEP (a manager decides), CORRECTION_SETTLED,
    INVALID (a refusal needs words).
    """

    def act(tx: Tx) -> JsonDict:
        found = _found(tx, correction_id)
        rules.check_decider(actor.name, found.staff, found.by)
        if not rights.manages(actor):
            raise HallError(Code.NOT_YOUR_STEP, rung="manager")
        rules.check_open(found.state)
        if not approve and not words:
            raise HallError(Code.INVALID, field="words")
        state = "approved" if approve else "refused"
        stored.settle(tx, found.id, state, actor.name, words)
        what = "correction.approve" if approve else "correction.refuse"
        _tell(tx, actor, found, what, {"words": words, "verdict": found.verdict})
        return {}

    asked: JsonDict = {
        "act": "correction.decide",
        "correction": correction_id,
        "approve": approve,
        "words": words,
    }
    ctx.command(actor, key, asked, act, second=True)


def cancel(ctx: Context, actor: Actor, key: str, correction_id: str, words: str) -> None:
    """Withdraw a request. Raises CORRECTION_UNKNOWN, NOT_YOUR_SHEET, CORRECTION_SETTLED."""

    def act(tx: Tx) -> JsonDict:
        found = _found(tx, correction_id)
        if actor.name != found.by:
            rights.check_see(ctx.catalogue(), actor, found.staff)
        rules.check_open(found.state)
        stored.settle(tx, found.id, "cancelled", actor.name, words)
        _tell(tx, actor, found, "correction.cancel", {"words": words})
        return {}

    asked: JsonDict = {"act": "correction.cancel", "correction": correction_id, "words": words}
    ctx.command(actor, key, asked, act)


def _found(tx: Tx, correction_id: str) -> Correction:
    found = stored.get(tx.conn, tx.hall_id, correction_id)
    if found is None:
        raise HallError(Code.CORRECTION_UNKNOWN)
    return found


def _tell(tx: Tx, actor: Actor, found: Correction, act: str, data: JsonDict) -> None:
    facts = {"staff": found.staff, "day": found.day.isoformat(), "slot": found.slot}
    note(tx, actor, act, found.id, data=facts | data)
    tx.events.append(AttendanceChanged((found.day.isoformat(),), (found.staff,)))
    tx.events.append(RequestsChanged(found.id, found.staff))


def may_decide(actor: Actor, found: Correction) -> bool:
    """Whether this request waits for `actor`."""
    second = actor.name not in (found.staff, found.by)
    return found.state == "asked" and second and rights.manages(actor)


def may_see(ctx: Context, actor: Actor, found: Correction) -> bool:
    """The person, whoever asked, and those responsible for him."""
    involved = actor.name in (found.staff, found.by)
    return involved or rights.leads(ctx.catalogue(), actor, found.staff)
