"""Replays of actions that may change a past day, executed when a second person has confirmed them.

Keyed by the name under which the action is stored. An action without an entry cannot change a past
day at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from server.attendance import shift_rule_actions
from server.catalogue import actions as catalogue_actions
from server.catalogue import calendar
from server.catalogue.model import Role
from server.core import setting_changes
from server.core.actors import Actor
from server.core.context import Context, JsonDict
from server.core.working_days import SpecialDay
from server.leave import actions as leave_actions
from server.spot_checks import finding_actions, rounds
from server.time_clocks import actions as time_clocks_actions
from server.time_clocks import manual_entry, quarantine

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


def _calendar(ctx: Context, actor: Actor, _key: str, args: JsonDict) -> None:
    days = [SpecialDay(date.fromisoformat(d), opens, n, like) for d, opens, n, like in args["days"]]
    calendar.put_year(ctx, actor, args["year"], days, args["source"])


def _import_catalogue(ctx: Context, actor: Actor, _key: str, args: JsonDict) -> None:
    catalogue_actions.import_stored(ctx, actor, args["catalogue"], args["text"], args["basis"])


def _start_rule(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    shift_rule_actions.start(ctx, actor, key, args["rule"])


def _withdraw_rule(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    shift_rule_actions.withdraw(ctx, actor, key, args["rule"], date.fromisoformat(args["last"]))


def _settle_line(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    quarantine.settle_line(ctx, actor, key, args["line"])


def _settle_lines(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    first, last = args["span"]
    quarantine.settle_lines(ctx, actor, key, args["reader"], (first, last), args["why"])


def _settings(ctx: Context, actor: Actor, _key: str, args: JsonDict) -> None:
    setting_changes.change(ctx, actor, args["values"], args["basis"])


def _judge(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    finding_actions.judge(ctx, actor, key, args["finding"], args["confirm"], args["why"])


def _mark(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    values = {name: args[name] for name in rounds.MarkRequest.__dataclass_fields__}
    listed = {"faults": tuple(args["faults"]), "photos": tuple(args["photos"])}
    rounds.mark(ctx, actor, key, args["check"], rounds.MarkRequest(**values | listed))


def _cancel_leave(ctx: Context, actor: Actor, key: str, args: JsonDict) -> None:
    leave_actions.cancel(ctx, actor, key, args["leave"], args["words"])


REPLAYS: dict[str, Replay] = {
    "finger.link": Replay(_link),
    "finger.link_same": Replay(_link_same),
    "reader.move": Replay(_move_reader, ranks=_rank_of_move),
    "reader.settle_line": Replay(_settle_line),
    "reader.settle_lines": Replay(_settle_lines),
    "reader.file": Replay(_file_part),
    "calendar.import": Replay(_calendar),
    "catalogue.import": Replay(_import_catalogue, Role.ADMINISTRATOR),
    "rule_start": Replay(_start_rule),
    "rule_withdraw": Replay(_withdraw_rule),
    "settings.change": Replay(_settings, Role.ADMINISTRATOR),
    "finding_judge": Replay(_judge),
    "check_mark": Replay(_mark),
    "leave.cancel": Replay(_cancel_leave),
}
