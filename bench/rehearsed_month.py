"""Rehearsed months without a server: the people of the rehearsal, the real rules, no clock.

A day has the visitors of `server.demo.rehearsal.people`, the windows of the reference hall, and the
floor in memory. Windows call by the rules in force. Each newcomer gets a forecast, and the record
holds the real wait beside it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush

from bench.next_ticket import waiting_ticket
from server.catalogue.model import Catalogue, Handling
from server.core.settings import Settings
from server.demo.rehearsal.people import MINUTE, Visitor, visitors
from server.queue.call_candidates import Moment, choose
from server.queue.memory_floor import MemoryFloor
from server.queue.routing import WindowSession, servers, windows_for
from server.queue.settings import CounterSettings
from server.queue.tickets import State, Ticket
from server.queue.turns import Turn
from server.queue.wait_forecast import PresentFloor, PriorityCall, forecast
from server.queue.wait_range import Service, mean_service

BEGIN = datetime.combine(date(2026, 3, 2), time(8, 10))
"""First moment of a rehearsed day."""
SIGN_IN = 18 * MINUTE
KIOSK_MS = 8_000
"""Time until an idle clerk calls a person who has just taken a number."""
GONE_MS = 125_000
"""Time that a person who does not come costs a window."""
LATE_MS = 45_000
PAUSE_MS = 8 * MINUTE
LUNCH_MS, LUNCH_END_MS = 232 * MINUTE, 378 * MINUTE


@dataclass(frozen=True, slots=True)
class Promise:
    """Forecast that a newcomer got, and what the formula of before needs."""

    turn: Turn
    at: int
    windows: tuple[str, ...]
    """Windows that could call this person."""
    minutes: float
    """Mean minutes of the errand, by the services finished until then."""
    free: bool
    """True if one of these windows was free."""
    ahead_in_unit: int
    """People ahead in the unit's own queue."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Promise with the real wait in minutes, and the calls of others before it at able windows."""

    promise: Promise
    minutes: float
    called_before: int


