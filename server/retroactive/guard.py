"""Guard of past days: no person alone changes a value of a day that is over.

The guard runs a person's action in a savepoint, reads the past days that its events name, rolls the
action back, and reads the same days again. If both readings agree, the action is executed. If they
differ, nothing is changed: the action is stored with both readings, its reason and its arguments,
for a second person. Actions of time clocks and of the hall itself are facts and pass unguarded.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from server.core.actors import STAFF_KINDS, Actor
from server.core.errors import CommonCode, HallError
from server.core.statement import Savepoint, savepoint
from server.core.store import Act, Tx, attempt
from server.hall.context import Context, JsonDict, write_journal
from server.hall.replays import replays
from server.retroactive import queries as stored
from server.retroactive import scopes, value_changes
from server.retroactive.events import PastChanged
from server.retroactive.value_changes import AffectedDays, ValueChange


@dataclass(frozen=True, slots=True)
class Trial:
    """Outcome of an action that was run and rolled back."""

    reach: AffectedDays
    changes: list[ValueChange]


class PastGuard:
    """Guard that holds actions on past days for confirmation by a second person."""

    def run(
        self, ctx: Context, tx: Tx, actor: Actor, request: JsonDict, act: Act[JsonDict]
    ) -> JsonDict | HallError:
        """Run `act`, or store it and return PAST_ASKED; PAST_REASON without a reason.

        PAST_CLOSED for an action that has no replay.
        """
        if actor.kind not in STAFF_KINDS:
            return attempt(tx, act)
        outcome = _try(ctx, tx, act)
        if not isinstance(outcome, Trial):
            return outcome
        if not outcome.changes:
            return attempt(tx, act)
        return _store_change(ctx, tx, actor, request, outcome)


def _try(ctx: Context, tx: Tx, act: Act[JsonDict]) -> JsonDict | HallError | Trial:
    """Return the result of an action that touches no past day.

    Otherwise its rolled-back changes.
    """
    events = len(tx.events)
    part = savepoint(tx.conn)
    try:
        value = act(tx)
        reach = _reach(ctx, tx, events)
        if reach is None:
            part.commit()
            return value
        after = scopes.read(ctx.within(tx), tx.conn, reach)
    except HallError as refusal:
        _undo(tx, events, part)
        return refusal
    except BaseException:
        _undo(tx, events, part)
        raise
    _undo(tx, events, part)
    before = scopes.read(ctx.within(tx), tx.conn, reach)
    return Trial(reach, value_changes.moves(before, after))


def _undo(tx: Tx, events: int, part: Savepoint) -> None:
    part.rollback()
    tx.batch.head = None
    del tx.events[events:]


def _reach(ctx: Context, tx: Tx, events: int) -> AffectedDays | None:
    touched = scopes.scopes_of(tx.events[events:])
    if not touched:
        return None
    today = ctx.local(tx.now).date()
    return value_changes.reach(touched, today, scopes.oldest(tx.conn, tx.hall_id, today))


def _store_change(ctx: Context, tx: Tx, actor: Actor, request: JsonDict, trial: Trial) -> HallError:
    command, moved = str(request.get("act", "")), trial.changes
    facts = {"count": len(moved), "first": moved[0].key.day, "last": moved[-1].key.day}
    replay = replays().get(command)
    if replay is None:
        return HallError(CommonCode.PAST_CLOSED, **facts)
    if not actor.why.strip():
        return HallError(CommonCode.PAST_REASON, **facts)
    args = json.dumps(request, ensure_ascii=False)
    existing = stored.same(tx.conn, tx.hall_id, command, args)
    if existing is not None:
        return HallError(CommonCode.PAST_ASKED, change=existing.id, **facts)
    change = ctx.tokens.token(9)
    days = [trial.reach.days[0].isoformat(), trial.reach.days[-1].isoformat()]
    staff = trial.reach.staff
    stored.add(
        tx,
        change,
        moved,
        command=command,
        args=request,
        why=actor.why.strip(),
        rank=replay.rank_of(request).value,
        asked_by=actor.key,
        days=[day.isoformat() for day in trial.reach.days],
        reach=None if staff is None else sorted(staff),
        subjects=value_changes.subjects(moved),
    )
    data = {"command": command, "moves": len(moved), "days": days}
    write_journal(tx, actor, "past.ask", change, data=data, why=actor.why.strip())
    tx.events.append(PastChanged(change))
    return HallError(CommonCode.PAST_ASKED, change=change, **facts)
