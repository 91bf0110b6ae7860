"""Day sheets and bulletins of 114 people after one month and after five years of punches.

`python -m bench.attendance [--people 114] [--years 5]`: fills a SQLite hall with punches, then
measures what the office's pages ask for. Prints a table; the ratio says how much the years before
matter.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import tempfile
import time as clock_time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from server.clock import SeededChance, SetClock, instant
from server.config import Config
from server.domain.attendance.shifts import RuleScope, ShiftRule, four_punches
from server.domain.bulletin.figures import week_of
from server.domain.catalogue import Catalogue, Role
from server.domain.tickets import ActorKind
from server.hall import Hall, open_hall, take_catalogue
from server.office.attendance import ALL, Attendance
from server.reference import load
from server.reports import month_sheet
from server.services.attendance import rules
from server.services.bulletins.gathering import figures
from server.services.context import SYSTEM, Actor
from server.storage import punches, readers
from server.storage.store import Tx
from server.wire.attendance import MonthSheet

ZONE = "Asia/Shanghai"
TODAY = date(2026, 10, 30)
READER = "BENCH0001"
DUE = (time(8, 30), time(12), time(14, 30), time(17, 30))
WINDOWS = (
    (time(7, 30), time(9, 30)),
    (time(11, 30), time(13, 30)),
    (time(12, 30), time(15, 30)),
    (time(17), time(21)),
)
REPEATS = 15
ROWS_AN_ACT = 2_000


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table, milliseconds."""

    name: str
    limit: int
    millis: float


def main() -> None:
    """Measure after a month and after all the years, and print both."""
    asked = argparse.ArgumentParser(prog="bench.attendance")
    asked.add_argument("--people", type=int, default=114)
    asked.add_argument("--years", type=int, default=5)
    options = asked.parse_args()
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
        for one, other in zip(short, long, strict=True):
            ratio = other.millis / one.millis
            line = f"{one.name:<44}{one.limit:>9}{one.millis:>10.1f}{other.millis:>10.1f}"
            print(f"{line}{ratio:>7.2f}")
        hall.ctx.store.close()


def _hall(folder: Path, people: int) -> Hall:
    config = Config(data=folder, hall_id="bench", database=f"sqlite:///{folder / 'hall.db'}")
    now = instant(datetime.combine(TODAY, time(18)), ZONE)
    hall = open_hall(config, clock=SetClock(now), chance=SeededChance(1))
    take_catalogue(hall.ctx, SYSTEM, _crowd(load(), people), "")
    rule = ShiftRule(
        "",
        "四次打卡",
        RuleScope.HALL,
        (),
        date(2020, 1, 1),
        None,
        frozenset(range(1, 6)),
        four_punches(DUE, WINDOWS, absent_after=30),
    )
    boss = Actor(ActorKind.MANAGER, "1002")
    made = rules.draft(hall.ctx, boss, "draft", rule)
    rules.start(hall.ctx, boss, "start", made)

    def enrol(tx: Tx) -> None:
        readers.add(tx, READER, "pull", "admitted", delivered_until=tx.now)
        for person in hall.ctx.catalogue().staff:
            readers.link(tx, person.number, 0, person.number, "bench")

    hall.ctx.write(enrol)
    return hall


def _crowd(catalogue: Catalogue, people: int) -> Catalogue:
    """The reference hall with so many people, spread over its units."""
    staff = list(catalogue.staff)
    units = [unit.code for unit in catalogue.units]
    for n in range(len(staff), people):
        staff.append(
            replace(
                staff[-1],
                number=str(5000 + n),
                name=f"测试{n}",
                unit=units[n % len(units)],
                role=Role.CLERK,
                chief=False,
                cover="",
            )
        )
    return replace(catalogue, staff=tuple(staff[:people]))


def _fill(hall: Hall, first: date, last: date, seed: int) -> int:
    """Four punches a weekday for everybody, now and then one forgotten."""
    chance = random.Random(seed)
    numbers = [person.number for person in hall.ctx.catalogue().staff]
    rows: list[dict[str, Any]] = []
    count = 0
    day = first
    while day <= last:
        if day.isoweekday() < 6:
            for number in numbers:
                for n, due in enumerate(DUE):
                    if chance.random() < 0.98:
                        rows.append(_row(number, day, due, chance.uniform(-14, 2), n))
        if len(rows) >= ROWS_AN_ACT or day == last:
            count += len(rows)
            hall.ctx.write(lambda tx, some=rows: punches.add(tx, some))  # type: ignore[misc]
            rows = []
        day += timedelta(days=1)
    return count


def _row(number: str, day: date, due: time, minutes: float, n: int) -> dict[str, Any]:
    moment = datetime.combine(day, due) + timedelta(minutes=minutes if n % 2 == 0 else -minutes)
    return {
        "reader": READER,
        "enrolment": number,
        "said": f"{moment:%Y-%m-%d %H:%M:%S}",
        "day": day.isoformat(),
        "at": instant(moment.replace(microsecond=0), ZONE),
        "source": "pull",
    }


def _measure(hall: Hall) -> list[Measured]:
    # As the server does after its start: what filling left behind is not the collector's business.
    gc.collect()
    gc.freeze()
    ctx, sheets = hall.ctx, Attendance(hall)
    unit = hall.ctx.catalogue().units[0].code
    month = f"{TODAY:%Y-%m}"
    week = week_of(TODAY - timedelta(days=7))

    def today() -> object:
        return sheets.apart(lambda c: sheets.day(c, TODAY))

    def of_unit(code: str) -> MonthSheet:
        return sheets.apart(lambda c: sheets.month(c, code, month))

    def of_person() -> object:
        return sheets.apart(lambda c: sheets.person(c, "1004", month))

    def draft() -> object:
        return ctx.read_apart(lambda c: figures(ctx, c, week))

    return [
        _timed("today's page, whole hall", 100, today),
        _timed("a unit's month", 300, lambda: of_unit(unit)),
        _timed("a person's month", 300, of_person),
        _timed("the hall's month sheet", 1000, lambda: of_unit(ALL)),
        _timed("... as PDF", 1000, lambda: month_sheet.paper(of_unit(ALL), sheets.now())),
        _timed("a week's draft bulletin", 2000, draft),
    ]


def _timed(name: str, limit: int, work: Callable[[], object]) -> Measured:
    """The median of several runs; the first one, which warms up, does not count."""
    work()
    millis = []
    for _ in range(REPEATS):
        begun = clock_time.perf_counter()
        work()
        millis.append((clock_time.perf_counter() - begun) * 1000)
    return Measured(name, limit, statistics.median(millis))


if __name__ == "__main__":
    main()
