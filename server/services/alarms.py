"""Acknowledgement of alarms: silences an alarm and records the person in the journal."""

from __future__ import annotations

from server.services.bus import HallChanged
from server.services.context import Actor, Context, JsonDict, write_journal
from server.storage import alarms
from server.storage.store import Tx


def acknowledge(ctx: Context, actor: Actor, key: str, code: str, subject: str) -> None:
    """Acknowledge an alarm; one that has disappeared meanwhile is accepted too."""

    def act(tx: Tx) -> JsonDict:
        alarms.take(tx, code, subject, actor.name)
        write_journal(tx, actor, "alarm.take", subject, data={"code": code})
        tx.events.append(HallChanged("alarms"))
        return {}

    ctx.command(actor, key, {"act": "alarm_take", "code": code, "subject": subject}, act)
