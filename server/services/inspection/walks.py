"""Walking a check: two people start it, mark window by window, end it; and checks by hand.

One of the two starts it and names the other, who confirms from an account of his own that he walks
too. Until then the check is one that a single person walked, and its findings do not count.

A mark carries an id that the phone made: sent once or ten times, it is kept once. Marks may come
late (a dead spot in the network), also after the walk has ended; what is kept is the phone's
minute, held inside the walk, and the minute of arrival beside it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection

from server.domain.errors import Code, HallError
from server.domain.inspection.doubts import MINUTE_MS
from server.domain.inspection.draws import rules_of
from server.domain.inspection.marks import Reason, Seen
from server.services.bus import ChecksChanged, RequestsChanged
from server.services.context import Actor, Context, JsonDict, note
from server.services.inspection import finding, knowing, seconds
from server.services.inspection.knowing import Known
from server.storage import checks, files
from server.storage.store import Tx

ENDED = ("done", "unfinished")
PHOTO = "image/jpeg"
LATE = "手机当时没有网络，事后上传"
"""The reason of a mark that comes when its day is over."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A mark as the phone sends it. `at`: the phone's idea of the hall's time, ms."""

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
    """Start a check that is due. Raises CHECK_UNKNOWN, CHECK_NOT_DUE, CHECKERS_TWO."""

    def act(tx: Tx) -> JsonDict:
        row = _get(tx, check_id)
        pair = _pair(ctx, actor, other)
        sealed = checks.day(tx.conn, tx.hall_id, row.day)
        within = rules_of(sealed.rules).within if sealed is not None else 0
        if row.state != "due" or tx.now > row.due_at + within * MINUTE_MS:
            raise HallError(Code.CHECK_NOT_DUE)
        checkers = json.dumps(pair)
        by = actor.key
        checks.change(
            tx,
            check_id,
            state="started",
            started_at=tx.now,
            checkers=checkers,
            by_actor=by,
            second=seconds.WAITING,
        )
        data = {"checkers": pair, "after_ms": tx.now - row.due_at}
        note(tx, actor, "check.start", check_id, data=data)
        tx.events.append(ChecksChanged(row.day, check_id))
        tx.events.append(RequestsChanged(check_id, other))
        return {"check": check_id}

    return ctx.command(actor, key, {"act": "check_start", "check": check_id, "with": other}, act)


def by_hand(ctx: Context, actor: Actor, key: str, other: str) -> JsonDict:
    """Start a check by hand, at any time. Raises CHECKERS_TWO."""

    def act(tx: Tx) -> JsonDict:
        pair, day = _pair(ctx, actor, other), ctx.day(tx.now)
        rows = checks.of_days(tx.conn, tx.hall_id, day, day)
        # Acts of a hall are serial and checks are never taken out: the next number is free.
        n = 1 + max((row.n for row in rows if row.kind == "extra"), default=0)
        check_id = f"{day}-x{n}"
        checks.add(
            tx,
            check_id,
            day,
            "extra",
            n,
            started_at=tx.now,
            state="started",
            checkers=json.dumps(pair),
            by_actor=actor.key,
            second=seconds.WAITING,
        )
        note(tx, actor, "check.extra", check_id, data={"checkers": pair})
        tx.events.append(ChecksChanged(day, check_id))
        tx.events.append(RequestsChanged(check_id, other))
        return {"check": check_id}

    return ctx.command(actor, key, {"act": "check_extra", "with": other}, act)


