"""Acts of a desk without the server that did not fit: kept whole, with what the server knew."""

from __future__ import annotations

import json
from dataclasses import dataclass

from server.domain.tickets import Ticket
from server.services.bus import HallChanged
from server.services.context import Actor, JsonDict, note
from server.services.desk_trust import Doubt
from server.storage import desks
from server.storage.store import Tx
from server.wire.commands import OfflineAct

CHANGED = "desk_acts"
"""What HallChanged says when acts were put aside or settled."""
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
class Aside:
    """Everything a desk did to one ticket from the first act on that does not fit."""

    ticket_id: str
    doubt: Doubt
    known: Ticket | None
    """The ticket as the server knew it before."""
    acts: list[OfflineAct]


def put(tx: Tx, actor: Actor, window: str, number: str, found: Aside) -> None:
    """Keep acts for the office."""
    known: JsonDict = {}
    if found.known is not None:
        known = {name: getattr(found.known, name) for name in KNOWN}
    said = [act.model_dump() for act in found.acts]
    desks.put_aside(
        tx,
        id=number,
        window=window,
        staff=actor.name,
        ticket_id=found.ticket_id,
        reason=found.doubt.value,
        said=json.dumps(said, ensure_ascii=False),
        known=json.dumps(known, ensure_ascii=False),
    )
    data: JsonDict = {"reason": found.doubt.value, "acts": said, "put_aside": number}
    note(tx, actor, "counter.put_aside", found.ticket_id, window=window, data=data)
    tx.events.append(HallChanged(CHANGED, {"window": window}))
