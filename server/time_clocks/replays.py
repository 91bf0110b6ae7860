"""Replays of actions on time clocks that a second person has confirmed."""

from __future__ import annotations

from server.core.actors import Actor, Role
from server.hall.context import Context, JsonDict
from server.hall.replays import Replay
from server.time_clocks import actions as time_clocks_actions
from server.time_clocks import manual_entry, quarantine


def _link(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    time_clocks_actions.link(ctx, actor, key, args["enrolment"], args["staff"], args["since"])


def _link_same(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    time_clocks_actions.link_same(ctx, actor, key, args["since"])


def _file_part(ctx: Context, actor: Actor, _key: str, args: JsonDict) -> None:
    manual_entry.take_part(ctx, actor, args["serial"], args["lines"], args["name"], args["until"])


def _move_reader(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    time_clocks_actions.move(ctx, actor, key, args["serial"], args["state"])


def _rank_of_move(args: JsonDict) -> Role:
    """Return the rank for a state change of a time clock.

    Managers take it out of service and back; administrators admit and retire it.
    """
    return Role.ADMINISTRATOR if args["state"] == "retired" else Role.MANAGER


def _settle_line(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    quarantine.settle_line(ctx, actor, key, args["line"])


def _settle_lines(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    first, last = args["span"]
    quarantine.settle_lines(ctx, actor, key, args["reader"], (first, last), args["why"])


REPLAYS = {
    "finger.link": Replay(_link),
    "finger.link_same": Replay(_link_same),
    "reader.move": Replay(_move_reader, ranks=_rank_of_move),
    "reader.settle_line": Replay(_settle_line),
    "reader.settle_lines": Replay(_settle_lines),
    "reader.file": Replay(_file_part),
}
