"""Import of desk actions done while the server was away, as one command.

Each action is checked against the server's own records (`desk_trust`) and against the usual moves,
with the time at which it was done. An action that does not fit changes nothing: it is quarantined
for the office with its reason, and the clerk is informed. Boards and voices do not receive calls
that were made long ago.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from server.core.actors import SYSTEM, Actor
from server.core.errors import HallError
from server.core.settings import Settings
from server.core.store import Tx, attempt
from server.hall.context import Context, JsonDict, write_journal
from server.queue import call_queries, ticket_queries, window_session_queries
from server.queue.errors import QueueCode
from server.queue.no_show import require_no_show
from server.queue.offline import desk_quarantine
from server.queue.offline.desk_connections import ShareSeals
from server.queue.offline.desk_plausibility import Implausibility, PlausibilityCheck
from server.queue.offline.desk_quarantine import QuarantinedActions
from server.queue.offline.messages import HandInActs, OfflineAct
from server.queue.tickets import Move, State, Ticket, state_after
from server.queue.transitions import begin_next_pause, current_at, event_of

QUARANTINED = "act_put_aside"
"""Result code of an action that the office must review."""
QUIET = "handed_in"
"""Move of an event that redraws pages without announcement or flashing."""
MOVES = {
    "call": Move.CALL,
    "recall": Move.RECALL,
    "start": Move.START,
    "finish": Move.FINISH,
    "no_show": Move.NO_SHOW,
}
DONE = {"call": State.CALLED, "start": State.SERVING, "finish": State.FINISHED}
"""State of a ticket for which the action's command had reached the server after all."""


def import_actions(
    ctx: Context, seals: ShareSeals, actor: Actor, key: str, body: HandInActs
) -> list[JsonDict]:
    """Import a desk's actions in order; return for each: ticket, number, kind, at, code.

    An action that contradicts the server's own records is quarantined for the office, with all
    later actions of the desk on the same ticket.
    """
    request: JsonDict = {"act": "handed_in", **body.model_dump(exclude={"shares"})}

    def act(tx: Tx) -> JsonDict:
        _return_unseen_call(tx, actor, body)
        trust = PlausibilityCheck(ctx, tx, seals, actor.name, body)
        aside: dict[str, QuarantinedActions] = {}
        results, earliest = [], 0
        for offline_act in body.acts:
            earliest = max(earliest, min(offline_act.at, tx.now))
            ticket = ticket_queries.get(tx.conn, tx.hall_id, offline_act.ticket)
            doubt = trust.implausibility_of(offline_act, ticket)
            code = QUARANTINED
            if offline_act.ticket in aside:
                aside[offline_act.ticket].acts.append(offline_act)
            elif doubt is None:
                code = _import_act(ctx.settings(), tx, actor, body.window, offline_act, earliest)
                doubt = Implausibility.UNFIT if code else None
            if doubt is not None and offline_act.ticket not in aside:
                aside[offline_act.ticket] = QuarantinedActions(
                    offline_act.ticket, doubt, ticket, [offline_act]
                )
            number = ticket.number if ticket is not None else ""
            result = {
                "ticket": offline_act.ticket,
                "number": number,
                "kind": offline_act.kind,
                "at": earliest,
            }
            results.append(result | {"code": code})
        begin_next_pause(tx, actor, body.window)
        for quarantined in aside.values():
            desk_quarantine.quarantine(tx, actor, body.window, ctx.tokens.token(), quarantined)
        return {"results": results}

    results: list[JsonDict] = ctx.command(actor, key, request, act)["results"]
    return results


def _return_unseen_call(tx: Tx, actor: Actor, body: HandInActs) -> None:
    """Return a ticket to its queue that the server called but the desk never saw.

    Only for the person signed in there, and only for a call from before the first action: a lost
    response is older than what was done without the server. A later call was made at another PC,
    where a clerk waits for the person.
    """
    current = current_at(tx, body.window)
    seen_tickets = {body.known, *(offline_act.ticket for offline_act in body.acts)}
    if current is None or current.state is not State.CALLED or current.id in seen_tickets:
        return
    session = window_session_queries.session(tx.conn, tx.hall_id, body.window)
    first_at = min(body.acts[0].at, tx.now)
    if session is None or session.staff != actor.name or (current.called_at or 0) > first_at:
        return
    waiting = replace(current, state=State.WAITING, window="", call_count=0, called_at=None)
    ticket_queries.change(tx, waiting, current)
    data = {"number": current.number, "reason": "never_shown", "offline_at": first_at}
    line = write_journal(
        tx, SYSTEM, f"ticket.{Move.TRANSFER}", current.id, window=body.window, data=data
    )
    tx.events.append(event_of(waiting, QUIET, line, body.window))


