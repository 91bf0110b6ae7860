"""Figures of one week from the records. Read only: the same facts give the same figures."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from server.bulletins.figures import Figures
from server.core.rooms import modules
from server.core.weeks import Fact, Week
from server.hall.context import Context
from server.hall.past_catalogue import catalogue_then
from server.hall.week_request import WeekFacts, WeekRequest


def figures(ctx: Context, conn: Connection, week: Week) -> Figures:
    """Return all figures of the bulletin on `week`, from the facts recorded so far.

    Each room with a module `week_facts` reports its own.
    """
    catalogue = catalogue_then(ctx, conn, week.last)
    request = WeekRequest(ctx, conn, catalogue, week)
    quoted: dict[str, Fact] = {}
    lines: dict[str, Any] = {}
    for room in sorted(modules("week_facts"), key=lambda room: int(room.PLACE)):
        part: WeekFacts = room.week_facts(request)
        quoted |= part.facts
        lines |= part.lines
    return Figures(
        week=week.id,
        first=week.first.isoformat(),
        last=week.last.isoformat(),
        hall=catalogue.hall_name,
        facts=quoted,
        **lines,
    )
