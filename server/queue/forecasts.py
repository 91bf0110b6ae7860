"""Latest forecast of a hall: one pass of the rules serves kiosks, slips, phones and counters.

A running server keeps it beside its work (`keep`), a moment after each change. An action that gives
out a number then only reads it. Without a keeper (command line, tests) it is played when needed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from server.catalogue.model import Catalogue, Item
from server.core import journal
from server.core.rooms import modules
from server.core.store import Tx
from server.hall.context import Context
from server.queue import call_queries, ticket_counts, ticket_queries, window_session_queries
from server.queue.call_candidates import Moment
from server.queue.events import WaitsPlayed
from server.queue.settings import CounterSettings
from server.queue.ticket_queries import StoredHead
from server.queue.tickets import (
    ABSENT,
    AT_WINDOW,
    PASSED,
    Ticket,
    booked_lane,
    is_absent,
    site_of,
    slot_of,
)
from server.queue.turns import Turn, kind_of
from server.queue.wait_forecast import (
    NEWCOMER,
    Forecast,
    PresentFloor,
    PriorityCall,
    forecast,
    no_breath,
)
from server.queue.wait_range import Service, mean_service

log = logging.getLogger(__name__)
HOUR_MS = 3_600_000
REMOVED_ITEM_MINUTES = 8.0
"""Service time of an item that the business data no longer hold."""
MOST_AGE_MS = 8_000
"""Age beyond which a kept forecast is played again by whoever needs it."""
REST_SECONDS, REST_EACH_SECONDS = 0.3, 0.001
"""Rest of the keeper after a pass, and for each waiting person: changes share the next pass."""
LOOK_SECONDS = 4.0
"""Time after which the keeper looks again without a change: waits pass."""


@dataclass(frozen=True, slots=True)
class ExpectedArrival:
    """Person with an appointment today who is not here yet."""

    item: str
    klass: str
    level: int
    slot: int
    """Start of the appointment in ms."""
    site: str = ""
    """Building to which the person comes, where the hall tells them apart."""


def head_of(arrival: ExpectedArrival, catalogue: Catalogue) -> StoredHead:
    """Return a person who is expected as the head of a lane."""
    lane, unit = booked_lane(arrival.item, arrival.klass, arrival.slot, arrival.site), ""
    if arrival.item in catalogue.item_by:
        unit = catalogue.item_by[arrival.item].unit
    who = arrival.item, arrival.klass, arrival.level
    return StoredHead("", lane, unit, *who, NEWCOMER, arrival.slot, "")


def people_to_come(waiting: Iterable[StoredHead]) -> list[StoredHead]:
    """Return the waiting tickets as if holders of remote numbers checked in before their turn.

    Without those whose turn has passed: they wait again from their check-in on.
    """
    return [
        person._replace(lane=person.lane.removeprefix(ABSENT))
        for person in waiting
        if not person.lane.startswith(PASSED)
    ]


@dataclass(frozen=True, slots=True)
class Joined:
    """Person who took a number after a forecast: windows that may call, level, turn as told."""

    windows: frozenset[str]
    level: int
    turn: Turn


@dataclass(slots=True)
class Latest:
    """A forecast with the last journal line it includes, and those who joined since."""

    seq: int
    at: int
    """Time of the hall in ms."""
    forecast: Forecast
    minutes_of: Callable[[str, str], float]
    joined: dict[str, Joined] = field(default_factory=dict)
    """People who took a number after this forecast, by ticket id."""

    def newcomer(self, item: Item, level: int, slot: int | None = None, site: str = "") -> Turn:
        """Return the turn of a person who takes a number now, behind those who joined since.

        `slot`: start (ms) of the person's appointment. `site`: building in which it is taken.
        """
        turn = self.forecast.newcomer(item, level, slot, site)
        if turn is None:
            return self._without_window(item, level, NEWCOMER, site)
        able = frozenset(self.forecast.callers(item, site))
        more = sum(bool(j.windows & able) and j.level >= level for j in self.joined.values())
        if not more:
            return turn
        minutes = turn.minutes + more * self.minutes_of(item.code, item.unit) / len(able)
        return replace(turn, ahead=turn.ahead + more, minutes=minutes)

    def join(self, ticket: Ticket, item: Item, turn: Turn) -> None:
        """Let a person join, with the turn that the person was told."""
        able = frozenset(self.forecast.callers(item, site_of(ticket.lane)))
        self.joined[ticket.id] = Joined(able, ticket.level, turn)

    def turn_of(self, ticket: Ticket, item: Item) -> Turn:
        """Return the turn of a waiting ticket; of one that came since, that of a newcomer."""
        turn = self.forecast.turns.get(ticket.id)
        if turn is not None:
            return turn
        if ticket.id in self.joined:
            return self.joined[ticket.id].turn
        if any(person.id == ticket.id for person in self.forecast.waiting):
            return self._without_window(item, ticket.level, ticket.ord, site_of(ticket.lane))
        return self.newcomer(item, ticket.level, slot_of(ticket.lane), site_of(ticket.lane))

    def _without_window(self, item: Item, level: int, order: int, site: str) -> Turn:
        """Return the turn while no window may call: as if one of the unit's opened now."""
        ahead = sum(
            person.queue == item.unit
            and (-person.level, person.ord) < (-level, order)
            and site in ("", site_of(person.lane))
            for person in self.forecast.waiting
        )
        minutes = (ahead + 0.5) * self.minutes_of(item.code, item.unit)
        return Turn(kind_of(level, ()), ahead, minutes, 0)


