"""Acts on call backs: the weekly draw, the telephone that is shown, and each call."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from server.call_backs import queries
from server.call_backs.errors import CallBackCode
from server.call_backs.queries import StoredCallBack, StoredDraw, StoredTry
from server.call_backs.rules import (
    CallAnswer,
    CallState,
    distinct,
    draw,
    seed_of,
    state_after,
)
from server.call_backs.settings import CallBackSettings
from server.cases import queries as case_queries
from server.cases.queries import StoredCase, StoredFact
from server.core.actors import SYSTEM, Actor
from server.core.errors import HallError
from server.core.folder_key import key_in
from server.core.store import Tx
from server.core.weeks import Week, week_of
from server.hall.context import Context, JsonDict, write_journal
from server.queue import ticket_queries
from server.ratings import actions as rating_actions
from server.ratings.actions import Given, Service
from server.ratings.levels import Channel, Level

KEY_FILE = "call.key"


@dataclass(frozen=True, slots=True)
class Call:
    """Result of a call; `level` and `words` of a person who rated."""

    answer: CallAnswer
    level: Level | None = None
    words: str = ""


class WeeklyDraw:
    """Periodic work of one hall: draw last week's list once, leave out who rated meanwhile."""

    def __init__(self, ctx: Context, folder: Path) -> None:
        self._ctx = ctx
        self._folder = folder
        self._drawn = ""

    def update(self) -> int:
        """Return the number of people who were put on the list or left it."""
        ctx = self._ctx
        changed = note_own_ratings(ctx)
        week = week_of(ctx.local().date() - timedelta(days=7))
        wanted = ctx.settings().of(CallBackSettings).call_back_per_week
        if wanted and self._drawn != week.id:
            changed += draw_week(ctx, self._folder, week, wanted)
            self._drawn = week.id
        return changed


def draw_week(ctx: Context, folder: Path, week: Week, wanted: int) -> int:
    """Draw the list of a week that is over, once; return the number of people on it.

    Without anybody to draw there is no list.
    """
    span = week.first.isoformat(), week.last.isoformat()

    def is_due(conn: Connection) -> bool:
        if queries.draw(conn, ctx.hall_id, week.id) is not None:
            return False
        return bool(queries.candidates(conn, ctx.hall_id, *span, ctx.clock.now()))

    if not ctx.read(is_due):
        return 0
    seed = seed_of(key_in(folder, ctx.tokens, KEY_FILE), ctx.hall_id, week.id)

    def act(tx: Tx) -> int:
        if queries.draw(tx.conn, tx.hall_id, week.id) is not None:
            return 0
        people = distinct(queries.candidates(tx.conn, tx.hall_id, *span, tx.now))
        pairs = [(person.case, person.unit) for person in people]
        cases = draw(seed, pairs, wanted)
        text = json.dumps(pairs)
        entries = [
            StoredCallBack(case, week.id, place, CallState.OPEN.value, "")
            for place, case in enumerate(cases, 1)
        ]
        queries.add(tx, StoredDraw(week.id, tx.now, seed, wanted, text), entries)
        data: JsonDict = {
            "seed": seed,
            "wanted": wanted,
            "candidates": len(pairs),
            "digest": hashlib.sha256(text.encode()).hexdigest(),
            "cases": cases,
        }
        write_journal(tx, SYSTEM, "call_back.draw", week.id, data=data)
        return len(entries)

    return ctx.write(act)


def note_own_ratings(ctx: Context) -> int:
    """Leave out those who rated by themselves since the draw; return their number."""
    if not ctx.read_single(lambda c: queries.rated_meanwhile(c, ctx.hall_id)):
        return 0

    def act(tx: Tx) -> int:
        cases = queries.rated_meanwhile(tx.conn, tx.hall_id)
        for case_id in cases:
            queries.set_state(tx, case_id, CallState.SELF_RATED)
            write_journal(tx, SYSTEM, "call_back.self_rated", case_id)
        return len(cases)

    return ctx.write(act)


