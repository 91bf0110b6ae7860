"""Replays of actions on spot checks and findings that a second person has confirmed."""

from __future__ import annotations

from server.core.actors import Actor
from server.hall.context import Context, JsonDict
from server.hall.replays import Replay
from server.spot_checks import finding_actions, rounds


def _judge(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    finding_actions.judge(ctx, actor, key, args["finding"], args["confirm"], args["why"])


def _mark(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    values = {name: args[name] for name in rounds.MarkRequest.__dataclass_fields__}
    listed = {"faults": tuple(args["faults"]), "photos": tuple(args["photos"])}
    rounds.mark(ctx, actor, key, args["check"], rounds.MarkRequest(**values | listed))


REPLAYS = {
    "finding_judge": Replay(_judge),
    "check_mark": Replay(_mark),
}
