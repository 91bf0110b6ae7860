"""Rates of ratings, each with its numerator, denominator and definition.

No official formula is published: the definitions are the hall's own, and every rate is shown with
its definition. A hall sees counts instead of a rate while there are fewer than
`server.core.rates.FEWEST` ratings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from server.core.rates import Rate
from server.ratings.levels import ACTIVE, Channel, Level

DEFINITIONS = "2"
"""Version of the definitions below; a figure names the version by which it was counted."""
PRIOR = 30
"""Number of average ratings that a ranking adds to everybody's own."""
ACTIVE_RATE = (
    "主动评价率＝群众本人评价的服务数÷结束办理的服务数。默认评价、回访得到的、工作人员代录的不计入。",
    (
        "Active rating rate = services that the person rated / finished services. Defaults, "
        "ratings given when the office called, and those typed in by staff do not count."
    ),
)
REDRESS_RATE = (
    "整改率＝按期答复的差评数÷已答复或已到期的差评数。申诉成立的另列，不计入。",
    (
        "Redress rate = bad ratings answered in time / bad ratings answered or past their time. "
        "Granted appeals are shown apart."
    ),
)
CALL_BACK_RATE = (
    "差评回访率＝已联系回访的差评数÷留有联系方式的差评数。",
    "Call-back rate of bad ratings = bad ratings whose giver was called / those with a contact.",
)
GOOD_RATE = (
    "好评率＝非常满意、满意、基本满意的主动评价数÷主动评价数。",
    "Good rate = active ratings of the first three levels / active ratings.",
)


@dataclass(frozen=True, slots=True)
class RatedService:
    """Rating as the rates count it: `service` is the ticket's id, `second` a second rating."""

    service: str
    level: Level
    channel: Channel
    second: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of a set of services."""

    services: int = 0
    """Finished services: each can be rated once."""
    active: int = 0
    good: int = 0
    typed_in: int = 0
    """Ratings typed in by staff; shown apart, in no rate."""
    called: int = 0
    """Ratings given when the office called; shown apart, in no rate."""
    levels: Mapping[Level, int] = field(default_factory=dict)
    """Active ratings by level."""

    @property
    def bad(self) -> int:
        """Active ratings of the last two levels."""
        return self.active - self.good

    @property
    def active_rate(self) -> Rate:
        """主动评价率, by `ACTIVE_RATE`."""
        return Rate(self.active, self.services)

    @property
    def good_rate(self) -> Rate:
        """好评率, by `GOOD_RATE`."""
        return Rate(self.good, self.active)


def tally(services: int, numbers: Iterable[tuple[Level, Channel, int]]) -> Counts:
    """Return the counts of so many finished services, from numbers of their first ratings."""
    levels = dict.fromkeys(Level, 0)
    typed_in = called = 0
    for level, channel, number in numbers:
        if channel in ACTIVE:
            levels[level] += number
        elif channel is Channel.CALL_BACK:
            called += number
        else:
            typed_in += number
    active = sum(levels.values())
    good = sum(number for level, number in levels.items() if level.is_good)
    return Counts(services, active, good, typed_in, called, levels)


def total_of(parts: Iterable[Counts]) -> Counts:
    """Return the counts of disjoint sets of services together."""
    every = list(parts)
    return Counts(
        services=sum(part.services for part in every),
        active=sum(part.active for part in every),
        good=sum(part.good for part in every),
        typed_in=sum(part.typed_in for part in every),
        called=sum(part.called for part in every),
        levels={level: sum(part.levels.get(level, 0) for part in every) for level in Level},
    )


def count(services: Iterable[str], ratings: Iterable[RatedService]) -> Counts:
    """Count the first ratings of these finished services.

    A second rating after a redress is shown with the redress and changes no rate. A rating of a
    service that is not among them counts nowhere.
    """
    finished = set(services)
    firsts = [entry for entry in ratings if not entry.second and entry.service in finished]
    return tally(len(finished), ((entry.level, entry.channel, 1) for entry in firsts))


def ranked(counts: Mapping[str, Counts]) -> list[tuple[str, Fraction]]:
    """Return the keys from best to worst with their scores.

    The score is the good rate after `PRIOR` further ratings of the average, so that few ratings
    stay near the average: three good ones never beat three hundred.
    """
    active = sum(entry.active for entry in counts.values())
    if not active:
        return []
    average = Fraction(sum(entry.good for entry in counts.values()), active)
    scores = {
        key: (entry.good + PRIOR * average) / (entry.active + PRIOR)
        for key, entry in counts.items()
        if entry.active
    }
    return sorted(scores.items(), key=lambda item: (-item[1], -counts[item[0]].active, item[0]))
