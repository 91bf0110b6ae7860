"""Benchmark of the signs of cases outside the hall: false alarms on honest days, days missed.

`python3 go.py bench --only signs`. Invented days of one clerk: arrivals spread over the opening
hours, promised cases decided after days, direct ones after minutes, one in 300 people comes again
within days. The last block builds each kind of outside case once in every day, and counts how many
the rules find. Nothing here knows the limits of the rules.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from server.supervision.settings import SupervisionSettings
from server.supervision.signs import (
    EnteredCase,
    IssuedNumber,
    ServedTicket,
    Sign,
    SignLimits,
    Suspicion,
    heaps,
    issued_without_case,
    of_cases,
    twice,
    without_case,
)

DAYS = 20_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
OPENS, CLOSES = 9 * HOUR, 17 * HOUR
CASES = 14
"""Cases that one clerk opens on a day, on average."""
DIRECT, AGAIN = 0.45, 1 / 300
"""Shares of the cases decided on the spot, and of people who come again within days."""
GIVEN_UP = 0.9
"""Share of those who come again because the first case was withdrawn or not accepted."""


def limits() -> SignLimits:
    """Return the limits by default."""
    settings = SupervisionSettings()
    return SignLimits(
        quick_minutes=settings.sign_quick_minutes,
        burst_count=settings.sign_burst_count,
        burst_minutes=settings.sign_burst_minutes,
        double_days=settings.sign_double_days,
        month_end_percent=settings.sign_month_end_percent,
    )


def day(chance: random.Random) -> list[EnteredCase]:
    """Return the cases that one clerk opens on an honest day."""
    times = sorted(
        chance.randrange(OPENS, CLOSES) for _ in range(max(1, round(chance.gauss(CASES, 4))))
    )
    cases = []
    for n, at in enumerate(times):
        direct = chance.random() < DIRECT
        minutes = chance.lognormvariate(0, 0.8) * 6
        later = at + round(minutes * MINUTE) if direct else at + chance.randint(1, 20) * DAY
        cases.append(_case(n, at, later, promised=not direct, person=f"P{chance.random()}"))
    return cases


def _case(n: int, at: int, decided: int, *, promised: bool, person: str) -> EnteredCase:
    return EnteredCase(
        id=f"K{n}",
        number=str(n),
        item="item",
        unit="unit",
        staff="1001",
        promised=promised,
        with_ticket=True,
        from_list=False,
        day="2026-03-02",
        entered_day="2026-03-02",
        at=at,
        accepted_at=at,
        decided_at=decided,
        decided_day="2026-03-02",
        person=person,
    )


def signs_of(chance: random.Random, cases: Sequence[EnteredCase]) -> list[Suspicion]:
    """Return the signs of a day; some of the people were here in the days before."""
    before = [
        replace(
            case,
            id=f"{case.id}-",
            at=case.at - chance.randint(1, 4) * DAY,
            given_up=chance.random() < GIVEN_UP,
        )
        for case in cases
        if chance.random() < AGAIN
    ]
    return [*of_cases(cases, limits()), *twice(cases, before, limits()), *_heap(cases)]


def _heap(cases: Sequence[EnteredCase]) -> list[Suspicion]:
    return heaps(cases, CLOSES, limits())


OUTSIDE: dict[Sign, Callable[[EnteredCase], list[EnteredCase]]] = {
    Sign.ENTERED_LATE: lambda case: [replace(case, day="2026-02-27")],
    Sign.NO_VISIT: lambda case: [replace(case, with_ticket=False)],
    Sign.QUICK: lambda case: [replace(case, promised=True, decided_at=case.at + MINUTE)],
    Sign.TWICE: lambda case: [case, replace(case, id="second", at=case.at + DAY // 2)],
    Sign.HEAP: lambda case: [
        replace(case, id=f"heap{n}", at=CLOSES - 15 * MINUTE + n * MINUTE, person="")
        for n in range(12)
    ],
}
"""Outside cases by the sign that has to find them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both blocks; 1 if an outside case was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS)
    options = parser.parse_args(arguments)
    chance, by_sign, hits = random.Random("honest"), Counter[Sign](), 0
    for _ in range(options.days):
        suspicions = signs_of(chance, day(chance))
        by_sign.update(suspicion.sign for suspicion in suspicions)
        hits += bool(suspicions)
    print(f"honest: {hits} of {options.days} clerk days proposed ", end="")
    print(f"({1000 * hits / options.days:.2f} of 1,000): ", end="")
    print(", ".join(f"{sign} {count}" for sign, count in by_sign.items()))
    missed = 0
    for sign, make in OUTSIDE.items():
        seen = sum(_is_seen(chance, sign, make) for _ in range(options.days // 10))
        missed += options.days // 10 - seen
        print(f"{sign}: {seen} of {options.days // 10} built ones are proposed")
    tickets = [ServedTicket("T", "A1", "item", "unit", "1001", has_case=False)]
    print(f"{Sign.NO_CASE}: {len(without_case(tickets))} of 1, where the hall looks for it")
    built, extra = _issued(chance, options.days // 10)
    missed += options.days // 10 - built
    print(f"{Sign.NO_LICENCE_CASE}: {built} of {options.days // 10}, {extra} of honest numbers")
    return int(missed > 0)


def _issued(chance: random.Random, count: int) -> tuple[int, int]:
    """Return how many licences without a case are proposed, and how many of honest ones."""
    numbers = [
        IssuedNumber(f"unit{n % 21}", f"JY-{n}-{chance.randrange(10**6)}", "", "", n >= count)
        for n in range(2 * count)
    ]
    chance.shuffle(numbers)
    outside = {f"证照编号 {e.number}（未写名称）没有对应的办件" for e in numbers if not e.has_case}
    words = [suspicion.words for suspicion in issued_without_case(numbers)]
    return len(outside & set(words)), len(words) - len(outside & set(words))


def _is_seen(
    chance: random.Random, sign: Sign, make: Callable[[EnteredCase], list[EnteredCase]]
) -> bool:
    cases = day(chance)
    built = [*cases[1:], *make(cases[0])]
    return any(suspicion.sign is sign for suspicion in signs_of(chance, built))


if __name__ == "__main__":
    sys.exit(main())
