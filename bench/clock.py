"""Proof of the clocks of cases: both implementations on random ledgers and random calendars.

`python3 go.py bench --only clock -- --ledgers 10000000`. Each ledger has one to six entries that
move the due day; each chunk of them has a calendar of its own, with holidays and days worked in
their place. One in twenty is followed by a random case on the spot, in minutes of random opening
hours with pauses. It ends with the first ledger on which the two differ, and prints it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from time import monotonic

from server.cases.clock import DayTable, due_day
from server.cases.day_walk import walked_due_day
from server.cases.hall_minutes import Pause, SpotTime, due_minute
from server.cases.ledger import Entry, Limit, Mark, Reading, Start
from server.cases.minute_walk import walked_due_minute
from server.catalogue.hours import Span
from server.catalogue.model import LimitUnit
from server.core.working_days import SpecialDay, Workdays

LEDGERS = 1_000_000
CHUNK = 10_000
FIRST, LAST = 2026, 2031
SPOT_EVERY, SPOT = 20, (5, 30, 60, 120, 480)
LIMITS = (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 45)
STEPS = (0, 0, 1, 1, 2, 3, 5, 9, 14, 30)


class QuickCalendar:
    """Working days looked up in a set: the walk asks for each day of ten million ledgers."""

    def __init__(self, calendar: Workdays) -> None:
        self._working = set(calendar.among(date(FIRST, 1, 1), date(LAST, 12, 31)))

    def works(self, day: date) -> bool:
        """Return True for a working day."""
        return day in self._working

    def after(self, day: date, days: int) -> date:
        """Return the `days`-th working day after `day`."""
        while days > 0:
            day += timedelta(days=1)
            days -= day in self._working
        return day


class QuickHours:
    """Random opening hours of the working days: of a whole day, or with a break at noon."""

    def __init__(self, calendar: QuickCalendar, chance: random.Random) -> None:
        self._calendar = calendar
        opens, closes = time_of_day(chance, 7, 9), time_of_day(chance, 16, 18)
        noon = time_of_day(chance, 11, 12), time_of_day(chance, 13, 14)
        has_break = chance.random() < 0.7
        self._spans = (
            (Span(opens, noon[0]), Span(noon[1], closes)) if has_break else (Span(opens, closes),)
        )

    def spans(self, day: date) -> Sequence[Span]:
        """Return the opening spans of a day."""
        return self._spans if self._calendar.works(day) else ()


def time_of_day(chance: random.Random, first: int, last: int) -> time:
    """Return a random time from one hour to another."""
    return time(chance.randint(first, last), chance.randrange(60))


def calendar(chance: random.Random) -> Workdays:
    """Return a calendar with ten random holidays of one to eight days, and days worked instead."""
    days: dict[date, SpecialDay] = {}
    for _ in range(10 * (LAST - FIRST + 1)):
        day = date(FIRST, 1, 1) + timedelta(days=chance.randrange(365 * (LAST - FIRST)))
        for ahead in range(chance.choice((1, 1, 3, 3, 8))):
            rest = day + timedelta(days=ahead)
            days[rest] = SpecialDay(rest, False, "")
        worked = day - timedelta(days=day.isoweekday())  # a Sunday
        days.setdefault(worked, SpecialDay(worked, True, ""))
    return Workdays(tuple(days.values()))


def ledger(chance: random.Random) -> tuple[list[Entry], Limit]:
    """Return a random ledger of an accepted case, and a limit."""
    day = date(FIRST, 1, 1) + timedelta(days=chance.randrange(365))
    entries, running = [Entry(Mark.FILED, day), Entry(Mark.ACCEPTED, day)], True
    for _ in range(chance.randint(1, 6)):
        day += timedelta(days=chance.choice(STEPS))
        if chance.random() < 0.25:
            days, ahead = chance.choice((1, 5, 10, 15)), chance.choice((0, 0, 1, 5))
            entries.append(Entry(Mark.EXTENDED, day, days, ahead))
        else:
            entries.append(Entry(Mark.SUSPENDED if running else Mark.RESUMED, day))
            running = not running
    return entries, Limit(chance.choice(LIMITS), chance.choice(list(LimitUnit)))


def compare(seed: int) -> tuple[int, str]:
    """Compare one chunk of ledgers; return the number compared and the first difference, or ""."""
    chance = random.Random(seed)
    workdays = calendar(chance)
    table, quick = DayTable(workdays, FIRST, LAST), QuickCalendar(workdays)
    readings = list(Reading)
    for n in range(CHUNK):
        entries, limit = ledger(chance)
        start, reading = Start(entries[1].day), chance.choice(readings)
        by_intervals = due_day(entries, limit, table, start, reading)
        by_days = walked_due_day(entries, limit, quick, start, reading)
        if by_intervals != by_days:
            answers = f"{by_intervals} and {by_days}"
            return n, f"seed {seed}, ledger {n}: {answers}; {limit}, {reading}, {entries}"
        if n % SPOT_EVERY == 0:
            hours, spot, minutes = QuickHours(quick, chance), spot_time(chance), chance.choice(SPOT)
            due = due_minute(spot, minutes, hours)
            if due != walked_due_minute(spot, minutes, hours):
                return n, f"seed {seed}, case on the spot {n}: {due}; {minutes}, {spot}"
    return CHUNK, ""


def spot_time(chance: random.Random) -> SpotTime:
    """Return the time of a random case on the spot with up to three pauses."""
    day = date(FIRST, 1, 1) + timedelta(days=chance.randrange(365))
    start = datetime.combine(day, time_of_day(chance, 0, 23))
    moment, pauses = start, []
    for _ in range(chance.randint(0, 3)):
        begins = moment + timedelta(minutes=chance.randrange(200))
        moment = begins + timedelta(minutes=chance.randrange(600))
        pauses.append(Pause(begins, moment))
    if pauses and chance.random() < 0.1:
        pauses[-1] = Pause(pauses[-1].begins, None)
    return SpotTime(start, tuple(pauses))


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare and print the count; 1 after a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledgers", type=int, default=LEDGERS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    chunks = max(1, -(-options.ledgers // CHUNK))
    begin, count = monotonic(), 0
    for compared, difference in _results(range(options.seed, options.seed + chunks)):
        count += compared
        if difference:
            print(difference)
            return 1
        if count % (CHUNK * 10) == 0:
            share = count / (chunks * CHUNK)
            print(f"\r{share:.0%} of {chunks * CHUNK:,}", end="", file=sys.stderr, flush=True)
    seconds = monotonic() - begin
    print(f"\n{count:,} random ledgers, both ways the same; {seconds:.0f} s")
    return 0


def _results(seeds: Sequence[int]) -> Iterator[tuple[int, str]]:
    with multiprocessing.Pool(os.cpu_count()) as pool:
        yield from pool.imap_unordered(compare, seeds)


if __name__ == "__main__":
    sys.exit(main())
