"""How each act that may move a past day is played again once a second person has confirmed it.

By the name under which the act is kept. An act that is not here cannot move a past day at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.domain.catalogue import Role
from server.services import readers_office
from server.services.context import Actor, Context, JsonDict

Play = Callable[[Context, Actor, str, JsonDict], object]


@dataclass(frozen=True, slots=True)
class Replay:
    """An act, and the rank that whoever confirms it must have."""

    play: Play
    rank: Role = Role.MANAGER


def _link(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    readers_office.link(ctx, actor, key, args["enrolment"], args["staff"], args["since"])


def _link_same(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    readers_office.link_same(ctx, actor, key, args["since"])


def _move_reader(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    readers_office.move(ctx, actor, key, args["serial"], args["state"])


REPLAYS: dict[str, Replay] = {
    "finger.link": Replay(_link),
    "finger.link_same": Replay(_link_same),
    "reader.move": Replay(_move_reader),
}
