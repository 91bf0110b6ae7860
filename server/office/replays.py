"""Replays of actions on settings that a second person has confirmed."""

from __future__ import annotations

from server.core.actors import Actor, Role
from server.hall.context import Context, JsonDict
from server.hall.replays import Replay
from server.office import setting_actions


def _settings(ctx: Context, actor: Actor, _key: str, args: JsonDict) -> None:
    setting_actions.change(ctx, actor, args["values"], args["basis"])


REPLAYS = {
    "settings.change": Replay(_settings, Role.ADMINISTRATOR),
}
