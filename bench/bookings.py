"""Benchmark of appointments over rehearsed months: what they give, and what they cost others.

A share of each day's people has an appointment, at most so many a slot as the hall's rule allows.
The same people come once more without: the difference is the price for those who never had one.
Beside it stands what the hall itself computes of such a day, by replaying only its first calls.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from dataclasses import dataclass, replace
from statistics import mean

from bench.next_ticket import waiting_ticket
from bench.rehearsed_month import BEGIN, KIOSK_MS, RehearsedDay
from server.catalogue.model import Catalogue
from server.catalogue.reference import load
from server.core.settings import Settings
from server.demo.rehearsal.people import MINUTE, Visitor
from server.queue.day_replay import Effect, FirstCall, effect, first_waits
from server.queue.routing import servers
from server.queue.settings import NumberSettings
from server.queue.tickets import Ticket, booked_lane, slot_of

VISITS = (200, 240, 280, 320, 360)
SHARES = (10, 20, 30)
"""Percent of a slot's capacity that is given to appointments."""
STEP = 30
PROMISED = 10
"""Minutes within which a person with an appointment who is on time is called."""
EARLY_MS, LATE_MS = 12 * MINUTE, 6 * MINUTE
NEXT_CALL_MINUTES = 0.7


@dataclass(frozen=True, slots=True)
class Wait:
    """Real wait of a person in minutes; with an appointment, from its start or a later arrival."""

    ticket: str
    booked: bool
    minutes: float


