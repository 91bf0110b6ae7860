"""Somebody takes an alarm: it is quiet while they deal with it, and the journal knows who."""

from __future__ import annotations

from server.services.bus import HallChanged
from server.services.context import Actor, Context, JsonDict, note
from server.storage import alarms
from server.storage.store import Tx


def take(ctx: Context, actor: Actor, key: str, code: str, subject: str) -> None:
    """Deal with an alarm from now on; one that is gone meanwhile is no mistake."""

    def act(tx: Tx) -> JsonDict:
        alarms.take(tx, code, subject, actor.name)
        note(tx, actor, "alarm.take", subject, data={"code": code})
        tx.events.append(HallChanged("alarms"))
        return {}

    ctx.command(actor, key, {"act": "alarm_take", "code": code, "subject": subject}, act)
