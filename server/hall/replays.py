"""Replays of actions that may change a past day, executed when a second person has confirmed them.

A room declares them in `replays.py`: `REPLAYS`, by the name under which the action is stored. An
action without an entry cannot change a past day at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from server.core.actors import Actor, Role
from server.core.rooms import modules
from server.hall.context import Context, JsonDict

Play = Callable[[Context, Actor, str, JsonDict], object]


@dataclass(frozen=True, slots=True)
class Replay:
    """Replay of an action, and the rank required to confirm it."""

    execute: Play
    rank: Role = Role.MANAGER
    ranks: Callable[[JsonDict], Role] | None = None

    def rank_of(self, args: JsonDict) -> Role:
        """Return the rank that the action requires with these arguments."""
        return self.ranks(args) if self.ranks else self.rank


REPLAYS: dict[str, Replay] = {}
"""Core has no action of its own that changes a past day."""


@cache
def replays() -> dict[str, Replay]:
    """Return the replays of every room, by the name of the action."""
    return {
        name: replay for module in modules("replays") for name, replay in module.REPLAYS.items()
    }