def access(
    ctx: Context, conn: Connection, actor: Actor, case_id: str
) -> tuple[StoredCallBack, StoredCase, list[StoredFact], list[StoredTry]]:
    """Return an entry with its case, the case's facts and the calls so far.

    Raises CALL_BACK_UNKNOWN, also for whoever took a step of the case or served its ticket: they
    neither see nor call the person.
    """
    row = queries.get(conn, ctx.hall_id, case_id)
    case = case_queries.get(conn, ctx.hall_id, case_id) if row is not None else None
    if row is None or case is None:
        raise HallError(CallBackCode.CALL_BACK_UNKNOWN)
    facts = case_queries.FACTS.of(conn, ctx.hall_id, [case_id])[case_id]
    if actor.name in concerned(ctx, conn, case, facts):
        raise HallError(CallBackCode.CALL_BACK_UNKNOWN)
    return row, case, facts, queries.TRIES.of(conn, ctx.hall_id, [case_id])[case_id]


def concerned(
    ctx: Context, conn: Connection, case: StoredCase, facts: list[StoredFact]
) -> set[str]:
    """Return the staff numbers of those who took a step of a case or served its ticket."""
    names = {fact.by_actor.partition(":")[2] for fact in facts if fact.by_actor != SYSTEM.key}
    ticket = ticket_queries.get(conn, ctx.hall_id, case.ticket) if case.ticket else None
    return names | {case.staff, case.owner, ticket.staff if ticket else ""} - {""}


def record(ctx: Context, actor: Actor, key: str, case_id: str, call: Call) -> None:
    """Record a call; a person who rated has the service rated by it, once.

    Raises CALL_BACK_UNKNOWN, CALL_BACK_ENDED, CALL_BACK_LEVEL, and RATING_GIVEN for a person who
    rated meanwhile.
    """

    def act(tx: Tx) -> JsonDict:
        row, case, facts, tries = access(ctx, tx.conn, actor, case_id)
        if row.state != CallState.OPEN:
            raise HallError(CallBackCode.CALL_BACK_ENDED)
        has_rated = call.answer is CallAnswer.RATED
        if has_rated is (call.level is None) or (call.words and not has_rated):
            raise HallError(CallBackCode.CALL_BACK_LEVEL)
        rating = _rate(ctx, tx, actor, case, facts, call)
        n = len(tries) + 1
        state = state_after(call.answer, n)
        entry = StoredTry(case_id, n, call.answer.value, state.value, tx.now, actor.key)
        queries.TRIES.add(tx, entry, rating=rating)
        data = {
            "n": n,
            "result": call.answer.value,
            "state": state.value,
            "level": int(call.level or 0),
            "rating": rating,
        }
        write_journal(tx, actor, "call_back.call", case_id, data=data)
        return {}

    request: JsonDict = {
        "act": "call_back.call",
        "case": case_id,
        "answer": call.answer.value,
        "level": int(call.level or 0),
        "words": call.words,
    }
    ctx.command(actor, key, request, act)


def _rate(
    ctx: Context, tx: Tx, actor: Actor, case: StoredCase, facts: list[StoredFact], call: Call
) -> str:
    """Return the id of the rating that a call gave; "" if it gave none.

    After a bad one somebody has to call again, so it keeps the name and the telephone of the case.
    """
    if call.level is None:
        return ""
    given = Given(call.level, Channel.CALL_BACK, words=call.words)
    person = case_queries.applicants(tx.conn, tx.hall_id, [case.id]).get(case.id)
    if call.level.is_bad and person is not None:
        given = Given(call.level, Channel.CALL_BACK, (), call.words, person.name, person.phone)
    service = Service(
        ticket=case.ticket,
        case=case.id,
        day=ended_on(facts),
        item=case.item,
        unit=case.unit,
        window=case.window,
        staff=case.staff,
    )
    return rating_actions.give_by_call(ctx, tx, actor, service, given)


def ended_on(facts: list[StoredFact]) -> str:
    """Return the ISO day on which a case was decided or not accepted; "" before."""
    return next((fact.day for fact in reversed(facts) if fact.move in queries.ENDS), "")


def show_phone(ctx: Context, actor: Actor, key: str, case_id: str) -> str:
    """Journal that the telephone of a person to be called is shown; return it sealed.

    Raises CALL_BACK_UNKNOWN, CALL_BACK_ENDED.
    """

    def act(tx: Tx) -> JsonDict:
        row, *_ = access(ctx, tx.conn, actor, case_id)
        if row.state != CallState.OPEN:
            raise HallError(CallBackCode.CALL_BACK_ENDED)
        write_journal(tx, actor, "call_back.show_phone", case_id)
        return {}

    ctx.command(actor, key, {"act": "call_back.show_phone", "case": case_id}, act)
    people = ctx.read(lambda c: case_queries.applicants(c, ctx.hall_id, [case_id]))
    return people[case_id].phone if case_id in people else ""
