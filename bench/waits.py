"""Benchmark of the waits that people are told: coverage, width and loss over rehearsed months.

Each newcomer of a rehearsed day is told a range; the day then shows the real wait. Beside it stands
the formula that the hall used before the forecast: people ahead in the unit's own queue, divided by
the windows. Seeds below 1000 were not used when the ranges were fitted.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import mean, median

from bench.next_ticket import waiting_ticket
from bench.rehearsed_month import BEGIN, Outcome, RehearsedDay
from server.catalogue.model import Catalogue, Handling
from server.catalogue.reference import load
from server.core.settings import Settings
from server.demo.rehearsal.people import MINUTE
from server.queue.call_candidates import Moment
from server.queue.routing import WindowSession, windows_for
from server.queue.tickets import Ticket
from server.queue.turns import Kind
from server.queue.wait_forecast import PresentFloor, forecast
from server.queue.wait_range import Wait, wait_of

VISITS = (200, 240, 280, 320, 360)
"""People a day, in turns."""
WAITING, WINDOWS = 300, 40
EARLY, LATE = 0.1, 0.9
"""Shares of people who are called before the range, and until its end, if it is right."""
LABELS = {
    Kind.COMPREHENSIVE: "only comprehensive",
    Kind.SPECIALISED: "only specialised",
    Kind.BOTH: "both",
    Kind.PRIORITY: "priority",
}


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one kind of people."""

    people: int
    coverage: float
    late: float
    """Share of people who waited longer than the end of their range."""
    width: float
    loss: float


def row(outcomes: Sequence[Outcome], wait: Callable[[Outcome], Wait]) -> Row:
    """Return the figures of what `wait` tells these people."""
    pairs = [(outcome.minutes, wait(outcome)) for outcome in outcomes]
    return Row(
        len(pairs),
        mean(w.low <= real <= w.high for real, w in pairs),
        mean(real > w.high for real, w in pairs),
        mean(w.high - w.low for _, w in pairs),
        mean(_loss(real, w.low, EARLY) + _loss(real, w.high, LATE) for real, w in pairs),
    )


def _loss(real: float, end: float, share: float) -> float:
    """Return the pinball loss of one end of a range, in minutes."""
    return max(share * (real - end), (share - 1) * (real - end))


def forecast_wait(outcome: Outcome) -> Wait:
    """Return the range of the forecast."""
    return wait_of(outcome.promise.turn)


def formula_wait(outcome: Outcome) -> Wait:
    """Return the range of the formula before the forecast."""
    promise = outcome.promise
    if promise.ahead_in_unit == 0 and promise.free:
        return Wait(0, 0, 2)
    lanes, steps = max(len(promise.windows), 1), promise.ahead_in_unit + 0.5
    middle = steps * promise.minutes / lanes
    spread = 1.15 * 0.8 * promise.minutes * math.sqrt(steps) / lanes
    low, high = max(0.0, middle - spread), middle + spread
    step = 1 if low < 10 else 5
    top = 1 if high < 10 else 5
    return Wait(
        promise.ahead_in_unit,
        math.floor(low / step) * step,
        max(2, math.ceil(high / top) * top),
    )


def outcomes_of(seeds: range) -> list[Outcome]:
    """Return the outcomes of the days of these seeds."""
    hall, settings = load(), Settings()
    return [
        outcome
        for seed in seeds
        for outcome in RehearsedDay(hall, settings, seed, VISITS[seed % len(VISITS)]).play()
    ]


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the lines of the table: the forecast beside the formula, by kind."""
    columns = ["coverage", "late", "width", "loss"]
    heads = ["kind", "people", *columns, *(f"formula: {name}" for name in columns)]
    lines = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    waiting = [o for o in outcomes if o.promise.turn.minutes > 0]
    groups = {
        label: [o for o in waiting if o.promise.turn.kind is k] for k, label in LABELS.items()
    }
    groups["all who wait"] = waiting
    groups["called at once"] = [o for o in outcomes if o.promise.turn.minutes <= 0]
    for label, members in groups.items():
        if members:
            cells = [label, str(len(members))]
            for figures in (row(members, forecast_wait), row(members, formula_wait)):
                cells += [
                    f"{figures.coverage:.1%}",
                    f"{figures.late:.1%}",
                    f"{figures.width:.0f} min",
                    f"{figures.loss:.2f}",
                ]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def next_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """Return how often somebody else was called before a person who was told to be next."""
    lines = []
    for kind, label in LABELS.items():
        members = [o for o in outcomes if o.promise.turn.ahead == 0 and o.promise.turn.kind is kind]
        broken = sum(o.called_before > 0 for o in members)
        lines.append(f"next, {label}: {broken} of {len(members)}")
    everybody = [o for o in outcomes if o.promise.turn.ahead == 0]
    broken = sum(o.called_before > 0 for o in everybody)
    share = broken / max(1, len(everybody))
    return [*lines, f"next, everybody: {broken} of {len(everybody)} ({share:.1%})"]


def pass_milliseconds(rounds: int) -> float:
    """Return the median CPU time of one pass: 300 people wait, 40 windows, 120 came lately."""
    chance, now, hall = random.Random(1), 10 * 60 * MINUTE, load()
    more = [replace(w, code=f"{w.code}+") for w in hall.windows]
    hall = replace(hall, windows=(*hall.windows, *more)[:WINDOWS])
    waiting = [_person(hall, chance, n, now) for n in range(WAITING)]
    lately = [_person(hall, chance, 1000 + n, now - 30 * MINUTE) for n in range(120)]
    sessions = {w.code: WindowSession(w.code, "") for w in hall.windows}
    busy = dict.fromkeys(sessions, now - 5 * MINUTE)
    floor = PresentFloor(
        waiting, busy, dict.fromkeys(busy, 10.0), [], {}, lately, lambda *_item: 10.0
    )
    present = Moment(hall, Settings(), sessions, BEGIN + timedelta(hours=2), now)
    times = []
    for _ in range(rounds + 1):
        start = time.process_time()
        forecast(present, floor)
        times.append((time.process_time() - start) * 1000)
    return median(times[1:])


def _person(hall: Catalogue, chance: random.Random, n: int, at: int) -> Ticket:
    items = [i for i in hall.items if i.handling is Handling.ACCEPTED]
    item = chance.choice([i for i in items if windows_for(hall, i, BEGIN)])
    klass = hall.class_by["elderly" if chance.random() < 0.1 else "ordinary"]
    return waiting_ticket(n, item, klass, at)


def main() -> int:
    """Play the months and print the tables."""
    top = argparse.ArgumentParser(prog="go.py bench --only waits", description=__doc__)
    top.add_argument("--seed", type=int, default=1, help="seed of the first day")
    top.add_argument("--days", type=int, default=44, help="days, 22 a month")
    args = top.parse_args()
    outcomes = outcomes_of(range(args.seed, args.seed + args.days))
    print(f"{args.days} days from seed {args.seed}, {len(outcomes)} people called\n")
    print("\n".join(table(outcomes)))
    print()
    print("\n".join(next_lines(outcomes)))
    print(f"one pass, {WAITING} people wait: {pass_milliseconds(9):.1f} ms of CPU (target ≤ 20)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
