"""Confirm, refuse or withdraw a retroactive change; amend released bulletins afterwards."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, timedelta
from functools import partial

from sqlalchemy import Connection

from server.accounts import queries as accounts_queries
from server.bulletins import actions as bulletins
from server.core.actors import Actor, ActorKind, Role
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.weeks import week_of
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.hall.replays import replays
from server.retroactive import queries as stored
from server.retroactive import scopes, second_person, value_changes, workflow
from server.retroactive.events import PastChanged
from server.retroactive.queries import StoredChange
from server.retroactive.value_changes import AffectedDays, State
from server.retroactive.workflow import CHANGE, Move

RANKS = {
    Role.MANAGER.value: (Role.MANAGER.value, Role.ADMINISTRATOR.value),
    Role.ADMINISTRATOR.value: (Role.ADMINISTRATOR.value,),
}
"""Roles that satisfy each rank which an action may require."""


def requester_of(row: StoredChange) -> Actor:
    """Return the requester of a change, with the stated reason."""
    kind, _, name = row.asked_by.partition(":")
    return Actor(ActorKind(kind), name, why=row.why)


def entitled(ctx: Context, conn: Connection, rank: str) -> set[str]:
    """Return the staff numbers with an active account of this rank."""
    people = ctx.catalogue().staff_by
    rows = accounts_queries.accounts(conn, ctx.hall_id)
    return {
        row.staff
        for row in rows
        if row.staff in people and row.role in RANKS[rank] and not row.disabled
    }


def may_confirm(actor: Actor, row: StoredChange, people: Collection[str]) -> bool:
    """Return True if a change waits for `actor`; `people`: staff numbers with its rank."""
    subjects = json.loads(row.subjects)
    return second_person.may_confirm(actor.name, requester_of(row).name, subjects, people)


def confirm(ctx: Context, actor: Actor, key: str, change_id: str) -> None:
    """Execute the action if the values of its days are unchanged since the request.

    Raises PAST_UNKNOWN, PAST_STATE, PAST_SECOND, and PAST_STALE, which ends the change.
    """

    def act(tx: Tx) -> JsonDict:
        row = _require(tx, change_id)
        state = CHANGE.after(Move.CONFIRM, _attempt(ctx, tx, actor, row))
        _execute(ctx, tx, row)
        _settle(tx, actor, row, state, "")
        return {}

    request: JsonDict = {"act": "past.confirm", "change": change_id}
    try:
        ctx.command(actor, key, request, act, second=True)
    except HallError as refusal:
        if refusal.code is CommonCode.PAST_STALE:
            ctx.write(lambda tx: _stale(tx, actor, change_id))
        raise


def amend_due(ctx: Context) -> list[str]:
    """Draft amendments of released bulletins whose figures confirmed changes have altered.

    May be called at any time and any number of times; a bulletin whose last amendment still awaits
    its release is examined again later. Returns the bulletins that got a draft. The draft is in the
    name of the change's requester, so another person releases it.
    """
    bulletin_ids: list[str] = []
    for row in ctx.read(lambda c: stored.unamended(c, ctx.hall_id)):
        is_complete = True
        for week in _weeks(json.loads(row.days)):
            outcome = _amend(ctx, row, week)
            is_complete &= outcome is not None
            bulletin_ids += [week] if outcome else []
        if is_complete:
            ctx.write(partial(_mark_amended, change_id=row.id))
    return bulletin_ids


def _mark_amended(tx: Tx, change_id: str) -> None:
    stored.change(tx, change_id, amended=1)


def _weeks(days: list[str]) -> list[str]:
    """Return the weeks whose bulletins report on these days: their own and the one after."""
    own = {week_of(date.fromisoformat(day)) for day in days}
    after = {week_of(week.last + timedelta(days=1)) for week in own}
    return sorted(week.id for week in own | after)


def _amend(ctx: Context, row: StoredChange, week: str) -> bool | None:
    """Draft one amendment: True if drafted, False if not needed, None if one is pending."""
    try:
        bulletin = ctx.read(lambda c: bulletins.load(ctx, c, week))
    except HallError:
        return False
    changes = ctx.read(lambda c: bulletins.changed_since(ctx, c, bulletin))
    if not changes:
        return False
    asker, words = requester_of(row), f"更正已经确认（{row.why}），数字随之改变。"
    try:
        bulletins.amend(ctx, asker, f"past:{row.id}:{week}", bulletin, changes, words)
    except HallError:
        return None
    return True


def _execute(ctx: Context, tx: Tx, row: StoredChange) -> None:
    """Execute the action in the name of its requester.

    Raises PAST_STALE unless it changes exactly the values that were shown.
    """
    staff = json.loads(row.reach)
    days = tuple(date.fromisoformat(day) for day in json.loads(row.days))
    expected_moves = stored.moves(tx.conn, tx.hall_id, row.id)
    subjects = (
        value_changes.tickets_of(expected_moves),
        value_changes.appointments_of(expected_moves),
    )
    reach = AffectedDays(days, None if staff is None else frozenset(staff), *subjects)
    before = scopes.read(ctx.within(tx), tx.conn, reach)
    try:
        inside = ctx.within(tx)
        replays()[row.command].execute(
            inside, requester_of(row), f"past:{row.id}", json.loads(row.args)
        )
    except HallError as refusal:
        raise HallError(CommonCode.PAST_STALE, reason=refusal.code.value) from None
    after = scopes.read(ctx.within(tx), tx.conn, reach)
    if value_changes.moves(before, after) != expected_moves:
        raise HallError(CommonCode.PAST_STALE, reason="values")


def _stale(tx: Tx, actor: Actor, change_id: str) -> None:
    row = stored.get(tx.conn, tx.hall_id, change_id)
    if row is None:
        return
    attempt: Attempt[State] = Attempt(State(row.state))
    if CHANGE.allows(Move.EXPIRE, attempt):
        _settle(tx, actor, row, CHANGE.after(Move.EXPIRE, attempt), "")


def refuse(ctx: Context, actor: Actor, key: str, change_id: str, words: str) -> None:
    """Refuse a change, with words.

    Raises PAST_UNKNOWN, PAST_STATE, PAST_SECOND, INVALID without words.
    """

    def act(tx: Tx) -> JsonDict:
        row = _require(tx, change_id)
        state = CHANGE.after(Move.REFUSE, _attempt(ctx, tx, actor, row, words.strip()))
        _settle(tx, actor, row, state, words.strip())
        return {}

    request: JsonDict = {"act": "past.refuse", "change": change_id, "words": words}
    ctx.command(actor, key, request, act)


def withdraw(ctx: Context, actor: Actor, key: str, change_id: str) -> None:
    """Withdraw one's own request. Raises PAST_UNKNOWN (also for another's), PAST_STATE."""

    def act(tx: Tx) -> JsonDict:
        row = _require(tx, change_id)
        state = CHANGE.after(Move.WITHDRAW, _attempt(ctx, tx, actor, row))
        _settle(tx, actor, row, state, "")
        return {}

    ctx.command(actor, key, {"act": "past.withdraw", "change": change_id}, act)


def _require(tx: Tx, change_id: str) -> StoredChange:
    row = stored.get(tx.conn, tx.hall_id, change_id)
    if row is None:
        raise HallError(CommonCode.PAST_UNKNOWN)
    return row


def _attempt(
    ctx: Context, tx: Tx, actor: Actor, row: StoredChange, words: str = ""
) -> Attempt[State]:
    """Return a move on a change as `actor` attempts it."""

    def holds(role: str) -> bool:
        if role == workflow.REQUESTER:
            return requester_of(row).name == actor.name
        return may_confirm(actor, row, entitled(ctx, tx.conn, row.rank))

    given = (workflow.WORDS,) if words else ()
    return Attempt(State(row.state), actor.name, holds, given=given)


def _settle(tx: Tx, actor: Actor, row: StoredChange, state: State, words: str) -> None:
    stored.change(
        tx, row.id, state=state.value, decided_by=actor.key, decided_at=tx.now, words=words
    )
    data = {"command": row.command, "asked_by": requester_of(row).name}
    write_journal(tx, actor, f"past.{state}", row.id, data=data, why=words or row.why)
    tx.events.append(PastChanged(row.id))
