"""Acts on remote numbers: one is taken by phone, and checked in in the hall."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection

from server.appointments.rules import barred_until
from server.catalogue.model import Site
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict
from server.queue import issuing, sites, ticket_queries, window_session_queries
from server.queue.errors import QueueCode
from server.queue.forecasts import Forecasts, Latest
from server.queue.number_ranges import require_here
from server.queue.routing import WindowSessions, route
from server.queue.settings import ON
from server.queue.tickets import Ticket, is_absent
from server.queue.wait_range import Wait, wait_of
from server.remote_numbers import queries
from server.remote_numbers.errors import RemoteCode
from server.remote_numbers.rules import Holder, Taken, fits, missed_days
from server.remote_numbers.settings import RemoteSettings

ORDINARY = 0
DAY_MS = 86_400_000


def kept_days(settings: RemoteSettings) -> int:
    """Return the days within which a number that nobody came for can still bar its holder."""
    return settings.remote_misses_days + settings.remote_bar_days


def take(ctx: Context, actor: Actor, key: str, *, item: str, holder: Holder, site: str = "") -> str:
    """Take a remote number for an item; return its ticket's id.

    `site`: building that the person chose; empty: the first one that calls for the item. It is an
    ordinary number: who has priority shows the proof in the hall. Raises the routing's cases,
    REMOTE_OFF, REMOTE_SHORT, REMOTE_TWICE, REMOTE_MOST, REMOTE_FULL, REMOTE_BARRED; INVALID for a
    building that the hall does not have.
    """
    request: JsonDict = {"act": "remote.take", "item": item, "person": holder.person}
    if site:
        request["site"] = site

    def act(tx: Tx) -> JsonDict:
        if site and site not in ctx.catalogue().site_by:
            raise HallError(CommonCode.INVALID, field="site")
        apart = sites.are_apart(ctx.catalogue(), ctx.settings())
        chosen = site if apart else ""
        offer(ctx, tx.conn, item, Forecasts.of(ctx).in_act(tx), chosen)
        _require_person(ctx, tx, item, holder)
        applicant = next(c.code for c in ctx.catalogue().classes if c.level == ORDINARY)
        wanted = issuing.issue_request(item, applicant, "", paper=False)
        extras = issuing.IssueExtras(absent=True, site=chosen)
        issued = issuing.issue_in_act(ctx, tx, actor, wanted, extras)
        days = kept_days(ctx.settings().of(RemoteSettings))
        queries.add(tx, issued.ticket_id, ctx.day(tx.now), holder, tx.now + days * DAY_MS)
        return {"ticket": issued.ticket_id}

    return str(ctx.command(actor, key, request, act)["ticket"])


def offer(ctx: Context, conn: Connection, item: str, latest: Latest, site: str = "") -> Wait:
    """Return the wait for which a remote number of an item is offered now.

    `site`: building that the person chose; then the routing's cases are raised too. Raises
    ITEM_UNKNOWN, REMOTE_OFF, REMOTE_FULL, REMOTE_SHORT, BRANCH_SERVER.
    """
    settings, entry = ctx.settings().of(RemoteSettings), ctx.catalogue().item_by.get(item)
    if entry is None:
        raise HallError(QueueCode.ITEM_UNKNOWN, item=item)
    if settings.remote_numbers != ON:
        raise HallError(RemoteCode.REMOTE_OFF)
    if queries.open_count(conn, ctx.hall_id, entry.unit) >= settings.remote_open_most:
        raise HallError(RemoteCode.REMOTE_FULL, most=settings.remote_open_most)
    place = site or site_of_item(ctx, conn, item)
    require_here(ctx.catalogue(), ctx.settings(), place, ctx.day())
    if site:
        sessions = _sessions(ctx, conn)
        route(ctx.catalogue(), item, ctx.local(), sessions, ctx.settings(), site)
    wait = wait_of(latest.newcomer(entry, ORDINARY, site=place))
    if wait.high <= settings.remote_from_minutes:
        limit = settings.remote_from_minutes
        raise HallError(RemoteCode.REMOTE_SHORT, high=wait.high, limit=limit)
    return wait


def site_of_item(ctx: Context, conn: Connection, item: str) -> str:
    """Return the building in which a remote number of an item is called; empty if not apart."""
    catalogue, settings = ctx.catalogue(), ctx.settings()
    if not sites.are_apart(catalogue, settings):
        return ""
    sessions = _sessions(ctx, conn)
    return sites.of_item(catalogue, settings, catalogue.item_by[item], ctx.local(), sessions)


def choices(ctx: Context, item: str) -> list[Site]:
    """Return the buildings among which people choose for an item; none if there is no choice."""
    catalogue = ctx.catalogue()
    entry = catalogue.item_by.get(item)
    if entry is None or not sites.are_apart(catalogue, ctx.settings()):
        return []
    serving = sites.serving(catalogue, entry, ctx.local())
    return serving if len(serving) > 1 else []


def _sessions(ctx: Context, conn: Connection) -> WindowSessions:
    seats = window_session_queries.sessions(conn, ctx.hall_id)
    return window_session_queries.for_rules(seats)


def _require_person(ctx: Context, tx: Tx, item: str, holder: Holder) -> None:
    settings = ctx.settings().of(RemoteSettings)
    today = date.fromisoformat(ctx.day(tx.now))
    since = (today - timedelta(days=kept_days(settings))).isoformat()
    numbers = queries.of_person(tx.conn, tx.hall_id, holder.person, since)
    until = barred_until(
        missed_days(numbers),
        settings.remote_misses,
        settings.remote_misses_days,
        settings.remote_bar_days,
    )
    if until is not None and today < until:
        raise HallError(RemoteCode.REMOTE_BARRED, until=until.isoformat())
    of_today = [number for number in numbers if number.day == today and number.is_counted]
    same = next((number for number in of_today if _is_open_for(number, item)), None)
    if same is not None:
        raise HallError(RemoteCode.REMOTE_TWICE, number=same.number)
    own, most = len(of_today), settings.remote_day_most
    others = queries.count_of_source(tx.conn, tx.hall_id, holder.source, today.isoformat())
    if own >= most or others >= settings.remote_source_most:
        raise HallError(RemoteCode.REMOTE_MOST, most=most)


def _is_open_for(number: Taken, item: str) -> bool:
    return number.is_open and number.item == item


def by_check_in_code(ctx: Context, text: str) -> Ticket | None:
    """Return the remote number of a check-in code, or of its page's address; None for no such."""
    waiting = ctx.read(lambda c: ticket_queries.all_waiting(c, ctx.hall_id))
    absent = (ticket for ticket in waiting if is_absent(ticket.lane))
    return next((ticket for ticket in absent if fits(text, ticket.token)), None)
