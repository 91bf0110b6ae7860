"""Window actions: call, recall, start, finish, no-show, hold, resume, transfer, return, cancel.

Each action loads what it needs in its own transaction, checks the move against the domain rules,
stores the ticket and adds one journal line. Two windows cannot get one ticket: actions of a hall
are serial (see `server.core.store`), and a ticket is claimed in the action that chose it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from server.catalogue.model import Handling
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict
from server.queue import (
    announcements,
    call_queries,
    number_ranges,
    snapshot,
    ticket_queries,
    visits,
    window_session_queries,
)
from server.queue.call_candidates import Moment, check_target, choose, holds_back, passed_over
from server.queue.errors import QueueCode
from server.queue.no_show import no_show_from, require_no_show
from server.queue.returning import return_missed
from server.queue.settings import CounterSettings
from server.queue.sites import of_lane, of_window
from server.queue.stored_floor import StoredFloor, moment_of
from server.queue.tickets import (
    Move,
    Outcome,
    State,
    Ticket,
    absent_lane,
    lane,
    site_of,
    state_after,
    unit_lane,
    window_lane,
)
from server.queue.transitions import (
    after_move,
    at_window,
    begin_next_pause,
    current,
    current_at,
    do,
    move_on,
    note_undo,
    own_session,
    record_move,
    require_current,
    require_free,
    require_own_session,
    require_ticket,
)

KEY_AGAIN_MS = 2000
"""Milliseconds within which the same key counts as one press."""


def call_next(ctx: Context, actor: Actor, key: str, window: str, complete: str | None) -> str:
    """Call the next person to `window`; return the ticket's id.

    `complete` ends the service in progress first, with that outcome ("default": the setting). If a
    pause is to begin after it, the window pauses and calls nobody.
    Raises NOBODY_WAITING, WINDOW_BUSY, WINDOW_PAUSED, WINDOW_NOT_SIGNED_IN, WINDOW_CLOSED. If
    nobody waits, the service in progress is completed all the same.
    """
    request: JsonDict = {"act": "call_next", "window": window, "complete": complete}

    def act(tx: Tx) -> JsonDict:
        snap = snapshot.in_act(ctx, tx, "sessions")
        session, sessions = (
            require_own_session(snap.session_rows.get(window), window, actor),
            snap.sessions,
        )
        if session.paused_at is not None:
            raise HallError(QueueCode.WINDOW_PAUSED, window=window)
        ended = _complete(ctx, tx, actor, window, complete)
        completed = ended.id if ended else ""
        if ended is not None and begin_next_pause(tx, actor, window):
            return {"ticket": "", "completed": completed}
        day = ctx.day(tx.now)
        moment = moment_of(ctx, tx, sessions)
        floor = floor_of_present(tx, actor, moment, day, window)
        id_and_choice = choose(floor, moment, window)
        if id_and_choice is None:
            if ended is not None:
                note_undo(tx, session, ended, Move.FINISH)
                return {"ticket": "", "completed": completed}
            elsewhere = holds_back(floor, moment, window)
            raise HallError(QueueCode.NOBODY_WAITING, window=window, elsewhere=elsewhere)
        ticket, choice = require_ticket(tx, id_and_choice[0]), id_and_choice[1]
        why = {"codes": [w.value for w in choice.why], "facts": choice.facts}
        call_queries.set_runs(tx, day, choice.counts)
        called = call_ticket(ctx, tx, actor, ticket, Move.CALL, window, why)
        snapshot.cache_called(ctx, tx, snap, ended, called)
        return {"ticket": called.id, "completed": completed}

    return str(ctx.command(actor, key, request, act, brief=True)["ticket"])


def floor_of_present(tx: Tx, actor: Actor, moment: Moment, day: str, window: str) -> StoredFloor:
    """Return the floor from which a window calls now; pass over remote numbers not in the hall."""
    floor = StoredFloor(tx.conn, tx.hall_id, day)
    while (absent := passed_over(floor, moment, window)) is not None:

        def passed(_tx: Tx, ticket: Ticket) -> Ticket:
            own = absent_lane(ticket.item, ticket.klass, site_of(ticket.lane), passed=True)
            return replace(ticket, lane=own)

        move_on(tx, actor, require_ticket(tx, absent), Move.PASS_OVER, passed)
        floor = StoredFloor(tx.conn, tx.hall_id, day)
    return floor


def next_by_key(ctx: Context, actor: Actor, key: str, window: str) -> str:
    """Call the next person by the keypad's single key; return a ticket's id.

    The key ends the service in progress. Within the no-show time, and while the call is still to be
    announced, it does not: the person may be on the way or not have heard of the call. Then the key
    calls the same person again, and once only if pressed twice.
    """
    request: JsonDict = {"act": "next_by_key", "window": window}

    def act(tx: Tx) -> JsonDict:
        ticket = current_at(tx, window)
        own_session(tx, window, actor)
        if ticket is None or ticket.state is not State.CALLED:
            return {"ticket": "", "again": False}
        is_unannounced = (
            announcements.state_of(tx.conn, tx.hall_id, ticket)[0] == announcements.PENDING
        )
        if not is_unannounced and not _may_be_coming(ctx, tx, ticket):
            return {"ticket": "", "again": False}
        if tx.now - (ticket.called_at or 0) >= KEY_AGAIN_MS:
            call_ticket(ctx, tx, actor, ticket, Move.RECALL, window, {"codes": []})
        return {"ticket": ticket.id, "again": True}

    answer = ctx.command(actor, f"{key}/again", request, act, brief=True)
    return str(answer["ticket"]) or call_next(ctx, actor, key, window, "default")


def _may_be_coming(ctx: Context, tx: Tx, ticket: Ticket) -> bool:
    """Return True while a called person may still be on the way: within the no-show time."""
    calls = call_queries.calls_of(tx.conn, tx.hall_id, ticket.id)
    return tx.now < no_show_from(ctx.settings(), ticket, calls, tx.now)


def _complete(
    ctx: Context, tx: Tx, actor: Actor, window: str, outcome: str | None
) -> Ticket | None:
    """End the service in progress with `outcome`; return the ended ticket, None if idle.

    Raises WINDOW_BUSY if there is one and `outcome` is None.
    """
    current = current_at(tx, window)
    if current is None:
        return None
    if outcome is None:
        raise HallError(QueueCode.WINDOW_BUSY, window=window, number=current.number)
    final_outcome = default_outcome(ctx, current.item) if outcome == "default" else outcome
    started = current
    if current.state is State.CALLED:
        started = after_move(actor, _started(tx, current), Move.START)
        record_move(tx, actor, started, Move.START, {}, "")
    ended = replace(started, outcome=final_outcome, ended_at=tx.now)
    ended = after_move(actor, ended, Move.FINISH)
    ticket_queries.change(tx, ended, current)
    record_move(tx, actor, ended, Move.FINISH, {"outcome": final_outcome}, "")
    return ended


def default_outcome(ctx: Context, item: str) -> Outcome:
    """Return the outcome that a key of the keypad records: an enquiry is answered."""
    entry = ctx.catalogue().item_by.get(item)
    if entry is not None and entry.handling is Handling.CONSULT:
        return Outcome.CONSULTED
    return Outcome(ctx.settings().of(CounterSettings).default_outcome)


def call_ticket(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    ticket: Ticket,
    move: Move,
    window: str,
    why: dict[str, Any],
    was: Ticket | None = None,
) -> Ticket:
    """Assign a ticket to a window as called and store the reason; `was`: as it is stored."""
    state = state_after(move, ticket.state, actor.kind, holds=ticket.holds(window))
    called = replace(
        ticket,
        state=state,
        window=window,
        staff=actor.name,
        first_called_at=ticket.first_called_at or tx.now,
        called_at=tx.now,
        call_count=ticket.call_count + 1,
    )
    ticket_queries.change(tx, called, was or ticket)
    text = json.dumps(why, ensure_ascii=False)
    # A ticket that was never called has no calls to count.
    previous_calls = 0 if ticket.first_called_at is None else _calls_made(tx, ticket)
    call_queries.add_call(tx, called, previous_calls + 1, move, text)
    announcements.await_announcement(ctx, tx, called, previous_calls + 1)
    window_session_queries.record_call(tx, window)
    record_move(tx, actor, called, move, {"calls": called.call_count}, text)
    return called


def _calls_made(tx: Tx, ticket: Ticket) -> int:
    return call_queries.calls_made(tx.conn, tx.hall_id, ticket.id)


def _ended(tx: Tx, ticket: Ticket) -> Ticket:
    return replace(ticket, ended_at=tx.now)


def _started(tx: Tx, ticket: Ticket) -> Ticket:
    return replace(ticket, serving_at=tx.now)


def recall(ctx: Context, actor: Actor, key: str, window: str) -> str:
    """Call the same person again. Raises WINDOW_IDLE, MOVE_NOT_ALLOWED."""

    def act(tx: Tx) -> JsonDict:
        ticket = current(tx, actor, window)
        return {
            "ticket": call_ticket(ctx, tx, actor, ticket, Move.RECALL, window, {"codes": []}).id
        }

    return do(ctx, actor, key, {"act": "recall", "window": window}, act)


def start(ctx: Context, actor: Actor, key: str, window: str) -> str:
    """Start the service: the person is at the window. Raises WINDOW_IDLE, MOVE_NOT_ALLOWED."""
    return at_window(ctx, actor, key, window, Move.START, _started)


def finish(ctx: Context, actor: Actor, key: str, window: str, outcome: Outcome, text: str) -> str:
    """End the service. Raises WINDOW_IDLE, MOVE_NOT_ALLOWED, REASON_REQUIRED (refused, no note)."""
    if outcome is Outcome.REFUSED and not text:
        raise HallError(CommonCode.REASON_REQUIRED, outcome=outcome)

    def ended(tx: Tx, ticket: Ticket) -> Ticket:
        return replace(ticket, outcome=outcome.value, note=text or ticket.note, ended_at=tx.now)

    data = {"outcome": outcome.value, "note": text}
    return at_window(ctx, actor, key, window, Move.FINISH, ended, data)


def no_show(ctx: Context, actor: Actor, key: str, window: str) -> str:
    """Mark the person as missed.

    Raises NO_SHOW_TOO_EARLY before enough calls and seconds, CALL_UNSPOKEN while the last call was
    not announced.
    """
    settings = ctx.settings()

    def missed(tx: Tx, ticket: Ticket) -> Ticket:
        calls = call_queries.calls_of(tx.conn, tx.hall_id, ticket.id)
        require_no_show(settings, ticket, calls, tx.now)
        announcements.require_announced(tx, ticket)
        return ticket

    return at_window(ctx, actor, key, window, Move.NO_SHOW, missed)


def hold(ctx: Context, actor: Actor, key: str, window: str, text: str) -> str:
    """Put the current ticket on hold (filling in a form, fetching a copy)."""

    def held(_tx: Tx, ticket: Ticket) -> Ticket:
        return replace(ticket, note=text or ticket.note)

    return at_window(ctx, actor, key, window, Move.HOLD, held, {"note": text})


def resume(ctx: Context, actor: Actor, key: str, window: str, ticket_id: str) -> str:
    """Call a held or missed ticket to this window again.

    It belongs to the window that called it. At other windows a missed person waits again
    (`return_to_queue`), so that nobody who waits is passed over. Raises TICKET_UNKNOWN,
    NOT_THE_HOLDER, WINDOW_BUSY, WINDOW_PAUSED; TICKET_AT_WINDOW while the person is at a window
    with another number.
    """

    def act(tx: Tx) -> JsonDict:
        require_free(tx, window, actor)
        ticket = require_ticket(tx, ticket_id)
        if not ticket.holds(window):
            raise HallError(QueueCode.NOT_THE_HOLDER, move=Move.RESUME)
        visits.require_not_elsewhere(ctx, tx, ticket)
        reset_ticket = replace(ticket, call_count=0, serving_at=None)
        why = {"codes": ["resumed"]}
        return {
            "ticket": call_ticket(
                ctx, tx, actor, reset_ticket, Move.RESUME, window, why, was=ticket
            ).id
        }

    request: JsonDict = {"act": "resume", "window": window, "ticket": ticket_id}
    return do(ctx, actor, key, request, act)


def transfer(
    ctx: Context,
    actor: Actor,
    key: str,
    window: str,
    *,
    to_window: str | None,
    to_item: str | None,
    to_unit: str | None,
    text: str,
) -> str:
    """Transfer the current ticket; number and seniority stay.

    To a window, to the queue of another item, or to a unit's specialised windows. Raises
    TRANSFER_TARGET unless exactly one known target is given and a window there can call.
    """
    request: JsonDict = {
        "act": "transfer",
        "window": window,
        "to_window": to_window,
        "to_item": to_item,
        "to_unit": to_unit,
        "note": text,
    }
    return _transfer(ctx, actor, key, request, confirmed=False)


def transfer_confirmed(
    ctx: Context, actor: Actor, key: str, window: str, to_window: str, text: str
) -> str:
    """Transfer the current ticket to a window of today, also if nobody is signed in there yet.

    Raises TRANSFER_TARGET for a window that does not open today.
    """
    request: JsonDict = {
        "act": "transfer",
        "window": window,
        "to_window": to_window,
        "to_item": None,
        "to_unit": None,
        "note": text,
        "confirmed": True,
    }
    return _transfer(ctx, actor, key, request, confirmed=True)


def _transfer(ctx: Context, actor: Actor, key: str, request: JsonDict, *, confirmed: bool) -> str:
    window, text = request["window"], request["note"]
    targets = request["to_window"], request["to_item"], request["to_unit"]

    def act(tx: Tx) -> JsonDict:
        session = own_session(tx, window, actor)
        ticket = require_current(tx, window)
        note_undo(tx, session, ticket, Move.TRANSFER)
        moved = with_target(ctx, tx, ticket, window, *targets, confirmed=confirmed)

        def sent(tx: Tx, _ticket: Ticket) -> Ticket:
            return replace(
                moved,
                transfers=moved.transfers + 1,
                call_count=0,
                serving_at=None,
                called_at=None,
                waiting_since=tx.now,
                note=text or moved.note,
            )

        data = {"window": targets[0], "item": targets[1], "unit": targets[2], "note": text}
        return {"ticket": move_on(tx, actor, ticket, Move.TRANSFER, sent, data).id}

    return do(ctx, actor, key, request, act)


def with_target(
    ctx: Context,
    tx: Tx,
    ticket: Ticket,
    window: str,
    to_window: str | None,
    to_item: str | None,
    to_unit: str | None,
    *,
    confirmed: bool = False,
) -> Ticket:
    """Return the ticket in the lane of exactly one target; `window`: the window it comes from.

    Only a named window leads to another building. Raises TRANSFER_TARGET unless the target is known
    and a window there can call, OTHER_SITE, BRANCH_SERVER for a window of another server.
    """
    seats = window_session_queries.sessions(tx.conn, tx.hall_id)
    moment = moment_of(ctx, tx, window_session_queries.for_rules(seats))
    catalogue, settings = ctx.catalogue(), ctx.settings()
    site = of_window(catalogue, settings, window) or of_lane(catalogue, settings, ticket.lane)
    if to_window is not None and to_window in catalogue.window_by:
        there = catalogue.site_of_window(to_window)
        number_ranges.require_here(catalogue, settings, there, ctx.day(tx.now))
    check_target(moment, window, to_window, to_item, to_unit, confirmed=confirmed, site=site)
    if to_window is not None:
        return replace(ticket, lane=window_lane(to_window, ticket.klass))
    if to_item is not None:
        unit = catalogue.item_by[to_item].unit
        return replace(ticket, lane=lane(to_item, ticket.klass, site), item=to_item, queue=unit)
    assert to_unit is not None
    return replace(ticket, lane=unit_lane(to_unit, ticket.klass, site), queue=to_unit)


def return_to_queue(ctx: Context, actor: Actor, key: str, ticket_id: str) -> str:
    """Return a missed ticket to its queue, behind as many others as the setting says.

    Raises TICKET_UNKNOWN, MOVE_NOT_ALLOWED, RETURN_LIMIT.
    """
    return return_missed(ctx, actor, key, ticket_id).ticket_id


def cancel(ctx: Context, actor: Actor, key: str, ticket_id: str) -> str:
    """Cancel a ticket that the person gave up. Raises TICKET_UNKNOWN, MOVE_NOT_ALLOWED."""

    def act(tx: Tx) -> JsonDict:
        ticket = require_ticket(tx, ticket_id)
        return {"ticket": move_on(tx, actor, ticket, Move.CANCEL, _ended).id}

    return do(ctx, actor, key, {"act": "cancel", "ticket": ticket_id}, act)
