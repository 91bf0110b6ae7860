"""The times of a day's spot checks: a pure function of a sealed seed, the rules and the day.

The seal, `SHA-256(seed || canonical rules || day)`, is shown in the morning; the seed stays secret
until the hall has closed. Then anybody can compute the seal and the times again. Times are whole
minutes of the hall's wall clock; every set of times that keeps the gap is equally likely. Draws no
randomness itself and knows no clock: the seed is an argument.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

from server.domain.hours import Span
from server.domain.journal import canonical

SEED_BYTES = 32
WHOLE = 1 << 256
"""Values of one HMAC-SHA256."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a day's times are drawn by, as it stood when the seed was sealed. Minutes of the day."""

    hall: str
    timezone: str
    asked: int
    """Checks the settings ask for."""
    count: int
    """Checks that are drawn: as many of those asked for as the hours leave room for."""
    spans: tuple[tuple[int, int], ...]
    """From and to, both included, in which a check may come due."""
    gap: int
    """Least minutes between two checks."""
    within: int
    """Minutes within which a check must be started."""
    opens: int | None
    """When the hall opens; None on a rest day."""
    closes: int | None
    late: bool
    """Sealed after the hall had opened: only the rest of the day was drawn from."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The settings behind the rules. Minutes."""

    count: int
    after_open: int
    before_close: int
    gap: int
    within: int


def rules_for(
    hall: str, timezone: str, opening: Sequence[Span], asked: Asked, sealed: int
) -> Rules:
    """The rules of a day with these opening hours, sealed at minute `sealed` of that day.

    Before opening `sealed` changes nothing; later, the minutes up to it are left out.
    """
    hours = [(_minute(span.opens), _minute(span.closes)) for span in opening]
    opens, closes = (hours[0][0], hours[-1][1]) if hours else (None, None)
    late = opens is not None and sealed >= opens
    spans = []
    for first, last in hours:
        start = max(first + asked.after_open, sealed + 1 if late else 0)
        end = last - max(asked.before_close, asked.within)
        if start <= end:
            spans.append((start, end))
    number = _fitting(_minutes(spans), asked.count, asked.gap)
    return Rules(
        hall,
        timezone,
        asked.count,
        number,
        tuple(spans),
        asked.gap,
        asked.within,
        opens,
        closes,
        late,
    )


def _minute(moment: Any) -> int:
    return int(moment.hour * 60 + moment.minute)


def text_of(rules: Rules) -> str:
    """The rules as the canonical JSON that is sealed."""
    return canonical(asdict(rules))


def rules_of(text: str) -> Rules:
    """The rules from their JSON."""
    found = json.loads(text)
    return Rules(**found | {"spans": tuple((first, last) for first, last in found["spans"])})


def seal(seed: bytes, rules: str, day: str) -> str:
    """SHA-256 over the seed's 32 bytes, the rules' canonical JSON and the ISO day, in hex.

    The seed has a fixed length and the day too, so no two different triples look alike.
    """
    return hashlib.sha256(seed + rules.encode() + day.encode()).hexdigest()


def draw(seed: bytes, rules: Rules, day: str) -> tuple[int, ...]:
    """The day's times, rising: `rules.count` minutes inside the spans, `gap` apart or more."""
    minutes = _minutes(rules.spans)
    table = _ways(minutes, rules.count, rules.gap)
    total = table[rules.count][0]
    if rules.count == 0 or total == 0:
        return ()
    return _unranked(minutes, table, rules, _below(total, seed, text_of(rules) + day))


def _minutes(spans: Iterable[tuple[int, int]]) -> list[int]:
    return [minute for first, last in spans for minute in range(first, last + 1)]


def _fitting(minutes: list[int], asked: int, gap: int) -> int:
    table = _ways(minutes, asked, gap)
    return max(number for number in range(asked + 1) if table[number][0])


def _ways(minutes: list[int], most: int, gap: int) -> list[list[int]]:
    """`table[k][i]`: in how many ways k of the minutes from the i-th on keep the gap."""
    size = len(minutes)
    after = [bisect_left(minutes, minute + max(gap, 1)) for minute in minutes]
    table = [[1] * (size + 1)]
    for number in range(1, most + 1):
        row = [0] * (size + 1)
        for i in range(size - 1, -1, -1):
            row[i] = row[i + 1] + table[number - 1][after[i]]
        table.append(row)
    return table


def _unranked(
    minutes: list[int], table: list[list[int]], rules: Rules, rank: int
) -> tuple[int, ...]:
    """The set of times with this rank among all sets in order."""
    found: list[int] = []
    i = 0
    while len(found) < rules.count:
        left = rules.count - len(found)
        after = bisect_left(minutes, minutes[i] + max(rules.gap, 1))
        ways = table[left - 1][after]
        if rank < ways:
            found.append(minutes[i])
            i = after
        else:
            rank -= ways
            i += 1
    return tuple(found)


def _below(total: int, seed: bytes, about: str) -> int:
    """A number below `total`, each equally likely: what would favour some is thrown away."""
    limit = WHOLE - WHOLE % total
    for turn in count():
        value = hmac.new(seed, f"{about}{turn}".encode(), hashlib.sha256).digest()
        number = int.from_bytes(value)
        if number < limit:
            return number % total
    raise AssertionError("count() has no end")


@dataclass(frozen=True, slots=True)
class Day:
    """A past day as the records have it."""

    day: str
    seal: str
    seed: str
    """Hex; empty: lost."""
    rules: str
    sealed_at: int
    """Minute of the day; -1: on an earlier day."""
    times: tuple[tuple[int, int], ...]
    """(n, minute) of every drawn check on record."""


def faults(day: Day) -> list[str]:
    """What does not fit, as codes; an empty list proves the day.

    `seed_lost`, `seal` (seed, rules and day do not give the seal), `late_unsaid` (sealed after
    opening without saying so), `check_missing`, `check_time`, `check_extra`.
    """
    if not day.seed:
        return ["seed_lost"]
    try:
        seed, rules = bytes.fromhex(day.seed), rules_of(day.rules)
    except (ValueError, TypeError, KeyError):
        return ["seal"]
    if len(seed) != SEED_BYTES or seal(seed, day.rules, day.day) != day.seal:
        return ["seal"]
    found = []
    if rules.opens is not None and day.sealed_at >= rules.opens and not rules.late:
        found.append("late_unsaid")
    return found + _missing(dict(enumerate(draw(seed, rules, day.day), 1)), dict(day.times))


def _missing(drawn: dict[int, int], kept: dict[int, int]) -> list[str]:
    found = []
    if set(drawn) - set(kept):
        found.append("check_missing")
    if set(kept) - set(drawn):
        found.append("check_extra")
    if any(kept[n] != drawn[n] for n in set(drawn) & set(kept)):
        found.append("check_time")
    return found
