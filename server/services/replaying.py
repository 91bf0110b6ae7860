"""What a desk did while the server was away, taken into the books as one command.

Each act is held against what the server knew (`desk_trust`) and against the same moves as ever,
with the time at which it was done. What does not fit changes nothing: it is put aside for the
office with its reason, and the clerk is told. Boards and voices are not told of calls that were
made long ago.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from server.domain.errors import Code, HallError
from server.domain.settings import Settings
from server.domain.tickets import Move, State, Ticket, after
from server.services import desk_aside
from server.services.context import SYSTEM, Actor, Context, JsonDict, note
from server.services.desk_aside import Aside
from server.services.desk_lines import ShareSeals
from server.services.desk_trust import Doubt, Trust
from server.services.moves import current_at, event_of
from server.storage import tickets, windows
from server.storage.store import Tx, attempt
from server.wire.commands import HandInActs, OfflineAct

PUT_ASIDE = "act_put_aside"
"""The result of an act that the office has to look at."""
QUIET = "handed_in"
"""The move of an event that redraws pages and is neither spoken nor flashed."""
MOVES = {
    "call": Move.CALL,
    "recall": Move.RECALL,
    "start": Move.START,
    "finish": Move.FINISH,
    "no_show": Move.NO_SHOW,
}
DONE = {"call": State.CALLED, "start": State.SERVING, "finish": State.FINISHED}
"""Where a ticket already stands if the act's command had reached the server after all."""


def hand_in(
    ctx: Context, seals: ShareSeals, actor: Actor, key: str, body: HandInActs
) -> list[JsonDict]:
    """Replay a desk's acts in their order; one result for each: ticket, number, kind, at, code.

    What contradicts the server's own knowledge is put aside for the office, with all that the desk
    did to the same ticket afterwards.
    """
    asked: JsonDict = {"act": "handed_in", **body.model_dump(exclude={"shares"})}

    def act(tx: Tx) -> JsonDict:
        _put_back(tx, actor, body)
        trust = Trust(ctx, tx, seals, actor.name, body)
        aside: dict[str, Aside] = {}
        results, earliest = [], 0
        for one in body.acts:
            earliest = max(earliest, min(one.at, tx.now))
            ticket = tickets.get(tx.conn, tx.hall_id, one.ticket)
            doubt = trust.doubt(one, ticket)
            code = PUT_ASIDE
            if one.ticket in aside:
                aside[one.ticket].acts.append(one)
            elif doubt is None:
                code = _one(ctx.settings(), tx, actor, body.window, one, earliest)
                doubt = Doubt.UNFIT if code else None
            if doubt is not None and one.ticket not in aside:
                aside[one.ticket] = Aside(one.ticket, doubt, ticket, [one])
            number = ticket.number if ticket is not None else ""
            shown = {"ticket": one.ticket, "number": number, "kind": one.kind, "at": earliest}
            results.append(shown | {"code": code})
        for found in aside.values():
            desk_aside.put(tx, actor, body.window, ctx.chance.token(), found)
        return {"results": results}

    results: list[JsonDict] = ctx.command(actor, key, asked, act)["results"]
    return results


def _put_back(tx: Tx, actor: Actor, body: HandInActs) -> None:
    """Whom the server called to the window and the desk never saw: back to the queue.

    Only for who sits there, and only a call from before the first act: an answer that was lost is
    older than what was done without the server. A later call was made at another PC, and somebody
    waits there for the person.
    """
    current = current_at(tx, body.window)
    seen = {body.known, *(one.ticket for one in body.acts)}
    if current is None or current.state is not State.CALLED or current.id in seen:
        return
    post = windows.post(tx.conn, tx.hall_id, body.window)
    begun = min(body.acts[0].at, tx.now)
    if post is None or post.staff != actor.name or (current.called_at or 0) > begun:
        return
    waiting = replace(current, state=State.WAITING, window="", call_count=0, called_at=None)
    tickets.change(tx, waiting, current)
    data = {"number": current.number, "reason": "never_shown", "offline_at": begun}
    line = note(tx, SYSTEM, f"ticket.{Move.TRANSFER}", current.id, window=body.window, data=data)
    tx.events.append(event_of(waiting, QUIET, line, body.window))


