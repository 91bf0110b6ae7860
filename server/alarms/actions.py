"""Acknowledgement of alarms: silences an alarm and records the person in the journal."""

from __future__ import annotations

from server.alarms import queries
from server.core.actors import Actor
from server.core.events import HallChanged
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal


def acknowledge(ctx: Context, actor: Actor, key: str, code: str, subject: str) -> None:
    """Acknowledge an alarm; one that has disappeared meanwhile is accepted too."""

    def act(tx: Tx) -> JsonDict:
        queries.take(tx, code, subject, actor.name)
        write_journal(tx, actor, "alarm.take", subject, data={"code": code})
        tx.events.append(HallChanged("alarms"))
        return {}

    ctx.command(actor, key, {"act": "alarm_take", "code": code, "subject": subject}, act)
