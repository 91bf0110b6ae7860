"""Replays of actions on leave that a second person has confirmed."""

from __future__ import annotations

from server.core.actors import Actor
from server.hall.context import Context, JsonDict
from server.hall.replays import Replay
from server.leave import actions as leave_actions


def _cancel_leave(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    leave_actions.cancel(ctx, actor, key, args["leave"], args["words"])


REPLAYS = {
    "leave.cancel": Replay(_cancel_leave),
}
