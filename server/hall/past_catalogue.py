"""Business data as they stood at the end of a past day, for reports on it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from server.catalogue import queries as catalogue_queries
from server.catalogue.model import Catalogue
from server.hall.context import Context


def catalogue_then(ctx: Context, conn: Connection, last: date) -> Catalogue:
    """Return the business data as they stood at the end of the day `last`.

    Units that came or went later neither appear nor are missing. The first data also apply to the
    time before them.
    """
    versions = _versions(conn, ctx.hall_id)
    versions_by_then = [version for version, at in versions if ctx.local(at).date() <= last]
    if not versions or (versions_by_then and versions_by_then[-1] == versions[-1][0]):
        return ctx.catalogue()
    return ctx.catalogue_at(conn, versions_by_then[-1] if versions_by_then else versions[0][0])


def _versions(conn: Connection, hall_id: str) -> list[tuple[int, int]]:
    """Return version and time (ms) of all business data, oldest first."""
    rows = catalogue_queries.versions(conn, hall_id)
    return sorted((row["version"], row["at"]) for row in rows)
