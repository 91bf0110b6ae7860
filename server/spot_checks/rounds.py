"""Inspection rounds of spot checks: start by two people, marks by window, end; also by hand.

One of the two starts the round and names the other, who confirms their participation from their own
account. Until then the spot check counts as made by one person, and its findings do not count.

A mark carries an id that the phone created, so a mark sent several times is stored once. Marks may
arrive late (no network), also after the round has ended. The phone's time is stored, limited to the
round, and the time of arrival beside it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection

from server.accounts.errors import AccountCode
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.events import RequestsChanged
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.leave import file_queries
from server.queue.errors import QueueCode
from server.spot_checks import finding_actions, queries, second_checker
from server.spot_checks import recorded_state as spot_checks_recorded_state
from server.spot_checks.anomalies import MINUTE_MS
from server.spot_checks.draw_proof import rules_of
from server.spot_checks.errors import SpotCheckCode
from server.spot_checks.events import ChecksChanged
from server.spot_checks.marks import Reason, Seen
from server.spot_checks.queries import SpotCheck
from server.spot_checks.recorded_state import RecordedState

ENDED = ("done", "unfinished")
PHOTO = "image/jpeg"
LATE = "手机当时没有网络，事后上传"
"""Reason of a mark that arrives after its day is over."""


@dataclass(frozen=True, slots=True)
class MarkRequest:
    """Mark as the phone sends it. `at`: the hall's time by the phone's clock, ms."""

    id: str
    window: str
    staff: str
    mark: str
    reason: str
    faults: tuple[str, ...]
    note: str
    photos: tuple[str, ...]
    at: int


def start(ctx: Context, actor: Actor, key: str, check_id: str, other: str) -> JsonDict:
    """Start a spot check that is due. Raises CHECK_UNKNOWN, CHECK_NOT_DUE, CHECKERS_TWO."""

    def act(tx: Tx) -> JsonDict:
        row = _get(tx, check_id)
        pair = _pair(ctx, actor, other)
        sealed_day = queries.day(tx.conn, tx.hall_id, row.day)
        within = rules_of(sealed_day.rules).within if sealed_day is not None else 0
        due_at = row.due_at
        if row.state != "due" or due_at is None or tx.now > due_at + within * MINUTE_MS:
            raise HallError(SpotCheckCode.CHECK_NOT_DUE)
        checkers = json.dumps(pair)
        by = actor.key
        queries.change(
            tx,
            check_id,
            state="started",
            started_at=tx.now,
            checkers=checkers,
            by_actor=by,
            second=second_checker.WAITING,
        )
        data = {"checkers": pair, "after_ms": tx.now - due_at}
        write_journal(tx, actor, "check.start", check_id, data=data)
        tx.events.append(ChecksChanged(row.day, check_id))
        tx.events.append(RequestsChanged(check_id, other))
        return {"check": check_id}

    return ctx.command(actor, key, {"act": "check_start", "check": check_id, "with": other}, act)


def by_hand(ctx: Context, actor: Actor, key: str, other: str) -> JsonDict:
    """Start a spot check by hand, at any time. Raises CHECKERS_TWO."""

    def act(tx: Tx) -> JsonDict:
        pair, day = _pair(ctx, actor, other), ctx.day(tx.now)
        rows = queries.of_days(tx.conn, tx.hall_id, day, day)
        # Actions of a hall are serial and spot checks are never deleted: the next number is free.
        n = 1 + max((row.n for row in rows if row.kind == "extra"), default=0)
        check_id = f"{day}-x{n}"
        queries.add(
            tx,
            check_id,
            day,
            "extra",
            n,
            started_at=tx.now,
            state="started",
            checkers=json.dumps(pair),
            by_actor=actor.key,
            second=second_checker.WAITING,
        )
        write_journal(tx, actor, "check.extra", check_id, data={"checkers": pair})
        tx.events.append(ChecksChanged(day, check_id))
        tx.events.append(RequestsChanged(check_id, other))
        return {"check": check_id}

    return ctx.command(actor, key, {"act": "check_extra", "with": other}, act)


def mark(ctx: Context, actor: Actor, key: str, check_id: str, new_mark: MarkRequest) -> JsonDict:
    """Store one mark.

    Raises CHECK_UNKNOWN, CHECK_NOT_RUNNING, NOT_A_CHECKER, WINDOW_UNKNOWN, ACCOUNT_UNKNOWN (no such
    person), MARK_REASON, PHOTO_UNKNOWN.
    """
    read_before: dict[int, RecordedState] = {}

    def act(tx: Tx) -> JsonDict:
        row = _walked(tx, check_id, actor)
        if queries.mark(tx.conn, tx.hall_id, new_mark.id) is not None:
            return {}
        _check(ctx, tx, new_mark)
        at = _inside(row, new_mark.at, tx.now)
        recorded_state = read_before.get(at) or spot_checks_recorded_state.state_at(
            ctx, tx.conn, new_mark.window, at, new_mark.staff
        )
        row_to_add = queries.NewMark(
            **{**asdict(new_mark), "at": at},
            check_id=check_id,
            recorded_state=asdict(recorded_state),
        )
        queries.add_mark(tx, row_to_add, actor.key)
        data = {"mark": new_mark.id, "seen": new_mark.mark, "staff": new_mark.staff, "at": at}
        data |= {
            "reason": new_mark.reason,
            "faults": list(new_mark.faults),
            "photos": len(new_mark.photos),
        }
        write_journal(
            tx, actor, "check.mark", check_id, window=new_mark.window, data=data, why=new_mark.note
        )
        if row.state in ENDED and second_checker.counts(row):
            finding_actions.from_marks(ctx, tx, check_id)
        tx.events.append(ChecksChanged(row.day, check_id))
        return {}

    read_before |= ctx.read(lambda c: _known(ctx, c, check_id, new_mark))
    listed = {"faults": list(new_mark.faults), "photos": list(new_mark.photos)}
    request = {"act": "check_mark", "check": check_id, **asdict(new_mark), **listed}
    # A phone without a network may upload the next day, when nobody can be asked for a reason.
    actor_with_reason = actor if actor.why else replace(actor, why=new_mark.note or LATE)
    return ctx.command(actor_with_reason, key, request, act)


def _inside(row: SpotCheck, at: int, now: int) -> int:
    """Return a mark's time limited to the round: a phone's clock may be wrong."""
    assert row.started_at is not None, "a mark belongs to a round that was started"
    return max(row.started_at, min(at, row.ended_at or now, now))


def _known(
    ctx: Context, conn: Connection, check_id: str, new_mark: MarkRequest
) -> dict[int, RecordedState]:
    """Return the recorded state by the mark's time.

    Read before the action, which blocks all other writes.
    """
    row = queries.get(conn, ctx.hall_id, check_id)
    if row is None or row.started_at is None:
        return {}
    at = _inside(row, new_mark.at, ctx.clock.now())
    return {at: spot_checks_recorded_state.state_at(ctx, conn, new_mark.window, at, new_mark.staff)}


def finish(ctx: Context, actor: Actor, key: str, check_id: str) -> JsonDict:
    """End a round; its findings are published once both checkers have confirmed it.

    Raises CHECK_UNKNOWN, NOT_A_CHECKER.
    """

    def act(tx: Tx) -> JsonDict:
        row = _walked(tx, check_id, actor)
        if row.state == "started":
            queries.change(tx, check_id, state="done", ended_at=tx.now)
            write_journal(tx, actor, "check.finish", check_id)
            if second_checker.counts(row):
                finding_actions.from_marks(ctx, tx, check_id)
            tx.events.append(ChecksChanged(row.day, check_id))
        return {"check": check_id}

    return ctx.command(actor, key, {"act": "check_finish", "check": check_id}, act)


def running(ctx: Context, actor: Actor, check_id: str) -> None:
    """Check that a photo may be added to a round; raises as `mark` does."""
    ctx.read(lambda c: _walked(Tx(c, ctx.hall_id, ctx.clock.now()), check_id, actor))


def _get(tx: Tx, check_id: str) -> SpotCheck:
    row = queries.get(tx.conn, tx.hall_id, check_id)
    if row is None:
        raise HallError(SpotCheckCode.CHECK_UNKNOWN)
    return row


def _walked(tx: Tx, check_id: str, actor: Actor) -> SpotCheck:
    """Return a started spot check of which the actor is a checker."""
    row = _get(tx, check_id)
    if row.started_at is None:
        raise HallError(SpotCheckCode.CHECK_NOT_RUNNING)
    if actor.name not in json.loads(row.checkers):
        raise HallError(SpotCheckCode.NOT_A_CHECKER)
    return row


def _pair(ctx: Context, actor: Actor, other: str) -> list[str]:
    """Return two different people of the staff list, the actor first; raise CHECKERS_TWO."""
    if other == actor.name or other not in ctx.catalogue().staff_by:
        raise HallError(SpotCheckCode.CHECKERS_TWO)
    return [actor.name, other]


def _check(ctx: Context, tx: Tx, new_mark: MarkRequest) -> None:
    catalogue = ctx.catalogue()
    if new_mark.window not in catalogue.window_by:
        raise HallError(QueueCode.WINDOW_UNKNOWN, window=new_mark.window)
    if new_mark.staff and new_mark.staff not in catalogue.staff_by:
        raise HallError(AccountCode.ACCOUNT_UNKNOWN)
    if new_mark.mark == Seen.AWAY and (
        not new_mark.reason or (new_mark.reason == Reason.OTHER and not new_mark.note)
    ):
        raise HallError(SpotCheckCode.MARK_REASON)
    for photo in new_mark.photos:
        photo_file = file_queries.get(tx.conn, tx.hall_id, photo)
        if photo_file is None or photo_file.media != PHOTO:
            raise HallError(SpotCheckCode.PHOTO_UNKNOWN)