class BookedDay(RehearsedDay):
    """Rehearsed day of which some people have an appointment; nobody is told a wait."""

    def __init__(
        self, hall: Catalogue, settings: Settings, seed: int, share: int, *, privileged: bool
    ) -> None:
        super().__init__(hall, settings, seed, VISITS[seed % len(VISITS)])
        self._privileged = privileged
        self._chance_of_slots = random.Random(f"{seed}-slots")
        self._share = share
        self._load: dict[tuple[str, int], float] = defaultdict(float)
        """Booked minutes of a window in a slot."""
        self._slots: dict[int, int] = {}
        self._agenda = sorted(self._planned(*event) for event in self._agenda)
        self.tickets: dict[str, Ticket] = {}
        self.first_calls: list[FirstCall] = []
        self.waits: list[Wait] = []

    def _planned(self, at: int, n: int, what: str, who: object) -> tuple[int, int, str, object]:
        """Return an event of the day; some arrivals become appointments near their time."""
        if what != "arrives":
            return at, n, what, who
        assert isinstance(who, Visitor)
        slot = (at // (STEP * MINUTE) + 1) * STEP * MINUTE
        if not self._claim(who.item, slot):
            return at, n, what, who
        self._slots[who.number] = slot
        early = round(self._chance_of_slots.triangular(-LATE_MS, EARLY_MS, EARLY_MS / 2))
        return max(0, slot - early), n, what, who

    def _claim(self, item_code: str, slot: int) -> bool:
        """Claim a seat, if it keeps each of the item's windows below its share of the slot."""
        item = self._catalogue.item_by[item_code]
        able = servers(self._catalogue, item, BEGIN, self._sessions)
        each = (item.service_minutes + NEXT_CALL_MINUTES) / max(1, len(able))
        most = STEP * self._share / 100
        if not able or any(self._load[code, slot] + each > most for code in able):
            return False
        for code in able:
            self._load[code, slot] += each
        return True

    def _arrive(self, at: int, visitor: Visitor) -> None:
        item = self._catalogue.item_by[visitor.item]
        klass = self._catalogue.class_by[visitor.applicant]
        able = servers(self._catalogue, item, self._moment(at).now, self._sessions)
        if not able:
            return
        ticket = waiting_ticket(visitor.number + 1, item, klass, at)
        ticket = replace(ticket, ord=len(self.tickets) + 1)
        slot = self._slots.get(visitor.number)
        if slot is not None:
            ticket = replace(ticket, lane=booked_lane(item.code, klass.code, slot))
        self.tickets[ticket.id] = ticket
        if slot is not None and not self._privileged:
            ticket = waiting_ticket(visitor.number + 1, item, klass, at)
            ticket = replace(ticket, ord=len(self.tickets))
        self._visitors[ticket.id] = visitor
        self._floor.put(ticket)
        self._waiting[ticket.id] = ticket
        for code in able:
            if code not in self._working:
                self._plan(at + KIOSK_MS, "free", code)

    def _record(self, at: int, ticket: Ticket) -> None:
        slot = slot_of(self.tickets[ticket.id].lane)
        since = ticket.issued_at if slot is None else max(slot, ticket.issued_at)
        minutes = max(0.0, (at - since) / MINUTE)
        self.waits.append(Wait(ticket.id, slot is not None, minutes))

    def _call(self, at: int, code: str) -> None:
        before = set(self._waiting)
        super()._call(at, code)
        called = before - set(self._waiting)
        self.first_calls += [FirstCall(ticket, code, at) for ticket in called]

    def effect(self) -> Effect:
        """Return what the hall computes of this day."""
        waits = first_waits(self.tickets.values())
        return effect(waits, self.first_calls, self._moment, PROMISED)


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one share over all days."""

    share: int
    booked: int
    in_time: float
    """Share of people with an appointment who were called within the promised minutes."""
    walk_ins: int
    wait: float
    """Mean minutes that people without one waited."""
    extra: float
    """Minutes that they waited longer than on the same day without appointments, on average."""
    worst_day_p95: float
    """By replay: minutes by which the wait of 95 % was longer, on the worst day."""
    mean_by_replay: float
    agreement: float


def row(share: int, every: int, seeds: range) -> Row:
    """Return the figures of a share of capacity; at most one of `every` calls is an appointment."""
    hall, settings = load(), Settings(booked_every=every)
    waits_of_days, plain_waits, effects = (
        list[Wait](),
        dict[tuple[int, str], float](),
        list[Effect](),
    )
    extra = []
    for seed in seeds:
        day = BookedDay(hall, settings, seed, share, privileged=True)
        day.play()
        same = BookedDay(hall, settings, seed, share, privileged=False)
        same.play()
        plain_waits |= {(seed, wait.ticket): wait.minutes for wait in same.waits}
        waits_of_days += day.waits
        extra += [
            wait.minutes - plain_waits[seed, wait.ticket]
            for wait in day.waits
            if not wait.booked and (seed, wait.ticket) in plain_waits
        ]
        effects.append(day.effect())
    booked = [wait.minutes for wait in waits_of_days if wait.booked]
    others = [wait.minutes for wait in waits_of_days if not wait.booked]
    return Row(
        share,
        len(booked),
        mean(minutes <= PROMISED for minutes in booked) if booked else 1.0,
        len(others),
        mean(others),
        mean(extra),
        max(e.p95 for e in effects),
        mean(e.mean for e in effects),
        mean(e.agreement for e in effects),
    )


HEADS = (
    *("seats", "with appointment", f"called within {PROMISED} min", "without"),
    *("their mean wait", "longer by, played", "longer by, replayed"),
    *("p95 longer by, worst day", "calls replayed alike"),
)


def main() -> int:
    """Play the months and print the table."""
    top = argparse.ArgumentParser(prog="go.py bench --only bookings", description=__doc__)
    top.add_argument("--seed", type=int, default=1, help="seed of the first day")
    top.add_argument("--days", type=int, default=44, help="days, 22 a month")
    top.add_argument(
        "--every", type=int, default=NumberSettings().booked_every, help="K: one of K calls"
    )
    args = top.parse_args()
    print(
        f"{args.days} days from seed {args.seed}, at most one appointment in {args.every} calls\n"
    )
    print(f"\n| {' | '.join(HEADS)} |\n{'| --- ' * len(HEADS)}|")
    for share in SHARES:
        figures = row(share, args.every, range(args.seed, args.seed + args.days))
        cells = (
            f"{figures.share} %",
            str(figures.booked),
            f"{figures.in_time:.1%}",
            str(figures.walk_ins),
            f"{figures.wait:.1f} min",
            f"{figures.extra:+.2f} min",
            f"{figures.mean_by_replay:+.2f} min",
            f"{figures.worst_day_p95:.1f} min",
            f"{figures.agreement:.1%}",
        )
        print(f"| {' | '.join(cells)} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
