"""Visitors of a rehearsed day: arrivals, errands and durations, all from one seed."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MINUTE = 60_000
# Weights of visits per quarter of an hour from 08:30: two peaks, fewer before lunch and at the end.
SHAPE = (4, 7, 9, 10, 10, 9, 9, 8, 7, 6, 5, 4, 3, 2)
AFTERNOON = (6, 8, 9, 9, 8, 7, 6, 5, 4, 3, 2)
MORNING_FROM = 20
"""Minutes after the rehearsal's start (08:10) at which the first quarter of an hour begins."""
AFTERNOON_FROM = 380
CLASSES = (("elderly", 0.07), ("disabled", 0.01), ("pregnant", 0.01), ("military", 0.01))


@dataclass(frozen=True, slots=True)
class Visitor:
    """One applicant."""

    number: int
    at: int
    """Arrival in ms after the start of the rehearsal."""
    item: str
    applicant: str
    kiosk: str
    walk: int
    """Time from the call to the window in ms."""
    patience: str
    """Behaviour after a call.

    comes, late (only after a recall), gone (never comes), back (misses, then returns).
    """
    service: float
    """Factor on the item's usual time."""
    ending: str
    """Outcome, or hold or transfer before it."""


def visitors(
    seed: int,
    count: int,
    items: Sequence[dict[str, Any]],
    classes: Sequence[str],
    kiosks: Sequence[str],
) -> list[Visitor]:
    """Return the day's applicants in order of arrival."""
    chance = random.Random(seed)
    weights = _popularity(random.Random(f"{seed}-items"), len(items))
    times = sorted(_arrival(chance) for _ in range(count))
    return [
        _visitor(chance, number, at, items, weights, classes, kiosks)
        for number, at in enumerate(times)
    ]


def _popularity(chance: random.Random, count: int) -> list[float]:
    """Return the weights of items: a few make up most of the day, most are rare."""
    ranks = list(range(1, count + 1))
    chance.shuffle(ranks)
    return [1.0 / math.pow(rank, 0.5) for rank in ranks]


def _arrival(chance: random.Random) -> int:
    weights = [*SHAPE, *AFTERNOON]
    quarter = chance.choices(range(len(weights)), weights)[0]
    if quarter < len(SHAPE):
        minute = MORNING_FROM + 15 * quarter
    else:
        minute = AFTERNOON_FROM + 15 * (quarter - len(SHAPE))
    return int((minute + chance.random() * 15) * MINUTE)


def _visitor(
    chance: random.Random,
    number: int,
    at: int,
    items: Sequence[dict[str, Any]],
    weights: Sequence[float],
    classes: Sequence[str],
    kiosks: Sequence[str],
) -> Visitor:
    item = chance.choices(items, weights)[0]
    patience = chance.choices(("comes", "late", "gone", "back"), (90, 4, 3, 3))[0]
    ending = chance.choices(
        ("accepted", "done", "consulted", "notice_given", "refused", "hold", "transfer"),
        (48, 24, 12, 8, 2, 3, 3),
    )[0]
    return Visitor(
        number=number,
        at=at,
        item=item["code"],
        applicant=_class(chance, classes),
        kiosk=chance.choice(kiosks),
        walk=int(chance.uniform(10, 50) * 1000),
        patience=patience,
        service=min(4.0, chance.lognormvariate(-0.2, 0.6)),
        ending=ending,
    )


def _class(chance: random.Random, codes: Sequence[str]) -> str:
    roll = chance.random()
    for code, share in CLASSES:
        roll -= share
        if roll < 0:
            return code if code in codes else "ordinary"
    return "ordinary"


@dataclass(frozen=True, slots=True)
class Opinion:
    """Rating that an applicant will give: the level (1 is best), on the pad or by phone."""

    level: int
    on_pad: bool
    words: str


LEVELS = ((1, 0.75), (2, 0.18), (3, 0.04), (4, 0.02), (5, 0.01))
RATES = 0.4
"""Share of the applicants who rate."""


def opinions(seed: int, people: Sequence[Visitor]) -> dict[int, Opinion]:
    """Return the ratings by the applicant's number; most applicants give none."""
    chance = random.Random(f"{seed}-opinions")
    levels, weights = [level for level, _ in LEVELS], [weight for _, weight in LEVELS]
    given: dict[int, Opinion] = {}
    for visitor in people:
        level, on_pad = chance.choices(levels, weights)[0], chance.random() < 0.7
        if chance.random() < RATES:
            words = "" if on_pad or level < 4 else "等候时间长"
            given[visitor.number] = Opinion(level, on_pad, words)
    return given


@dataclass(frozen=True, slots=True)
class Grievance:
    """Complaint that an applicant will make about the visit: by phone or at a kiosk."""

    topic: str
    words: str
    at_kiosk: bool


GRIEVANCES = (
    ("waiting", "等候时间长"),
    ("attitude", "问话没有回应"),
    ("unclear", "材料没有一次说清"),
    ("facilities", "座位不够"),
)
COMPLAINS = 0.04
"""Share of the applicants who complain."""


def grievances(seed: int, people: Sequence[Visitor]) -> dict[int, Grievance]:
    """Return the complaints by the applicant's number; nearly all make none."""
    chance = random.Random(f"{seed}-grievances")
    made: dict[int, Grievance] = {}
    for visitor in people:
        (topic, words), at_kiosk = chance.choice(GRIEVANCES), chance.random() < 0.3
        if chance.random() < COMPLAINS:
            made[visitor.number] = Grievance(topic, words, at_kiosk)
    return made
