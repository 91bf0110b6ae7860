"""Chosen calls: a window calls a waiting number out of turn, with a reason, if the hall allows it.

Only a number that the window may serve. The reason stands with the call, and the office sees the
day's chosen calls. The rules' order is not changed by it: no run of priority calls is counted.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict
from server.queue import call_queries, reception, visits
from server.queue.call_candidates import ChoosingFloor, LaneHead, Moment, choose, takes
from server.queue.call_order import Choice
from server.queue.calling import call_ticket
from server.queue.errors import QueueCode
from server.queue.settings import ON, CounterSettings
from server.queue.tickets import Move
from server.queue.transitions import do, require_free

CHOSEN = "chosen"
"""Reason code of the call."""
OTHER = "other"
"""Reason of a person that needs words."""


def call_chosen(
    ctx: Context, actor: Actor, key: str, window: str, number: str, reason: str, text: str
) -> str:
    """Call the waiting ticket of today with this number to the window; return its id.

    Raises CHOSEN_OFF, REASON_REQUIRED (other, no words), WINDOW_NOT_SIGNED_IN, WINDOW_TAKEN,
    WINDOW_PAUSED, WINDOW_BUSY, TICKET_NOT_TODAY, CHOSEN_NOT_SERVED, MOVE_NOT_ALLOWED, and
    TICKET_AT_WINDOW while the person is at a window with another number.
    """
    if ctx.settings().of(CounterSettings).chosen_calls != ON:
        raise HallError(QueueCode.CHOSEN_OFF)
    if reason == OTHER and not text:
        raise HallError(CommonCode.REASON_REQUIRED)

    def act(tx: Tx) -> JsonDict:
        require_free(tx, window, actor)
        ticket = reception.find(ctx, tx.conn, number)
        catalogue = ctx.catalogue()
        if not takes(catalogue, catalogue.window_by[window], ticket, ctx.local(tx.now)):
            raise HallError(QueueCode.CHOSEN_NOT_SERVED, number=ticket.number)
        visits.require_not_elsewhere(ctx, tx, ticket)
        facts: dict[str, Any] = {"reason": reason, "note": text}
        why = {"codes": [CHOSEN], "facts": facts}
        return {"ticket": call_ticket(ctx, tx, actor, ticket, Move.CALL, window, why).id}

    request: JsonDict = {
        "act": "call_chosen",
        "window": window,
        "number": number,
        "reason": reason,
        "note": text,
    }
    return do(ctx, actor, key, request, act)


@dataclass(frozen=True, slots=True)
class ChosenCall:
    """Chosen call of a day with its reason."""

    ticket: str
    at: int
    window: str
    staff: str
    reason: str
    note: str


def chosen_calls(conn: Connection, hall_id: str, day: str) -> list[ChosenCall]:
    """Return a day's chosen calls, the last first."""
    calls = []
    for row in call_queries.calls_because(conn, hall_id, day, CHOSEN):
        facts = json.loads(row.why).get("facts", {})
        reason, note = str(facts.get("reason", "")), str(facts.get("note", ""))
        calls.append(ChosenCall(row.ticket_id, row.at, row.window, row.staff, reason, note))
    return sorted(calls, key=lambda call: -call.at)


class _LaterFloor:
    """Floor after some calls that have not been made."""

    def __init__(self, present: ChoosingFloor, waiting: Iterable[LaneHead]) -> None:
        self._present = present
        self._lanes: dict[str, list[LaneHead]] = {}
        for person in sorted(waiting, key=lambda p: (p.ord, p.id)):
            self._lanes.setdefault(person.lane, []).append(person)
        self._calls: list[tuple[LaneHead, str]] = []
        self._runs: dict[str, int] = {}

    def heads(self, without: Collection[str] = ()) -> Sequence[LaneHead]:
        lanes = self._lanes.values()
        heads = [next((p for p in lane if p.visit not in without), None) for lane in lanes]
        return sorted(filter(None, heads), key=lambda head: (head.ord, head.id))

    def busy_visits(self) -> Collection[str]:
        return self._present.busy_visits()

    def priority_calls_over(self, queue: str, order: int, since: int) -> list[str]:
        later = [w for p, w in self._calls if p.level and p.queue == queue and p.ord > order]
        return [*self._present.priority_calls_over(queue, order, since), *later]

    def run_of(self, pool: str) -> int:
        return self._runs[pool] if pool in self._runs else self._present.run_of(pool)

    def call(self, ticket_id: str, window: str, choice: Choice) -> None:
        lanes = self._lanes.values()
        lane, person = next((ln, p) for ln in lanes for p in ln if p.id == ticket_id)
        lane.remove(person)
        self._calls.append((person, window))
        self._runs.update(choice.counts)


def next_tickets(
    present: ChoosingFloor, waiting: Iterable[LaneHead], moment: Moment, window: str, most: int
) -> list[str]:
    """Return the ids of the next tickets that a window would call if no other window called."""
    floor, ids = _LaterFloor(present, waiting), list[str]()
    while len(ids) < most:
        id_and_choice = choose(floor, moment, window)
        if id_and_choice is None:
            break
        ticket_id, choice = id_and_choice
        floor.call(ticket_id, window, choice)
        ids.append(ticket_id)
    return ids
