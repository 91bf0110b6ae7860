"""Replays of actions on the calendar and the business data that a second person has confirmed."""

from __future__ import annotations

from datetime import date

from server.catalogue import actions as catalogue_actions
from server.catalogue import calendar_import
from server.core.actors import Actor, Role
from server.core.working_days import SpecialDay
from server.hall.context import Context, JsonDict
from server.hall.replays import Replay


def _calendar(ctx: Context, actor: Actor, _key: str, args: JsonDict) -> None:
    days = [SpecialDay(date.fromisoformat(d), opens, n, like) for d, opens, n, like in args["days"]]
    calendar_import.put_year(ctx, actor, args["year"], days, args["source"])


def _import_catalogue(ctx: Context, actor: Actor, _key: str, args: JsonDict) -> None:
    catalogue_actions.import_stored(ctx, actor, args["catalogue"], args["text"], args["basis"])


REPLAYS = {
    "calendar.import": Replay(_calendar),
    "catalogue.import": Replay(_import_catalogue, Role.ADMINISTRATOR),
}
