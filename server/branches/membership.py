"""Branches at the main server: a building gets a server, the server joins, the branch ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection, func, select, update

from server.accounts import queries as accounts_queries
from server.branches import changes, queries, triggers
from server.branches.changes import Change
from server.branches.deliveries import CHANGED, server_of
from server.branches.errors import BranchCode
from server.branches.ownership import BUSINESS_DATA, CALL, OF_MAIN, TICKET
from server.catalogue import queries as catalogue_queries
from server.core import setting_queries
from server.core.actors import Actor, ActorKind
from server.core.columns import metadata
from server.core.engine import newest
from server.core.errors import HallError
from server.core.events import HallChanged
from server.core.journal_line import GENESIS
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.queue import tables as queue_tables
from server.queue.branch_notation import BranchServer, text_of
from server.queue.number_ranges import LOWEST_OF_BRANCH, SMALLEST_BLOCK, branch_servers
from server.queue.offline import lease_queries
from server.queue.offline.lease_rules import TOP
from server.queue.tickets import State

SETTING = "branch_servers"
_OPEN = [s.value for s in (State.WAITING, State.CALLED, State.SERVING, State.HELD, State.MISSED)]


def add(ctx: Context, actor: Actor, key: str, site: str, first: int, last: int) -> JsonDict:
    """Let a building run its own server, with numbers `first` to `last` of every prefix.

    It begins today, or tomorrow if any of these numbers is in use today. Raises BRANCH_SITE,
    BRANCH_RUNS, BRANCH_BLOCK.
    """

    def act(tx: Tx) -> JsonDict:
        catalogue, day = ctx.catalogue(), ctx.day(tx.now)
        servers = branch_servers(ctx.within(tx).settings())
        if site not in catalogue.site_by or site == catalogue.sites[0].code:
            raise HallError(BranchCode.BRANCH_SITE)
        if any(s.site == site and (not s.until or day < s.until) for s in servers):
            raise HallError(BranchCode.BRANCH_RUNS)
        _require_block(servers, day, first, last)
        since = _following(day) if _in_use(tx.conn, tx.hall_id, day, first) else day
        others = [s for s in servers if s.site != site]
        server = BranchServer(site, first, last, since)
        setting_queries.put(tx, SETTING, text_of([*others, server]), actor.key)
        queries.add(tx, site)
        triggers.install(tx.conn, OF_MAIN)
        data = {"first": first, "last": last, "since": since}
        write_journal(tx, actor, "branch.add", site, data=data)
        tx.events += [HallChanged("settings"), HallChanged(CHANGED)]
        return {"since": since}

    request = {"act": "branch.add", "site": site, "first": first, "last": last}
    return ctx.command(actor, key, request, act)


def _require_block(servers: tuple[BranchServer, ...], day: str, first: int, last: int) -> None:
    running = (s for s in servers if not s.until or day < s.until)
    fits = first >= LOWEST_OF_BRANCH and last <= TOP and last - first + 1 >= SMALLEST_BLOCK
    if not fits or any(server.overlaps(first, last) for server in running):
        raise HallError(BranchCode.BRANCH_BLOCK, low=LOWEST_OF_BRANCH, size=SMALLEST_BLOCK)


def _following(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _in_use(conn: Connection, hall_id: str, day: str, first: int) -> bool:
    """Return True if a number from `first` on was issued or leased here on that day."""
    t = queue_tables.ticket.c
    issued = select(func.max(t.seq)).where(t.hall_id == hall_id, t.day == day)
    last = conn.execute(issued).scalar_one() or 0
    leased = any(lease.last >= first for lease in lease_queries.of_day(conn, hall_id, day))
    return leased or last >= first


def start(ctx: Context, site: str, revision: str) -> tuple[int, int, list[Change]]:
    """Begin a run of a branch; return its number, the position, and the rows it begins with.

    A server that was lost is replaced so: its rows of today come back from here. Raises
    BRANCH_UNKNOWN, BRANCH_VERSION.
    """
    if revision != newest():
        raise HallError(BranchCode.BRANCH_VERSION)
    server_of(ctx, site)

    def act(tx: Tx) -> tuple[int, int, list[Change]]:
        row = queries.get(tx.conn, tx.hall_id, site)
        if row is None:
            raise HallError(BranchCode.BRANCH_UNKNOWN)
        run = row.run + 1
        fresh = {"run": run, "applied": 0, "lines": 0, "line_hash": GENESIS, "refusal": ""}
        queries.change(tx, site, heard_at=tx.now, **fresh)
        data = {"run": run, "lines": row.lines}
        write_journal(tx, Actor(ActorKind.BRANCH, site), "branch.start", site, data=data)
        tx.events.append(HallChanged(CHANGED))
        position = changes.last(tx.conn, tx.hall_id)
        return run, position, _first_rows(ctx, tx, site)

    return ctx.write(act)


def _first_rows(ctx: Context, tx: Tx, site: str) -> list[Change]:
    """Return the main server's rows, the newest business data only, then the branch's own day."""
    latest = catalogue_queries.latest(tx.conn, tx.hall_id)
    version = latest[0] if latest else 0
    rows: list[Change] = []
    for name in OF_MAIN:
        column = metadata.tables[name].c.get("version") if name in BUSINESS_DATA else None
        where = None if column is None else column == version
        rows += changes.rows_of(tx.conn, tx.hall_id, name, where)
    t, c = queue_tables.ticket.c, queue_tables.call.c
    today = (t.branch == site) & (t.day == ctx.day(tx.now))
    own = select(t.id).where(t.hall_id == tx.hall_id, today)
    rows += changes.rows_of(tx.conn, tx.hall_id, TICKET, today)
    return [*rows, *changes.rows_of(tx.conn, tx.hall_id, CALL, c.ticket_id.in_(own))]


def end(ctx: Context, actor: Actor, key: str, site: str) -> None:
    """End a branch: this server runs the building's queues from tomorrow on.

    What the branch has not delivered by now is not received any more; its open numbers end with
    the day. Raises BRANCH_UNKNOWN.
    """
    server = server_of(ctx, site)

    def act(tx: Tx) -> JsonDict:
        day = ctx.day(tx.now)
        ended = replace(server, until=max(_following(day), server.since))
        present = branch_servers(ctx.within(tx).settings())
        servers = [ended if s == server else s for s in present]
        setting_queries.put(tx, SETTING, text_of(servers), actor.key)
        accounts_queries.revoke(tx, ActorKind.BRANCH, site)
        t = queue_tables.ticket.c
        is_open = (t.hall_id == tx.hall_id) & (t.branch == site) & t.state.in_(_OPEN)
        open_ids = tx.conn.execute(select(t.id).where(is_open)).scalars().all()
        tx.conn.execute(update(queue_tables.ticket).where(is_open).values(branch=""))
        data = {"until": ended.until, "open": sorted(open_ids)}
        write_journal(tx, actor, "branch.end", site, data=data)
        tx.events += [HallChanged("settings"), HallChanged(CHANGED)]
        return {}

    ctx.command(actor, key, {"act": "branch.end", "site": site}, act)
