"""Quarantined desk actions done without the server: stored whole, with the recorded ticket."""

from __future__ import annotations

import json
from dataclasses import dataclass

from server.core.actors import Actor
from server.core.events import HallChanged
from server.core.store import Tx
from server.hall.context import JsonDict, write_journal
from server.queue.offline import desk_queries
from server.queue.offline.desk_plausibility import Implausibility
from server.queue.offline.messages import OfflineAct
from server.queue.tickets import Ticket

CHANGED = "desk_acts"
"""Subject of HallChanged when desk actions were quarantined or settled."""
KNOWN = (
    "number",
    "state",
    "window",
    "staff",
    "waiting_since",
    "called_at",
    "serving_at",
    "ended_at",
    "outcome",
)


@dataclass(frozen=True, slots=True)
class QuarantinedActions:
    """All actions of a desk on one ticket from the first one that does not fit."""

    ticket_id: str
    doubt: Implausibility
    recorded_ticket: Ticket | None
    """Ticket as the server had it before."""
    acts: list[OfflineAct]


def quarantine(tx: Tx, actor: Actor, window: str, number: str, aside: QuarantinedActions) -> None:
    """Store actions for a decision by the office."""
    ticket_facts: JsonDict = {}
    if aside.recorded_ticket is not None:
        ticket_facts = {name: getattr(aside.recorded_ticket, name) for name in KNOWN}
    actions = [act.model_dump() for act in aside.acts]
    desk_queries.quarantine(
        tx,
        id=number,
        window=window,
        staff=actor.name,
        ticket_id=aside.ticket_id,
        reason=aside.doubt.value,
        said=json.dumps(actions, ensure_ascii=False),
        known=json.dumps(ticket_facts, ensure_ascii=False),
    )
    data: JsonDict = {"reason": aside.doubt.value, "acts": actions, "put_aside": number}
    write_journal(tx, actor, "counter.put_aside", aside.ticket_id, window=window, data=data)
    tx.events.append(HallChanged(CHANGED, {"window": window}))