@dataclass(frozen=True, slots=True)
class Present:
    """Present floor with its last journal line, read at one moment."""

    seq: int
    moment: Moment
    floor: PresentFloor

    def play(self, breathe: Callable[[], None] = no_breath) -> Latest:
        """Play the rules forward."""
        played = forecast(self.moment, self.floor, breathe)
        return Latest(self.seq, self.moment.millis, played, self.floor.minutes_of)


class Forecasts:
    """Keeper of a hall's latest forecast. Used by one thread's greenlets."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._latest: Latest | None = None
        self._is_kept = False

    @classmethod
    def of(cls, ctx: Context) -> Forecasts:
        """Return the hall's only instance."""
        forecasts = ctx.kept.get(cls)
        if forecasts is None:
            forecasts = ctx.kept.setdefault(cls, cls(ctx))
        assert isinstance(forecasts, cls)
        return forecasts

    def current(self) -> Latest:
        """Return the forecast for a page; a kept one may be a moment old."""
        latest = self._latest
        if self._is_kept and latest is not None and self._is_fresh(latest, self._ctx.clock.now()):
            return latest
        return self.refresh()

    def in_act(self, tx: Tx) -> Latest:
        """Return the forecast for the running action; a kept one may be a moment old."""
        latest, seq = self._latest, journal.head_in(tx)[0]
        if (
            latest is not None
            and self._is_fresh(latest, tx.now)
            and (self._is_kept or latest.seq == seq)
        ):
            return latest
        return self._present(tx.conn, seq, tx.now).play()

    def refresh(self, breathe: Callable[[], None] = no_breath) -> Latest:
        """Play the rules forward from the present floor, unless nothing changed."""
        latest = self._latest

        def query(conn: Connection) -> Present | None:
            seq, now = journal.head(conn, self._ctx.hall_id)[0], self._ctx.clock.now()
            if latest is not None and (latest.seq, latest.at) == (seq, now):
                return None
            return self._present(conn, seq, now)

        self._ctx.catalogue()  # first, so that the query needs no second connection
        present = self._ctx.read(query)
        if present is None:
            assert latest is not None
            return latest
        before = set(latest.joined) if latest is not None else set()
        played = present.play(breathe)
        if self._is_kept:
            self._prepare(played.forecast, present.floor, breathe)
        if latest is not None:  # who joined during the pass is in neither floor
            played.joined = {t: j for t, j in latest.joined.items() if t not in before}
        self._latest = played
        return played

    def keep(self, wait: Callable[[float], object], rest: Callable[[float], object]) -> None:
        """Keep the forecast for ever. `wait` returns after a change or so many seconds."""
        self._is_kept = True

        def breathe() -> None:
            rest(0)

        while True:
            people, before = 0, self._latest
            try:
                played = self.refresh(breathe)
                people = len(played.forecast.waiting)
                if before is None or before.seq != played.seq:
                    # A page that was redrawn at the change itself told the waits before it.
                    self._ctx.bus.deliver([WaitsPlayed()])
            except Exception:  # whoever needs it plays it then, and reports what is wrong
                log.exception("forecast failed")
            rest(REST_SECONDS + people * REST_EACH_SECONDS)
            wait(LOOK_SECONDS)

    def _prepare(self, played: Forecast, floor: PresentFloor, breathe: Callable[[], None]) -> None:
        """Compute what the next to press will be told, for what was pressed in the last hour.

        Whoever presses then waits only for the books: a long queue takes milliseconds to play.
        """
        items = self._ctx.catalogue().item_by
        kinds = ((person.item, person.level, site_of(person.lane)) for person in floor.lately)
        for code, level, site in dict.fromkeys(kinds):
            if code in items:
                played.newcomer(items[code], level, site=site)
                breathe()

    def _is_fresh(self, latest: Latest, now: int) -> bool:
        return abs(now - latest.at) <= MOST_AGE_MS

    def _present(self, conn: Connection, seq: int, now: int) -> Present:
        ctx, hall_id = self._ctx, self._ctx.hall_id
        catalogue, settings, day = ctx.catalogue(), ctx.settings(), ctx.day(now)
        served = {
            row.queue: Service(row.served, row.millis / 60_000)
            for row in ticket_counts.served_today(conn, hall_id, day)
        }
        prior = settings.of(CounterSettings).service_prior

        def minutes_of(item: str, queue: str) -> float:
            entry = catalogue.item_by.get(item)
            starting = entry.service_minutes if entry is not None else REMOVED_ITEM_MINUTES
            return mean_service(starting, prior, served.get(queue, Service()))

        sessions = window_session_queries.for_rules(window_session_queries.sessions(conn, hall_id))
        at_windows = [
            t
            for t in ticket_queries.all_at_windows(conn, hall_id)
            if t.state in AT_WINDOW and not t.branch
        ]
        calls = call_queries.priority_calls(conn, hall_id, day)
        floor = PresentFloor(
            waiting=people_to_come(ticket_queries.waiting(conn, hall_id)),
            busy={t.window: t.called_at or now for t in at_windows},
            serving={t.window: minutes_of(t.item, t.queue) for t in at_windows},
            priority_calls=[PriorityCall(c.at, c.queue, c.order, c.window) for c in calls],
            runs=call_queries.runs(conn, hall_id, day),
            lately=[
                person
                for person in ticket_queries.issued_since(conn, hall_id, day, now - HOUR_MS)
                if slot_of(person.lane) is None and not is_absent(person.lane)
            ],
            booked=[
                head_of(arrival, catalogue)
                for room in modules("expected_arrivals")
                for arrival in room.expected_arrivals(ctx, conn, day, now)
            ],
            minutes_of=minutes_of,
            visits={t.visit: t.window for t in at_windows if t.visit},
        )
        moment = Moment(catalogue, settings, sessions, ctx.local(now), now)
        return Present(seq, moment, floor)