def _one(settings: Settings, tx: Tx, actor: Actor, window: str, one: OfflineAct, at: int) -> str:
    """Empty, or why the act does not fit."""

    def act(tx: Tx) -> str:
        _seated(tx, actor, window)
        ticket = tickets.get(tx.conn, tx.hall_id, one.ticket)
        if ticket is None:
            raise HallError(Code.TICKET_UNKNOWN, ticket=one.ticket)
        if not (ticket.holds(window) and ticket.state is DONE.get(one.kind)):
            _move(settings, tx, actor, window, ticket, one, at)
        return ""

    answer = attempt(tx, act)
    if not isinstance(answer, HallError):
        return answer
    data: JsonDict = {"act": one.kind, "code": answer.code.value, "offline_at": at}
    note(tx, actor, "counter.unfit", one.ticket, window=window, data=data)
    return answer.code.value


def _seated(tx: Tx, actor: Actor, window: str) -> None:
    post = windows.post(tx.conn, tx.hall_id, window)
    if post is None:
        raise HallError(Code.WINDOW_NOT_SIGNED_IN, window=window)
    if post.staff != actor.name:
        raise HallError(Code.WINDOW_TAKEN, window=window)


def replay(
    settings: Settings, tx: Tx, actor: Actor, window: str, acts: Sequence[OfflineAct]
) -> None:
    """Take one ticket's acts as the desk says they were; raises the first refusal."""
    for one in acts:
        ticket = tickets.get(tx.conn, tx.hall_id, one.ticket)
        if ticket is None:
            raise HallError(Code.TICKET_UNKNOWN, ticket=one.ticket)
        _move(settings, tx, actor, window, ticket, one, min(one.at, tx.now))


def _move(
    settings: Settings,
    tx: Tx,
    actor: Actor,
    window: str,
    ticket: Ticket,
    one: OfflineAct,
    at: int,
) -> None:
    move = MOVES[one.kind]
    state = after(move, ticket.state, actor.kind, holds=ticket.holds(window))
    if move is Move.CALL:
        busy = current_at(tx, window)
        if busy is not None:
            raise HallError(Code.WINDOW_BUSY, window=window, number=busy.number)
    if move is Move.NO_SHOW:
        _not_too_early(settings, tx, ticket, at)
    moved = replace(_changed(ticket, move, actor, window, one, at), state=state)
    tickets.change(tx, moved, ticket)
    if move in (Move.CALL, Move.RECALL):
        then = tx.at(at)
        n = tickets.calls_made(tx.conn, tx.hall_id, ticket.id) + 1
        tickets.add_call(then, moved, n, move, '{"codes": ["offline"], "facts": {}}')
        windows.called(then, window)
    data: JsonDict = {"number": ticket.number, "offline_at": at}
    if move is Move.FINISH:
        data |= {"outcome": one.outcome, "note": one.note}
    line = note(tx, actor, f"ticket.{move}", ticket.id, window=window, data=data)
    tx.events.append(event_of(moved, QUIET, line, window))


def _changed(
    ticket: Ticket, move: Move, actor: Actor, window: str, one: OfflineAct, at: int
) -> Ticket:
    fields: dict[str, Any] = {}
    if move in (Move.CALL, Move.RECALL):
        fields = {
            "window": window,
            "staff": actor.name,
            "first_called_at": ticket.first_called_at or at,
            "called_at": at,
            "call_count": ticket.call_count + 1,
        }
    elif move is Move.START:
        fields = {"serving_at": at}
    elif move is Move.FINISH:
        fields = {"outcome": one.outcome, "note": one.note or ticket.note, "ended_at": at}
    return replace(ticket, **fields)


def _not_too_early(settings: Settings, tx: Tx, ticket: Ticket, at: int) -> None:
    calls = [
        call["at"]
        for call in tickets.calls_of(tx.conn, tx.hall_id, ticket.id)
        if call["move"] != Move.RECALL
    ]
    early = at - (calls[-1] if calls else at) < settings.no_show_min_seconds * 1000
    if ticket.call_count < settings.no_show_min_calls or early:
        least, seconds = settings.no_show_min_calls, settings.no_show_min_seconds
        raise HallError(
            Code.NO_SHOW_TOO_EARLY, calls=ticket.call_count, least=least, seconds=seconds
        )
