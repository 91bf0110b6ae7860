"""Call backs: the weekly draw, the results of a call, and the counts of a list.

The draw is a keyed hash over the cases, so nobody chooses whom to call and everybody with the
stored seed can repeat it. Units take turns, so that a large one does not fill the list.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from server.core.rates import Rate
from server.ratings.levels import Level

MOST_TRIES = 3
"""Calls after which a person who could not be reached is left in peace."""
SHOWN_OF_NAME = 1
MOST_STARS = 2


class CallState(StrEnum):
    """State of a person on the list."""

    OPEN = "open"
    RATED = "rated"
    DECLINED = "declined"
    """Reached, and did not want to rate."""
    UNREACHED = "unreached"
    """Not reached in all tries."""
    WRONG_NUMBER = "wrong_number"
    SELF_RATED = "self_rated"
    """Rated without being called, after the draw."""


class CallAnswer(StrEnum):
    """Result of one call."""

    RATED = "rated"
    DECLINED = "declined"
    NOT_REACHED = "not_reached"
    WRONG_NUMBER = "wrong_number"


REACHED = frozenset({CallState.RATED, CallState.DECLINED})
DEFINITIONS = "1"
"""Version of the definition below."""
LIST_RATE = (
    (
        "名单回访率＝联系上的人数（作出评价的和不愿评价的）÷抽到的人数。"
        "抽到以后、联系以前自行评价的另列，不计入。与差评回访率分开计算。"
    ),
    (
        "Call-back rate of the list = people reached (rated or declined) / people drawn. Those who "
        "rated by themselves before the call are shown apart, in neither number. It is another "
        "figure than the call-back rate of bad ratings."
    ),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Ended case whose person left a telephone and has not rated; `person`: keyed hash or ""."""

    case: str
    unit: str
    ticket: str = ""
    person: str = ""


def seed_of(key: bytes, hall: str, week: str) -> str:
    """Return the seed of a week's draw, which nobody chooses: a keyed hash of hall and week."""
    return hmac.digest(key, f"{hall}\n{week}".encode(), "sha256").hex()


def distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates in order of their ids, one for each person and each ticket."""
    result: list[Candidate] = []
    earlier: set[tuple[str, str]] = set()
    for candidate in sorted(candidates, key=lambda entry: entry.case):
        marks = {("ticket", candidate.ticket), ("person", candidate.person)}
        marks = {mark for mark in marks if mark[1]}
        if earlier.isdisjoint(marks):
            earlier |= marks
            result.append(candidate)
    return result


def draw(seed: str, candidates: Sequence[tuple[str, str]], wanted: int) -> list[str]:
    """Return up to `wanted` cases in the order of calling, from pairs of case and unit.

    Cases of a unit are in the order of their keyed hashes. Units take turns, in the order of
    theirs. The order of the candidates makes no difference.
    """

    def place(text: str) -> bytes:
        return hmac.digest(seed.encode(), text.encode(), "sha256")

    by_unit: dict[str, list[str]] = {}
    for case, unit in candidates:
        by_unit.setdefault(unit, []).append(case)
    turns = sorted(
        (turn, place(f"unit\n{unit}"), case)
        for unit, cases in by_unit.items()
        for turn, case in enumerate(sorted(cases, key=lambda case: place(f"case\n{case}")))
    )
    return [case for _, _, case in turns[:wanted]]


def state_after(answer: CallAnswer, tries: int) -> CallState:
    """Return the state after the `tries`-th call with this result."""
    if answer is CallAnswer.NOT_REACHED:
        return CallState.UNREACHED if tries >= MOST_TRIES else CallState.OPEN
    return CallState(answer.value)


def masked_name(name: str) -> str:
    """Return a name as the list shows it: its first character and up to two stars."""
    return name[:SHOWN_OF_NAME] + "*" * min(MOST_STARS, len(name) - SHOWN_OF_NAME)


@dataclass(frozen=True, slots=True)
class CallCounts:
    """Counts of one or more lists."""

    drawn: int = 0
    states: dict[CallState, int] = field(default_factory=lambda: dict.fromkeys(CallState, 0))
    levels: dict[Level, int] = field(default_factory=lambda: dict.fromkeys(Level, 0))
    """Ratings that the calls gave, by level."""

    @property
    def rate(self) -> Rate:
        """名单回访率, by `LIST_RATE`."""
        reached = sum(self.states[state] for state in REACHED)
        return Rate(reached, self.drawn - self.states[CallState.SELF_RATED])


def call_counts(entries: Iterable[tuple[CallState, Level | None]]) -> CallCounts:
    """Count people on lists, from their states and what they rated when called."""
    counts, drawn = CallCounts(), 0
    for state, level in entries:
        drawn += 1
        counts.states[state] += 1
        if level is not None:
            counts.levels[level] += 1
    return CallCounts(drawn, counts.states, counts.levels)
