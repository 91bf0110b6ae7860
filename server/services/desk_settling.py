"""The office's decision about acts that a desk did without the server and that did not fit."""

from __future__ import annotations

import json

from server.domain.errors import Code, HallError
from server.domain.tickets import ActorKind
from server.services.bus import HallChanged
from server.services.context import Actor, Context, JsonDict, note
from server.services.desk_aside import CHANGED
from server.services.moves import current_at
from server.services.replaying import replay
from server.storage import desks
from server.storage.store import Tx
from server.wire.commands import OfflineAct

TAKEN, DISMISSED = "taken", "dismissed"


def settle(ctx: Context, actor: Actor, key: str, number: str, taken: bool, words: str) -> None:
    """Take acts as the desk says they were, or dismiss them; either with a reason.

    Raises ACTS_UNKNOWN, ACTS_SETTLED, OWN_CASE for whose acts they are, or the refusal of the first
    act that the ticket does not allow; then nothing is changed.
    """

    def act(tx: Tx) -> JsonDict:
        row = desks.get_aside(tx.conn, tx.hall_id, number)
        if row is None:
            raise HallError(Code.ACTS_UNKNOWN)
        if row.settled_at is not None:
            raise HallError(Code.ACTS_SETTLED)
        if row.staff == actor.name:
            raise HallError(Code.OWN_CASE)
        if taken:
            _take(ctx, tx, row.staff, row.window, json.loads(row.said))
        settled_as = TAKEN if taken else DISMISSED
        desks.settle(tx, number, settled_as, actor.key, words)
        data: JsonDict = {"put_aside": number, "as": settled_as, "staff": row.staff}
        note(tx, actor, "counter.settle", row.ticket_id, window=row.window, data=data, why=words)
        tx.events.append(HallChanged(CHANGED, {"window": row.window}))
        return {}

    asked: JsonDict = {"act": "settle_acts", "number": number, "taken": taken, "words": words}
    ctx.command(actor, key, asked, act)


def _take(ctx: Context, tx: Tx, staff: str, window: str, said: list[JsonDict]) -> None:
    acts = [OfflineAct.model_validate(one) for one in said]
    replay(ctx.settings(), tx, Actor(ActorKind.CLERK, staff), window, acts)
    held = current_at(tx, window)
    if held is not None and held.id == acts[-1].ticket:
        # Nobody stands there any more; a ticket that the desk did not end is no ticket of now.
        raise HallError(Code.WINDOW_BUSY, window=window, number=held.number)
