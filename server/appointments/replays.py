"""Replays of decisions on missed appointments that a second person has confirmed."""

from __future__ import annotations

from server.appointments import actions
from server.appointments.rules import HallReason
from server.core.actors import Actor
from server.hall.context import Context, JsonDict
from server.hall.replays import Replay


def _excuse(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    actions.excuse(ctx, actor, key, args["appointment"], args["reason"])


def _miss(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    actions.judge_missed(ctx, actor, key, args["appointment"], args["reason"])


def _cancel(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    reason = HallReason(args["reason"])
    actions.cancel_by_hall(ctx, actor, key, args["appointment"], reason, args["words"])


REPLAYS = {
    "appointment.excuse": Replay(_excuse),
    "appointment.miss": Replay(_miss),
    "appointment.hall_cancel": Replay(_cancel),
}
