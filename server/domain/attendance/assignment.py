"""Assignment of a day's punches to the slots of its rule, found exactly over the whole day.

Slots keep the order of the day, and so do the punches that serve them. A finger laid twice within
some seconds serves one slot (docs/adr/0029): no punch is dropped for it beforehand, since which of
the two counts follows from the rest of the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from itertools import pairwise

from server.domain.attendance.facts import Punch
from server.domain.attendance.shifts import Direction, SlotRule, minute_of

# What one slot gains: on time (weighted so that earlier slots go first), served at all, minutes
# not lost, and last the punch that a person would point to (the first in, the last out).
Gain = tuple[int, int, int, int]
NOTHING: Gain = (0, 0, 0, 0)
Pair = tuple[int, int]
"""Places of a slot and of a punch."""


def gain(slot: SlotRule, weight: int, moment: time) -> Gain:
    """Return the gain of a slot by a punch at a moment that it holds."""
    lost = slot.minutes_off(moment)
    seconds = minute_of(moment) * 60 + moment.second
    fitting = -seconds if slot.direction is Direction.IN else seconds
    return (weight if lost == 0 else 0, 1, -lost, fitting)


def plus(one: Gain, other: Gain) -> Gain:
    """Both gains."""
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3])


def weights(slots: Sequence[SlotRule]) -> list[int]:
    """For each slot more than all later ones together."""
    return [1 << (len(slots) - 1 - n) for n in range(len(slots))]


def twice(slot: SlotRule, punch: Punch, later: SlotRule, again: Punch, apart: timedelta) -> bool:
    """Return True if `again` is the finger of `punch` once more, and may not serve a slot as well.

    It is when each of the two could have served either slot. Where the windows themselves part
    them, somebody punched for both; on time for one slot alone each, they stand.
    """
    one, other = punch.at.time(), again.at.time()
    if again.at - punch.at >= apart or not (slot.holds(other) and later.holds(one)):
        return False
    if slot.minutes_off(one) or later.minutes_off(other):
        return True
    return not slot.minutes_off(other) and not later.minutes_off(one)


def assign(
    slots: Sequence[SlotRule], punches: Sequence[Punch], apart_seconds: int = 0
) -> list[Punch | None]:
    """For each slot the punch that serves it, or None. Every punch serves at most one slot.

    `slots` in the order of the day, `punches` in the order of time, all of one day. The best
    order-keeping choice, found exactly: time is slots times punches, and the square of it for a
    day on which a finger was laid twice where two slots wanted it.
    """
    chosen = _free(slots, punches)
    apart = timedelta(seconds=apart_seconds)
    served = [(slot, punch) for slot, punch in zip(slots, chosen, strict=True) if punch]
    for (slot, punch), (later, again) in pairwise(served):
        if twice(slot, punch, later, again, apart):
            return _apart(slots, punches, apart)
    # The best of all choices is one that is allowed.
    return chosen


def _free(slots: Sequence[SlotRule], punches: Sequence[Punch]) -> list[Punch | None]:
    best: list[list[Gain]] = [[NOTHING] * (len(punches) + 1)]
    for slot, weight in zip(slots, weights(slots), strict=True):
        above, row = best[-1], [NOTHING]
        for j, punch in enumerate(punches, 1):
            moment = punch.at.time()
            found = max(above[j], row[j - 1])
            if slot.holds(moment):
                found = max(found, plus(above[j - 1], gain(slot, weight, moment)))
            row.append(found)
        best.append(row)
    return _walk_back(punches, best)


def _walk_back(punches: Sequence[Punch], best: list[list[Gain]]) -> list[Punch | None]:
    k, j = len(best) - 1, len(punches)
    chosen: list[Punch | None] = [None] * k
    while k and j:
        if best[k][j] == best[k][j - 1]:
            j -= 1
        elif best[k][j] == best[k - 1][j]:
            k -= 1
        else:
            k, j = k - 1, j - 1
            chosen[k] = punches[j]
    return chosen


def _apart(
    slots: Sequence[SlotRule], punches: Sequence[Punch], apart: timedelta
) -> list[Punch | None]:
    """The best choice that ends with each pair of slot and punch, built from those before it.

    Neighbours in a choice are enough to look at: what lies between two interchangeable punches is
    interchangeable with both, for the windows and the punctual spans of slots are in order.
    """
    best: dict[Pair, tuple[Gain, Pair | None]] = {}
    for k, (slot, weight) in enumerate(zip(slots, weights(slots), strict=True)):
        for j, punch in enumerate(punches):
            if not slot.holds(punch.at.time()):
                continue
            total, before = NOTHING, None
            for (earlier, i), (reached, _) in best.items():
                if earlier >= k or i >= j or reached <= total:
                    continue
                if not twice(slots[earlier], punches[i], slot, punch, apart):
                    total, before = reached, (earlier, i)
            best[k, j] = plus(total, gain(slot, weight, punch.at.time())), before
    chosen: list[Punch | None] = [None] * len(slots)
    last = max(best, key=lambda pair: best[pair][0], default=None)
    while last is not None:
        chosen[last[0]] = punches[last[1]]
        last = best[last][1]
    return chosen