def _import_act(
    settings: Settings, tx: Tx, actor: Actor, window: str, offline_act: OfflineAct, at: int
) -> str:
    """Import one action; return "", or the code why it does not fit."""

    def act(tx: Tx) -> str:
        _check_session(tx, actor, window)
        ticket = ticket_queries.get(tx.conn, tx.hall_id, offline_act.ticket)
        if ticket is None:
            raise HallError(QueueCode.TICKET_UNKNOWN, ticket=offline_act.ticket)
        if not (ticket.holds(window) and ticket.state is DONE.get(offline_act.kind)):
            _move(settings, tx, actor, window, ticket, offline_act, at)
        return ""

    answer = attempt(tx, act)
    if not isinstance(answer, HallError):
        return answer
    data: JsonDict = {"act": offline_act.kind, "code": answer.code.value, "offline_at": at}
    write_journal(tx, actor, "counter.unfit", offline_act.ticket, window=window, data=data)
    return answer.code.value


def _check_session(tx: Tx, actor: Actor, window: str) -> None:
    session = window_session_queries.session(tx.conn, tx.hall_id, window)
    if session is None:
        raise HallError(QueueCode.WINDOW_NOT_SIGNED_IN, window=window)
    if session.staff != actor.name:
        raise HallError(QueueCode.WINDOW_TAKEN, window=window)


def replay(
    settings: Settings, tx: Tx, actor: Actor, window: str, acts: Sequence[OfflineAct]
) -> None:
    """Import one ticket's actions as the desk reports them; raise the first refusal."""
    for offline_act in acts:
        ticket = ticket_queries.get(tx.conn, tx.hall_id, offline_act.ticket)
        if ticket is None:
            raise HallError(QueueCode.TICKET_UNKNOWN, ticket=offline_act.ticket)
        _move(settings, tx, actor, window, ticket, offline_act, min(offline_act.at, tx.now))


def _move(
    settings: Settings,
    tx: Tx,
    actor: Actor,
    window: str,
    ticket: Ticket,
    offline_act: OfflineAct,
    at: int,
) -> None:
    move = MOVES[offline_act.kind]
    state = state_after(move, ticket.state, actor.kind, holds=ticket.holds(window))
    if move is Move.CALL:
        busy = current_at(tx, window)
        if busy is not None:
            raise HallError(QueueCode.WINDOW_BUSY, window=window, number=busy.number)
    if move is Move.NO_SHOW:
        calls = call_queries.calls_of(tx.conn, tx.hall_id, ticket.id)
        require_no_show(settings, ticket, calls, at)
    moved = replace(_changed(ticket, move, actor, window, offline_act, at), state=state)
    ticket_queries.change(tx, moved, ticket)
    window_session_queries.clear_undo(tx, window)
    if move in (Move.CALL, Move.RECALL):
        tx_then = tx.at(at)
        n = call_queries.calls_made(tx.conn, tx.hall_id, ticket.id) + 1
        call_queries.add_call(tx_then, moved, n, move, '{"codes": ["offline"], "facts": {}}')
        window_session_queries.record_call(tx_then, window)
    data: JsonDict = {"number": ticket.number, "offline_at": at}
    if move is Move.FINISH:
        data |= {"outcome": offline_act.outcome, "note": offline_act.note}
    line = write_journal(tx, actor, f"ticket.{move}", ticket.id, window=window, data=data)
    tx.events.append(event_of(moved, QUIET, line, window))


def _changed(
    ticket: Ticket, move: Move, actor: Actor, window: str, offline_act: OfflineAct, at: int
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
        fields = {
            "outcome": offline_act.outcome,
            "note": offline_act.note or ticket.note,
            "ended_at": at,
        }
    return replace(ticket, **fields)
