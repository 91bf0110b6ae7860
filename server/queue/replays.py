"""Replays of corrections of past services that a second person has confirmed."""

from __future__ import annotations

from server.core.actors import Actor
from server.hall.context import Context, JsonDict
from server.hall.replays import Replay
from server.queue import corrections
from server.queue.tickets import Outcome


def _correct(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    corrections.correct(
        ctx,
        actor,
        key,
        args["ticket"],
        outcome=Outcome(args["outcome"]),
        item=args["item"],
        text=args["reason"],
    )


REPLAYS = {"ticket.correct": Replay(_correct)}