def mark(ctx: Context, actor: Actor, key: str, check_id: str, asked: Asked) -> JsonDict:
    """Keep one mark.

    Raises CHECK_UNKNOWN, CHECK_NOT_RUNNING, NOT_A_CHECKER, WINDOW_UNKNOWN, ACCOUNT_UNKNOWN (no
    such person), MARK_REASON, PHOTO_UNKNOWN.
    """
    known: dict[int, Known] = {}

    def act(tx: Tx) -> JsonDict:
        row = _walked(tx, check_id, actor)
        if checks.mark(tx.conn, tx.hall_id, asked.id) is not None:
            return {}
        _check(ctx, tx, asked)
        at = max(row.started_at, min(asked.at, row.ended_at or tx.now, tx.now))
        known = knowing.known_at(ctx, tx.conn, asked.window, at, asked.staff)
        kept = checks.NewMark(**{**asdict(asked), "at": at}, check_id=check_id, known=asdict(known))
        checks.add_mark(tx, kept, actor.key)
        data = {"mark": asked.id, "seen": asked.mark, "staff": asked.staff, "at": at}
        data |= {"reason": asked.reason, "faults": list(asked.faults), "photos": len(asked.photos)}
        note(tx, actor, "check.mark", check_id, window=asked.window, data=data, why=asked.note)
        if row.state in ENDED and seconds.counts(row):
            finding.from_marks(ctx, tx, check_id)
        tx.events.append(ChecksChanged(row.day, check_id))
        return {}

    known |= ctx.read(lambda c: _known(ctx, c, check_id, asked))
    listed = {"faults": list(asked.faults), "photos": list(asked.photos)}
    said = {"act": "check_mark", "check": check_id, **asdict(asked), **listed}
    # A phone without a network hands in the next day, and nobody is there to be asked why.
    told = actor if actor.why else replace(actor, why=asked.note or LATE)
    return ctx.command(told, key, said, act)


def _inside(row: Any, at: int, now: int) -> int:
    """A mark's minute, held inside the walk: a phone's clock may be wrong."""
    return max(int(row.started_at), min(at, int(row.ended_at or now), now))


def _known(ctx: Context, conn: Connection, check_id: str, asked: Asked) -> dict[int, Known]:
    """What was known, by the mark's minute: asked before the act, which holds up everybody."""
    row = checks.get(conn, ctx.hall_id, check_id)
    if row is None or row.started_at is None:
        return {}
    at = _inside(row, asked.at, ctx.clock.now())
    return {at: knowing.known_at(ctx, conn, asked.window, at, asked.staff)}


def finish(ctx: Context, actor: Actor, key: str, check_id: str) -> JsonDict:
    """End a walk; its findings are told once both have walked it.

    Raises CHECK_UNKNOWN, NOT_A_CHECKER.
    """

    def act(tx: Tx) -> JsonDict:
        row = _walked(tx, check_id, actor)
        if row.state == "started":
            checks.change(tx, check_id, state="done", ended_at=tx.now)
            note(tx, actor, "check.finish", check_id)
            if seconds.counts(row):
                finding.from_marks(ctx, tx, check_id)
            tx.events.append(ChecksChanged(row.day, check_id))
        return {"check": check_id}

    return ctx.command(actor, key, {"act": "check_finish", "check": check_id}, act)


def running(ctx: Context, actor: Actor, check_id: str) -> None:
    """For what belongs to a walk but is no act (a photo): raises as `mark` does."""
    ctx.read(lambda c: _walked(Tx(c, ctx.hall_id, ctx.clock.now()), check_id, actor))


def _get(tx: Tx, check_id: str) -> Any:
    row = checks.get(tx.conn, tx.hall_id, check_id)
    if row is None:
        raise HallError(Code.CHECK_UNKNOWN)
    return row


def _walked(tx: Tx, check_id: str, actor: Actor) -> Any:
    """A check that was started, by one of its checkers."""
    row = _get(tx, check_id)
    if row.started_at is None:
        raise HallError(Code.CHECK_NOT_RUNNING)
    if actor.name not in json.loads(row.checkers):
        raise HallError(Code.NOT_A_CHECKER)
    return row


def _pair(ctx: Context, actor: Actor, other: str) -> list[str]:
    """Two different people of the staff list, the actor one of them."""
    if other == actor.name or other not in ctx.catalogue().staff_by:
        raise HallError(Code.CHECKERS_TWO)
    return [actor.name, other]


def _check(ctx: Context, tx: Tx, asked: Asked) -> None:
    catalogue = ctx.catalogue()
    if asked.window not in catalogue.window_by:
        raise HallError(Code.WINDOW_UNKNOWN, window=asked.window)
    if asked.staff and asked.staff not in catalogue.staff_by:
        raise HallError(Code.ACCOUNT_UNKNOWN)
    if asked.mark == Seen.AWAY and (
        not asked.reason or (asked.reason == Reason.OTHER and not asked.note)
    ):
        raise HallError(Code.MARK_REASON)
    for photo in asked.photos:
        kept = files.get(tx.conn, tx.hall_id, photo)
        if kept is None or kept.media != PHOTO:
            raise HallError(Code.PHOTO_UNKNOWN)