class RehearsedDay:
    """One day in memory."""

    def __init__(self, catalogue: Catalogue, settings: Settings, seed: int, visits: int) -> None:
        self._catalogue, self._settings = catalogue, settings
        self._chance = random.Random(f"{seed}-service")
        self._floor = MemoryFloor()
        self._sessions = {w.code: WindowSession(w.code, w.code) for w in catalogue.windows}
        self._pace = {u.code: self._chance.lognormvariate(0, 0.25) for u in catalogue.units}
        """Service time of a unit on this day over the usual one; no forecast has it."""
        self._agenda: list[tuple[int, int, str, object]] = []
        self._events = 0
        self._working: dict[str, tuple[int, Ticket]] = {}
        self._done: dict[str, tuple[int, float]] = {}
        self._waiting: dict[str, Ticket] = {}
        self._priority: list[PriorityCall] = []
        self._runs: dict[str, int] = {}
        self._issued: list[Ticket] = []
        self._promises: dict[str, Promise] = {}
        self._calls: list[tuple[int, str]] = []
        self._visitors: dict[str, Visitor] = {}
        self.outcomes: list[Outcome] = []
        items = [i for i in catalogue.items if i.handling is Handling.ACCEPTED]
        offered = [{"code": i.code} for i in items if windows_for(catalogue, i, BEGIN)]
        classes = [c.code for c in catalogue.classes]
        for visitor in visitors(seed, visits, offered, classes, ["1", "2"]):
            self._plan(visitor.at, "arrives", visitor)
        for window in catalogue.windows:
            self._plan(SIGN_IN, "free", window.code)
            pause = self._chance.choice(
                (self._chance.randint(60, 200), self._chance.randint(400, 520))
            )
            self._plan(pause * MINUTE, "pause", window.code)

    def _plan(self, at: int, what: str, who: object) -> None:
        self._events += 1
        heappush(self._agenda, (at, self._events, what, who))

    def play(self) -> list[Outcome]:
        """Play the day; return the promises of all who were called, with their real waits."""
        while self._agenda:
            at, _, what, who = heappop(self._agenda)
            if what == "arrives":
                assert isinstance(who, Visitor)
                self._arrive(at, who)
            elif what == "pause":
                self._pause(at, str(who))
            elif what == "resume":
                self._set_paused(str(who), paused=False)
                self._call(at, str(who))
            else:
                self._call(at, str(who))
        return self.outcomes

    def _moment(self, at: int) -> Moment:
        now = BEGIN + timedelta(milliseconds=at)
        return Moment(self._catalogue, self._settings, self._sessions, now, at)

    def _minutes_of(self, item: str, queue: str) -> float:
        entry = self._catalogue.item_by[item]
        count, minutes = self._done.get(queue, (0, 0.0))
        prior = self._settings.of(CounterSettings).service_prior
        return mean_service(entry.service_minutes, prior, Service(count, minutes))

    def _present(self, at: int) -> PresentFloor:
        return PresentFloor(
            list(self._waiting.values()),
            {code: at for code, (at, _) in self._working.items()},
            {c: self._minutes_of(t.item, t.queue) for c, (_, t) in self._working.items()},
            self._priority,
            self._runs,
            [t for t in self._issued if t.issued_at > at - 60 * MINUTE],
            self._minutes_of,
        )

    def _arrive(self, at: int, visitor: Visitor) -> None:
        item = self._catalogue.item_by[visitor.item]
        klass = self._catalogue.class_by[visitor.applicant]
        moment = self._moment(at)
        able = servers(self._catalogue, item, moment.now, self._sessions)
        if not able:
            return
        played = forecast(moment, self._present(at))
        turn = played.newcomer(item, klass.level)
        ticket = waiting_ticket(visitor.number + 1, item, klass, at)
        same = [t for t in self._waiting.values() if t.queue == item.unit]
        assert turn is not None
        self._promises[ticket.id] = Promise(
            turn,
            at,
            able,
            self._minutes_of(item.code, item.unit),
            any(code not in self._working for code in able),
            sum(t.level >= klass.level for t in same),
        )
        self._visitors[ticket.id] = visitor
        self._floor.put(ticket)
        self._waiting[ticket.id] = ticket
        self._issued.append(ticket)
        for code in able:
            if code not in self._working:
                self._plan(at + KIOSK_MS, "free", code)

    def _pause(self, at: int, code: str) -> None:
        if code in self._working:
            self._plan(at + 2 * MINUTE, "pause", code)
            return
        self._set_paused(code, paused=True)
        self._plan(at + PAUSE_MS, "resume", code)

    def _set_paused(self, code: str, *, paused: bool) -> None:
        self._sessions[code] = WindowSession(code, code, paused)

    def _call(self, at: int, code: str) -> None:
        working = self._working.get(code)
        if working is not None and working[1].ended_at is not None:
            if working[1].ended_at > at:
                return
            self._end(code)
        if self._sessions[code].paused or code in self._working:
            return
        chosen = choose(self._floor, self._moment(at), code)
        if chosen is None:
            return
        ticket_id, choice = chosen
        self._runs.update(choice.counts)
        self._floor.count(choice)
        ticket = self._waiting.pop(ticket_id)
        self._floor.put(replace(ticket, state=State.CALLED))
        self._floor.record_call(ticket, code, at)
        if ticket.level > 0:
            self._priority.append(PriorityCall(at, ticket.queue, ticket.ord, code))
        self._record(at, ticket)
        self._calls.append((at, code))
        visitor, item = self._visitors[ticket_id], self._catalogue.item_by[ticket.item]
        came = visitor.patience not in ("gone", "back")
        service = item.service_minutes * visitor.service * self._pace[item.unit]
        took = visitor.walk + round(max(0.5, service) * MINUTE) if came else GONE_MS
        took += LATE_MS if visitor.patience == "late" else 0
        ends = at + took
        serving = at + visitor.walk if came else None
        self._working[code] = at, replace(ticket, serving_at=serving, ended_at=ends)
        self._plan(ends + self._chance.randint(3_000, 20_000), "free", code)

    def _end(self, code: str) -> None:
        _, ticket = self._working.pop(code)
        if ticket.serving_at is None or ticket.ended_at is None:
            return
        count, minutes = self._done.get(ticket.queue, (0, 0.0))
        took = (ticket.ended_at - ticket.serving_at) / MINUTE
        self._done[ticket.queue] = count + 1, minutes + took

    def _record(self, at: int, ticket: Ticket) -> None:
        promise = self._promises[ticket.id]
        before = sum(promise.at < when and code in promise.windows for when, code in self._calls)
        self.outcomes.append(Outcome(promise, (at - promise.at) / MINUTE, before))
