"""End of a person's work in every room, because the person may not act any more.

An account was disabled, or the person left the staff list. A room ends what it has running of the
person in the same transaction, by a module `barred` with
`end_work(ctx, tx, actor, staff, reason)`; `staff`: number.
"""

from __future__ import annotations

from server.core.actors import Actor
from server.core.rooms import modules
from server.core.store import Tx
from server.hall.context import Context


def end_work(ctx: Context, tx: Tx, actor: Actor, staff: str, reason: str) -> None:
    """End the person's work in every room; `reason` is journalled."""
    for module in modules("barred"):
        module.end_work(ctx, tx, actor, staff, reason)
