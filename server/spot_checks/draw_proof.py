"""Draw of a day's spot-check times: a pure function of a committed seed, the rules and the day.

The seal (commitment), `SHA-256(seed || canonical rules || day)`, is published in the morning; the
seed stays secret until the hall has closed. Then anybody can recompute the seal and the times.
Times are whole minutes of the hall's wall clock; every set of times that keeps the gap is equally
likely. This module draws no randomness and has no clock: the seed is an argument.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import time
from itertools import count

from server.catalogue.hours import Span
from server.core.folder_key import SEED_BYTES
from server.core.journal_line import canonical

WHOLE = 1 << 256
"""Number of possible values of one HMAC-SHA256."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of a day's draw, as they stood when the seed was committed. Minutes of the day."""

    hall: str
    timezone: str
    requested_count: int
    """Spot checks requested by the settings."""
    count: int
    """Spot checks drawn: as many of the requested ones as the hours have room for."""
    spans: tuple[tuple[int, int], ...]
    """First and last minute, both included, of the spans in which a spot check may come due."""
    gap: int
    """Least minutes between two checks."""
    within: int
    """Minutes within which a check must be started."""
    opens: int | None
    """Minute at which the hall opens; None on a rest day."""
    closes: int | None
    late: bool
    """True if committed after the hall had opened: only the rest of the day was drawn from."""


@dataclass(frozen=True, slots=True)
class DrawSettings:
    """Settings from which the rules are derived. Minutes."""

    count: int
    after_open: int
    before_close: int
    gap: int
    within: int


def rules_for(
    hall: str, timezone: str, opening: Sequence[Span], requested: DrawSettings, sealed_minute: int
) -> Rules:
    """Return the rules of a day with these opening hours, committed at minute `sealed_minute`.

    Before opening, `sealed_minute` has no effect; later, the minutes up to it are excluded.
    """
    hours = [(_minute(span.opens), _minute(span.closes)) for span in opening]
    opens, closes = (hours[0][0], hours[-1][1]) if hours else (None, None)
    late = opens is not None and sealed_minute >= opens
    spans = []
    for first, last in hours:
        start = max(first + requested.after_open, sealed_minute + 1 if late else 0)
        end = last - max(requested.before_close, requested.within)
        if start <= end:
            spans.append((start, end))
    number = _fitting(_minutes(spans), requested.count, requested.gap)
    return Rules(
        hall,
        timezone,
        requested.count,
        number,
        tuple(spans),
        requested.gap,
        requested.within,
        opens,
        closes,
        late,
    )


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def text_of(rules: Rules) -> str:
    """Return the rules as the canonical JSON that the seal covers."""
    values = asdict(rules)
    values["asked"] = values.pop("requested_count")  # the key of seals in use
    return canonical(values)


def rules_of(text: str) -> Rules:
    """Return the rules from their JSON."""
    values = json.loads(text)
    values["requested_count"] = values.pop("asked")
    return Rules(**values | {"spans": tuple((first, last) for first, last in values["spans"])})


def seal(seed: bytes, rules: str, day: str) -> str:
    """Return the SHA-256 of the seed's 32 bytes, the rules' canonical JSON and the ISO day, in hex.

    Seed and day have fixed lengths, so two different triples never concatenate to the same bytes.
    """
    return hashlib.sha256(seed + rules.encode() + day.encode()).hexdigest()


def draw(seed: bytes, rules: Rules, day: str) -> tuple[int, ...]:
    """Return the day's times, ascending: `rules.count` minutes, at least `gap` apart."""
    minutes = _minutes(rules.spans)
    table = _ways(minutes, rules.count, rules.gap)
    total = table[rules.count][0]
    if rules.count == 0 or total == 0:
        return ()
    return _unranked(minutes, table, rules, _below(total, seed, text_of(rules) + day))


def _minutes(spans: Iterable[tuple[int, int]]) -> list[int]:
    return [minute for first, last in spans for minute in range(first, last + 1)]


def _fitting(minutes: list[int], requested: int, gap: int) -> int:
    table = _ways(minutes, requested, gap)
    return max(number for number in range(requested + 1) if table[number][0])


def _ways(minutes: list[int], most: int, gap: int) -> list[list[int]]:
    """Return `table[k][i]`: the number of ways to choose k of the minutes from the i-th on.

    Only choices that keep the gap count.
    """
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
    """Return the set of times with this rank in the order of all valid sets."""
    times: list[int] = []
    i = 0
    while len(times) < rules.count:
        remaining = rules.count - len(times)
        after = bisect_left(minutes, minutes[i] + max(rules.gap, 1))
        ways = table[remaining - 1][after]
        if rank < ways:
            times.append(minutes[i])
            i = after
        else:
            rank -= ways
            i += 1
    return tuple(times)


def _below(total: int, seed: bytes, about: str) -> int:
    """Return a number below `total`, uniformly: values that would bias the result are rejected."""
    limit = WHOLE - WHOLE % total
    for turn in count():
        value = hmac.new(seed, f"{about}{turn}".encode(), hashlib.sha256).digest()
        number = int.from_bytes(value)
        if number < limit:
            return number % total
    raise AssertionError("count() has no end")


@dataclass(frozen=True, slots=True)
class Day:
    """Draw of a past day as recorded."""

    day: str
    seal: str
    seed: str
    """Hex; empty: the seed is lost."""
    rules: str
    sealed_at: int
    """Minute of the day at which it was committed; -1: on an earlier day."""
    times: tuple[tuple[int, int], ...]
    """Pairs (n, minute) of every drawn spot check on record."""


def faults(day: Day) -> list[str]:
    """Return the contradictions as codes; an empty list proves the day.

    `seed_lost`, `seal` (seed, rules and day do not give the seal), `late_unsaid` (committed after
    opening without `late`), `check_missing`, `check_time`, `check_extra`.
    """
    if not day.seed:
        return ["seed_lost"]
    try:
        seed, rules = bytes.fromhex(day.seed), rules_of(day.rules)
    except (ValueError, TypeError, KeyError):
        return ["seal"]
    if len(seed) != SEED_BYTES or seal(seed, day.rules, day.day) != day.seal:
        return ["seal"]
    codes = []
    if rules.opens is not None and day.sealed_at >= rules.opens and not rules.late:
        codes.append("late_unsaid")
    return codes + _missing(dict(enumerate(draw(seed, rules, day.day), 1)), dict(day.times))


def _missing(drawn_times: dict[int, int], recorded_times: dict[int, int]) -> list[str]:
    codes = []
    if set(drawn_times) - set(recorded_times):
        codes.append("check_missing")
    if set(recorded_times) - set(drawn_times):
        codes.append("check_extra")
    if any(recorded_times[n] != drawn_times[n] for n in set(drawn_times) & set(recorded_times)):
        codes.append("check_time")
    return codes
