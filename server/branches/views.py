"""The office's page of branches: messages made from what was read."""

from __future__ import annotations

from sqlalchemy import Connection

from server.branches import changes, queries
from server.branches.messages import BranchesView, BranchView, LineView, SiteChoice
from server.branches.queries import StoredBranch
from server.branches.reports import FRESH_MS
from server.core.config import Config
from server.hall.context import Context
from server.queue.branch_notation import BranchServer
from server.queue.number_ranges import branch_servers

SILENT_MS = FRESH_MS
"""Milliseconds without a word after which a branch counts as silent."""


def branches(ctx: Context, config: Config, conn: Connection, now: int) -> BranchesView:
    """Return the line at a branch server, and the branches of the hall."""
    catalogue, day = ctx.catalogue(), ctx.day(now)
    servers = branch_servers(ctx.settings())
    stored = {row.site: row for row in queries.every(conn, ctx.hall_id)}
    names = {site.code: site.name for site in catalogue.sites}
    free = [s for s in catalogue.sites[1:] if all(not _holds(r, s.code, day) for r in servers)]
    return BranchesView(
        line=_line(ctx, config, conn, names),
        branches=[
            _branch(server, stored.get(server.site), names, now)
            for server in servers
            if not config.branch_site
        ],
        sites=[
            SiteChoice(site=site.code, name=site.name) for site in free if not config.branch_site
        ],
    )


def _holds(server: BranchServer, site: str, day: str) -> bool:
    return server.site == site and (not server.until or day < server.until)


def _branch(
    server: BranchServer, row: StoredBranch | None, names: dict[str, str], now: int
) -> BranchView:
    return BranchView(
        site=server.site,
        name=names.get(server.site, server.site),
        first=server.first,
        last=server.last,
        since=server.since,
        until=server.until,
        state=state_of(server, row, now),
        heard_at=row.heard_at if row else None,
        lines=row.lines if row else 0,
        windows=row.windows if row else 0,
        waiting=row.waiting if row else 0,
        refusal=row.refusal if row else "",
    )


def state_of(server: BranchServer, row: StoredBranch | None, now: int) -> str:
    """Return the state of a branch, see `BranchView.state`."""
    if server.until:
        return "ended"
    if row is None or not row.run:
        return "waiting"
    if row.refusal:
        return "refused"
    if row.heard_at is None or now - row.heard_at > SILENT_MS:
        return "silent"
    return "connected"


def _line(ctx: Context, config: Config, conn: Connection, names: dict[str, str]) -> LineView | None:
    line = queries.line(conn, ctx.hall_id)
    if line is None:
        return None
    return LineView(
        site=line.site,
        name=names.get(line.site, line.site),
        main=config.main_url,
        heard_at=line.heard_at,
        undelivered=changes.count_after(conn, ctx.hall_id, line.delivered),
        refusal=line.refusal,
    )
