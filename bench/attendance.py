"""Benchmark of day sheets and bulletins: 114 people, one month and five years of punches.

`python -m bench.attendance [--people 114] [--years 5]` fills a SQLite hall with punches, then
measures what the office's pages request. It prints a table; the ratio shows how much the earlier
years matter.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import tempfile
import time as clock_time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from bench.punch_data import PEOPLE, ZONE, enrol, punch_rows
from server.attendance import month_sheet
from server.attendance.messages import MonthSheet
from server.attendance.routes import WHOLE_HALL, Attendance
from server.bulletins.weekly_figures import figures
from server.core.clock import SeededTokenSource, SetClock, instant
from server.core.config import Config
from server.core.weeks import week_of
from server.hall.composition import Hall
from server.hall.opening import open_hall
from server.time_clocks import punch_queries

TODAY = date(2026, 10, 30)
REPEATS = 15
ROWS_AN_ACT = 2_000


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the table, in milliseconds."""

    name: str
    limit: int
    millis: float


def main() -> None:
    """Measure after a month and after all the years; print both."""
    top = argparse.ArgumentParser(prog="bench.attendance")
    top.add_argument("--people", type=int, default=PEOPLE)
    top.add_argument("--years", type=int, default=5)
    options = top.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        hall = _hall(Path(folder), options.people)
        month = TODAY.replace(day=1) - timedelta(days=62)
        count = _fill(hall, month, TODAY, seed=1)
        short = _measure(hall)
        print(f"{options.people} people, {count} punches")
        first = TODAY.replace(year=TODAY.year - options.years)
        count += _fill(hall, first, month - timedelta(days=1), seed=2)
        long = _measure(hall)
        print(f"{options.people} people, {count} punches over {options.years} years")
        size = (Path(folder) / "hall.db").stat().st_size / 1e6
        print(f"database {size:.0f} MB\n")
        print(f"{'what':<44}{'limit ms':>9}{'2 months':>10}{'all years':>10}{'ratio':>7}")
        for row, later in zip(short, long, strict=True):
            ratio = later.millis / row.millis
            line = f"{row.name:<44}{row.limit:>9}{row.millis:>10.1f}{later.millis:>10.1f}"
            print(f"{line}{ratio:>7.2f}")
        hall.ctx.store.close()


def _hall(folder: Path, people: int) -> Hall:
    config = Config(data=folder, hall_id="bench", database=f"sqlite:///{folder / 'hall.db'}")
    now = instant(datetime.combine(TODAY, time(18)), ZONE)
    hall = open_hall(config, clock=SetClock(now), chance=SeededTokenSource(1))
    enrol(hall, people)
    return hall


def _fill(hall: Hall, first: date, last: date, seed: int) -> int:
    """Add punches of everybody, some thousands per action."""
    numbers = [person.number for person in hall.ctx.catalogue().staff]
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    rows, count = punch_rows(numbers, days, random.Random(seed)), 0
    while some := list(islice(rows, ROWS_AN_ACT)):
        hall.ctx.write(lambda tx, some=some: punch_queries.add(tx, some))  # type: ignore[misc]
        count += len(some)
    return count


def _measure(hall: Hall) -> list[Measured]:
    # As the server does after its start: garbage of the filling must not be collected meanwhile.
    gc.collect()
    gc.freeze()
    ctx, sheets = hall.ctx, Attendance(hall)
    unit = hall.ctx.catalogue().units[0].code
    month = f"{TODAY:%Y-%m}"
    week = week_of(TODAY - timedelta(days=7))

    def today() -> object:
        return hall.read_off_loop(lambda c: sheets.day(c, TODAY))

    def of_unit(code: str) -> MonthSheet:
        return hall.read_off_loop(lambda c: sheets.month(c, code, month))

    def of_person() -> object:
        return hall.read_off_loop(lambda c: sheets.person(c, "1004", month))

    def draft() -> object:
        return ctx.read_off_loop(lambda c: figures(ctx, c, week))

    return [
        _timed("today's page, whole hall", 100, today),
        _timed("a unit's month", 300, lambda: of_unit(unit)),
        _timed("a person's month", 300, of_person),
        _timed("the hall's month sheet", 1000, lambda: of_unit(WHOLE_HALL)),
        _timed("... as PDF", 1000, lambda: month_sheet.paper(of_unit(WHOLE_HALL), sheets.now())),
        _timed("a week's draft bulletin", 2000, draft),
    ]


def _timed(name: str, limit: int, work: Callable[[], object]) -> Measured:
    """Return the median of several runs; the first run warms up and does not count."""
    work()
    millis = []
    for _ in range(REPEATS):
        start = clock_time.perf_counter()
        work()
        millis.append((clock_time.perf_counter() - start) * 1000)
    return Measured(name, limit, statistics.median(millis))


if __name__ == "__main__":
    main()
