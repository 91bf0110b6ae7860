"""Office decisions on desk actions done without the server that could not be imported."""

from __future__ import annotations

import json

from server.core.actors import Actor, ActorKind
from server.core.errors import CommonCode, HallError
from server.core.events import HallChanged
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.queue.errors import QueueCode
from server.queue.offline import desk_queries
from server.queue.offline.desk_quarantine import CHANGED
from server.queue.offline.errors import OfflineCode
from server.queue.offline.import_desk_acts import replay
from server.queue.offline.messages import OfflineAct
from server.queue.transitions import current_at

TAKEN, DISMISSED = "taken", "dismissed"


def settle(ctx: Context, actor: Actor, key: str, number: str, accept: bool, words: str) -> None:
    """Accept actions as the desk reports them, or dismiss them; either with a reason.

    Raises ACTS_UNKNOWN, ACTS_SETTLED, OWN_CASE for the person who did them, or the refusal of the
    first action that the ticket does not allow; then nothing is changed.
    """

    def act(tx: Tx) -> JsonDict:
        row = desk_queries.get_quarantined(tx.conn, tx.hall_id, number)
        if row is None:
            raise HallError(OfflineCode.ACTS_UNKNOWN)
        if row.settled_at is not None:
            raise HallError(OfflineCode.ACTS_SETTLED)
        if row.staff == actor.name:
            raise HallError(CommonCode.OWN_CASE)
        if accept:
            _take(ctx, tx, row.staff, row.window, json.loads(row.said))
        settled_as = TAKEN if accept else DISMISSED
        desk_queries.settle(tx, number, settled_as, actor.key, words)
        data: JsonDict = {"put_aside": number, "as": settled_as, "staff": row.staff}
        write_journal(
            tx, actor, "counter.settle", row.ticket_id, window=row.window, data=data, why=words
        )
        tx.events.append(HallChanged(CHANGED, {"window": row.window}))
        return {}

    request: JsonDict = {"act": "settle_acts", "number": number, "taken": accept, "words": words}
    ctx.command(actor, key, request, act)


def _take(ctx: Context, tx: Tx, staff: str, window: str, entries: list[JsonDict]) -> None:
    acts = [OfflineAct.model_validate(entry) for entry in entries]
    replay(ctx.settings(), tx, Actor(ActorKind.CLERK, staff), window, acts)
    current_ticket = current_at(tx, window)
    if current_ticket is not None and current_ticket.id == acts[-1].ticket:
        # The person has left by now; a ticket that the desk did not end must not stay current.
        raise HallError(QueueCode.WINDOW_BUSY, window=window, number=current_ticket.number)
