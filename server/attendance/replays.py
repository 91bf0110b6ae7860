"""Replays of actions on shift rules that a second person has confirmed."""

from __future__ import annotations

from datetime import date

from server.attendance import shift_rule_actions
from server.core.actors import Actor
from server.hall.context import Context, JsonDict
from server.hall.replays import Replay


def _start_rule(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    shift_rule_actions.start(ctx, actor, key, args["rule"])


def _withdraw_rule(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    shift_rule_actions.withdraw(ctx, actor, key, args["rule"], date.fromisoformat(args["last"]))


REPLAYS = {
    "rule_start": Replay(_start_rule),
    "rule_withdraw": Replay(_withdraw_rule),
}
