"""Price of a closed day's appointments: computed once by replay, and stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import Connection

from server.appointments import queries as appointment_queries
from server.appointments.claims import begins
from server.appointments.rules import Arrival
from server.core.actors import SYSTEM
from server.core.clock import instant
from server.core.settings import GeneralSettings
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.queue import seat_lines, ticket_queries
from server.queue.call_candidates import Moment
from server.queue.day_replay import Effect, FirstCall, Wait, effect
from server.queue.routing import WindowSession
from server.queue.sites import of_window
from server.queue.tickets import site_of
from server.walk_ins import queries
from server.walk_ins.queries import StoredPrice
from server.walk_ins.recorded_day import Issued, waits_of
from server.walk_ins.settings import WalkInSettings

BACK_DAYS = 7
"""Days back of which a price is still computed: a server may have slept."""
HUNDREDTHS = 100
CALL = "ticket.call"


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
    waits, calls = waits_of_day(ctx, conn, day)
    seats = _seats(ctx, conn, day, calls)
    catalogue, settings = ctx.catalogue(), ctx.settings()

    def moment_at(at: int) -> Moment:
        seated = {
            window: WindowSession(window, "")
            for window, spans in seats.items()
            if any(first <= at <= last for first, last in spans)
        }
        return Moment(catalogue, settings, seated, ctx.local(at), at)

    return effect(waits, calls, moment_at, promised)


def waits_of_day(ctx: Context, conn: Connection, day: str) -> tuple[list[Wait], list[FirstCall]]:
    """Return the waits of a day's tickets, and the calls by the rules that ended them."""
    slots = _slots(ctx, conn, day)
    stored = [t for t in ticket_queries.of_day(conn, ctx.hall_id, day) if not t.branch]
    lines = queries.ticket_lines(conn, ctx.hall_id, [ticket.id for ticket in stored])
    catalogue, settings = ctx.catalogue(), ctx.settings()
    units = {item.code: item.unit for item in catalogue.items}
    waits, calls = list[Wait](), list[FirstCall]()
    for place, ticket in enumerate(stored, 1):
        own = lines.get(ticket.id, [])
        window = next((line.window for line in own if line.act == CALL), "")
        item = next((str(json.loads(line.data).get("item", "")) for line in own[:1]), "")
        issued = replace(ticket, item=item or ticket.item, queue=units.get(item, ticket.queue))
        site = of_window(catalogue, settings, window) if window else site_of(ticket.lane)
        more = waits_of(Issued(issued, place, slots.get(ticket.id), site, units), own)
        waits += more[0]
        calls += more[1]
    return waits, calls


def _seats(
    ctx: Context, conn: Connection, day: str, calls: Sequence[FirstCall]
) -> dict[str, list[tuple[int, int]]]:
    """Return the times of each window with a person: by the journal, else from call to call."""
    midnight = datetime.combine(date.fromisoformat(day), time())
    zone = ctx.settings().of(GeneralSettings).timezone
    begin, end = instant(midnight, zone), instant(midnight + timedelta(days=1), zone)
    windows = [window.code for window in ctx.catalogue().windows]
    lines = seat_lines.between(conn, ctx.hall_id, windows, begin, end)
    return {window: [span] for window, span in _spans(calls).items()} | seat_lines.seats_of(
        lines, begin, end
    )


def _slots(ctx: Context, conn: Connection, day: str) -> dict[str, int]:
    """Return the starts (ms) of the appointments of those who came in time, by ticket."""
    rows = appointment_queries.of_days(conn, ctx.hall_id, day, day)
    return {
        row.ticket: begins(ctx, day, row.start)
        for row in rows
        if row.ticket and row.arrival == Arrival.ON_TIME.value
    }


def _spans(calls: Iterable[FirstCall]) -> dict[str, tuple[int, int]]:
    """Return the time from the first to the last call of each window."""
    spans: dict[str, tuple[int, int]] = {}
    for made in calls:
        first, last = spans.get(made.window, (made.at, made.at))
        spans[made.window] = min(first, made.at), max(last, made.at)
    return spans
