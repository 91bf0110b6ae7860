"""Price of a closed day's appointments: computed once by replay, and stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from sqlalchemy import Connection

from server.appointments import queries as appointment_queries
from server.appointments.claims import begins
from server.appointments.rules import Arrival
from server.core.actors import SYSTEM
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.queue import ticket_queries
from server.queue.call_candidates import Moment
from server.queue.day_replay import Effect, FirstCall, effect
from server.queue.routing import WindowSession
from server.queue.sites import of_window
from server.queue.tickets import ORDER_STEP, State, Ticket, booked_lane, is_absent, lane
from server.walk_ins import queries
from server.walk_ins.queries import StoredPrice
from server.walk_ins.settings import WalkInSettings

BACK_DAYS = 7
"""Days back of which a price is still computed: a server may have slept."""
HUNDREDTHS = 100


def update(ctx: Context) -> int:
    """Compute and store the prices that are due; return their number."""
    today = ctx.day()
    since = (date.fromisoformat(today) - timedelta(days=BACK_DAYS)).isoformat()

    def due(conn: Connection) -> list[str]:
        days = queries.closed_since(conn, ctx.hall_id, since)
        return [day for day in days if _slots(ctx, conn, day)]

    days = ctx.read_single(due)
    for day in days:
        _store(ctx, ctx.read(partial(price_of, ctx, day=day)))
    return len(days)


def _store(ctx: Context, price: StoredPrice) -> None:
    def act(tx: Tx) -> None:
        if price.day in queries.closed_since(tx.conn, tx.hall_id, price.day):
            queries.add(tx, replace(price, at=tx.now))
            data = {"p95": price.p95, "mean": price.mean, "bound": price.bound}
            write_journal(tx, SYSTEM, "appointment.price", price.day, data=data)

    ctx.write(act)


def price_of(ctx: Context, conn: Connection, day: str) -> StoredPrice:
    """Return the price of a day's appointments, by two replays of its first calls."""
    settings = ctx.settings().of(WalkInSettings)
    cost = effect_of(ctx, conn, day, settings.appointment_wait_minutes)
    return StoredPrice(
        day=day,
        walk_ins=cost.walk_ins,
        mean=round(cost.mean * HUNDREDTHS),
        p95=round(cost.p95 * HUNDREDTHS),
        p95_wait=round(cost.p95_wait * HUNDREDTHS),
        booked=cost.booked,
        booked_mean=round(cost.booked_mean * HUNDREDTHS),
        booked_in_time=cost.booked_in_time,
        agreement=round(cost.agreement * HUNDREDTHS * HUNDREDTHS),
        bound=settings.walk_in_extra_minutes,
        promised=settings.appointment_wait_minutes,
        at=0,
    )


def effect_of(ctx: Context, conn: Connection, day: str, promised: int) -> Effect:
    """Return what a day's appointments cost and gave."""
    slots = _slots(ctx, conn, day)
    stored = ticket_queries.of_day(conn, ctx.hall_id, day)
    ids = [t.id for t in stored if t.first_called_at is not None and not is_absent(t.lane)]
    calls = queries.first_calls(conn, ctx.hall_id, ids)
    spans = _spans(calls)
    catalogue, settings = ctx.catalogue(), ctx.settings()
    sites = {call.ticket: of_window(catalogue, settings, call.window) for call in calls}
    tickets = [
        _as_issued(ticket, place, slots.get(ticket.id), sites.get(ticket.id, ""))
        for place, ticket in enumerate(stored, 1)
        if not is_absent(ticket.lane)
    ]

    def moment_at(at: int) -> Moment:
        seated = {
            w: WindowSession(w, "") for w, (first, last) in spans.items() if first <= at <= last
        }
        return Moment(catalogue, settings, seated, ctx.local(at), at)

    return effect(tickets, calls, moment_at, promised)


def _slots(ctx: Context, conn: Connection, day: str) -> dict[str, int]:
    """Return the starts (ms) of the appointments of those who came in time, by ticket."""
    rows = appointment_queries.of_days(conn, ctx.hall_id, day, day)
    return {
        row.ticket: begins(ctx, day, row.start)
        for row in rows
        if row.ticket and row.arrival == Arrival.ON_TIME.value
    }


def _as_issued(ticket: Ticket, place: int, slot: int | None, site: str) -> Ticket:
    """Return a ticket as it waited for its first call; `place`: in the order of issue.

    `site`: building of the window that called it first.
    """
    own = lane(ticket.item, ticket.klass, site)
    if slot:
        own = booked_lane(ticket.item, ticket.klass, slot, site)
    moved = ticket.returns or ticket.transfers
    since = ticket.issued_at if moved else min(ticket.waiting_since, ticket.first_called_at or 0)
    since = max(since, ticket.issued_at)
    return replace(
        ticket,
        state=State.WAITING,
        lane=own,
        ord=place * ORDER_STEP,
        waiting_since=since,
        visit="",
    )


def _spans(calls: list[FirstCall]) -> dict[str, tuple[int, int]]:
    """Return the time from the first to the last call of each window."""
    spans: dict[str, tuple[int, int]] = {}
    for made in calls:
        first, last = spans.get(made.window, (made.at, made.at))
        spans[made.window] = min(first, made.at), max(last, made.at)
    return spans
