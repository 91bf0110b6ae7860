"""Figures of one week from the records. Read only: the same facts give the same figures."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from server.bulletins.figures import Figures
from server.catalogue import queries as catalogue_queries
from server.catalogue.model import Catalogue
from server.core.rooms import modules
from server.core.weeks import Fact, Week
from server.hall.context import Context
from server.hall.week_request import WeekFacts, WeekRequest


def figures(ctx: Context, conn: Connection, week: Week) -> Figures:
    """Return all figures of the bulletin on `week`, from the facts recorded so far.

    Each room with a module `week_facts` reports its own.
    """
    catalogue = _catalogue_then(ctx, conn, week)
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


def _catalogue_then(ctx: Context, conn: Connection, week: Week) -> Catalogue:
    """Return the business data as they stood at the week's end.

    Units that came or went later neither appear nor are missing. The first data also apply to the
    time before them.
    """
    versions = _versions(conn, ctx.hall_id)
    versions_by_then = [version for version, at in versions if ctx.local(at).date() <= week.last]
    if not versions or (versions_by_then and versions_by_then[-1] == versions[-1][0]):
        return ctx.catalogue()
    return ctx.catalogue_at(conn, versions_by_then[-1] if versions_by_then else versions[0][0])


def _versions(conn: Connection, hall_id: str) -> list[tuple[int, int]]:
    """Return version and time (ms) of all business data, oldest first."""
    rows = catalogue_queries.versions(conn, hall_id)
    return sorted((row["version"], row["at"]) for row in rows)
