"""Benchmark of the assessment: 114 people, 12 months, sheets of 60 lines, three years of punches.

Measured are the year's ranking of people as other rooms read it, a person's sheet, and the running
month as the records give it: first with no month released, then with every month of the year before
the running one, and with the punches of two years before.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import count, islice

from bench.harness import Run, gc_paused, timed
from bench.punch_data import PEOPLE, ZONE, enrol, punch_rows
from bench.table import Figure, amount
from server.assessment import actions, sheet_actions, subject_views
from server.assessment.packs import packs
from server.assessment.periods import Period, PeriodKind, period_of
from server.assessment.sheets import Sheet
from server.assessment.standings import Subject, computed
from server.core.actors import Actor, ActorKind
from server.core.clock import SeededTokenSource, SetClock, instant
from server.core.config import Config
from server.hall.composition import Hall
from server.hall.opening import open_hall
from server.time_clocks import punch_queries

TODAY = date(2026, 12, 30)
LINES = 60
SECOND_MS = 1000
ROWS_AN_ACT = 2_000
PERSON = "5050"
FIRST, SECOND = Actor(ActorKind.MANAGER, "1002"), Actor(ActorKind.MANAGER, "1003")
YEAR = period_of(PeriodKind.YEAR, TODAY)


def measure(run: Run) -> Iterator[Figure]:
    """Measure a year without a release, of released months, and after the years before it."""
    config = Config(
        data=run.folder, hall_id="bench", database=f"sqlite:///{run.folder / 'hall.db'}"
    )
    clock = SetClock(instant(datetime.combine(TODAY, time(18)), ZONE))
    hall = open_hall(config, clock=clock, chance=SeededTokenSource(1))
    enrol(hall, PEOPLE)
    months = run.scaled(12, 2)
    first = Period(PeriodKind.MONTH, date(TODAY.year, 13 - months, 1)).first
    _fill(hall, first, TODAY - timedelta(days=1), 1)
    keys = count()
    _put_in_force(hall, first, keys)
    yield amount("assess-year-first", [_first_reading(hall) for _ in range(run.rounds)])
    unreleased = _amounts(hall, clock, run.rounds)
    yield amount("assess-year-open", unreleased[0])
    yield amount("assess-person-open", unreleased[1])
    _release(hall, clock, first, keys)
    amounts = _amounts(hall, clock, run.rounds)
    yield amount("assess-year", amounts[0])
    yield amount("assess-person", amounts[1])
    yield amount("assess-month", amounts[2])
    _fill(hall, first.replace(year=first.year - run.scaled(2, 1)), first - timedelta(days=1), 2)
    later = _amounts(hall, clock, run.rounds)
    yield amount("assess-year-later", later[0])
    yield amount("assess-person-later", later[1])
    hall.ctx.store.close()


def _fill(hall: Hall, first: date, last: date, seed: int) -> None:
    numbers = [person.number for person in hall.ctx.catalogue().staff]
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    rows = punch_rows(numbers, days, random.Random(seed))
    while some := list(islice(rows, ROWS_AN_ACT)):
        hall.ctx.write(lambda tx, some=some: punch_queries.add(tx, some))  # type: ignore[misc]


def _long(sheet: Sheet) -> Sheet:
    """Return a sheet with its lines repeated until there are 60."""
    lines = [
        replace(line, code=f"{line.code}-{n}")
        for n in range(LINES // len(sheet.lines) + 1)
        for line in sheet.lines
    ]
    return replace(sheet, lines=tuple(lines[:LINES]))


def _put_in_force(hall: Hall, first: date, keys: Iterator[int]) -> None:
    """Put the sheets in force from the first month."""
    ctx = hall.ctx
    for name in ("cangnan_person", "county_window", "supervision_unit"):
        sheet = _long(packs()[name])
        made = sheet_actions.draft(ctx, FIRST, f"k{next(keys)}", sheet, first.isoformat()[:7])
        sheet_actions.start(ctx, SECOND, f"k{next(keys)}", made)


def _release(hall: Hall, clock: SetClock, first: date, keys: Iterator[int]) -> None:
    """Release every month that is over."""
    ctx = hall.ctx
    month = period_of(PeriodKind.MONTH, first)
    while month.last < TODAY:
        shown = ctx.read(lambda c, m=month: actions.load(ctx, c, m))  # type: ignore[misc]
        seen = shown.contents.digest
        actions.check(ctx, FIRST, f"k{next(keys)}", shown, seen)
        actions.release(ctx, SECOND, f"k{next(keys)}", shown, seen)
        month = month.after()
    clock.set(instant(datetime.combine(TODAY, time(19)), ZONE))


def _first_reading(hall: Hall) -> float:
    """Return the milliseconds of the year's ranking in a server that has just started."""
    ctx = hall.ctx
    ctx.kept.clear()
    with gc_paused():
        return timed(lambda: ctx.read(lambda c: computed(ctx, c, Subject.PERSON, YEAR))) * 1000


def _amounts(hall: Hall, clock: SetClock, rounds: int) -> list[list[float]]:
    """Return the milliseconds of each kind of reading, round by round, a second apart."""
    ctx = hall.ctx
    month = period_of(PeriodKind.MONTH, TODAY)
    last_month = month.before()

    def person() -> None:
        ctx.read(
            lambda c: subject_views.subject_score(ctx, c, FIRST, last_month, Subject.PERSON, PERSON)
        )

    def running() -> None:
        ctx.kept.clear()  # as after every punch
        ctx.read(lambda c: computed(ctx, c, Subject.PERSON, month))

    works: list[Callable[[], object]] = [
        lambda: ctx.read(lambda c: computed(ctx, c, Subject.PERSON, YEAR)),
        person,
        running,
    ]

    def once(work: Callable[[], object]) -> float:
        clock.set(clock.now() + SECOND_MS)
        return timed(work) * 1000

    amounts = []
    for work in works:
        work()
        with gc_paused():
            amounts.append([once(work) for _ in range(rounds)])
    return amounts
