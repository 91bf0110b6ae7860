"""End of a person's photo, because the person left or may not act any more."""

from __future__ import annotations

from server.core.actors import Actor
from server.core.store import Tx
from server.hall.context import Context
from server.staff_photos.actions import remove_within


def end_work(_ctx: Context, tx: Tx, actor: Actor, staff: str, reason: str) -> None:
    """Stop showing the photo of a person who works here no more."""
    remove_within(tx, actor, staff, reason)
