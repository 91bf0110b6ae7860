"""Assignment of a day's punches to the slots of its rule, solved exactly over the whole day.

Slots keep the order of the day, and so do the punches that serve them. Two punches within the
rule's minimum interval serve one slot (docs/adr/0029). No punch is dropped beforehand, since the
rest of the day decides which of the two counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from itertools import pairwise

from server.attendance.shift_rules import Direction, SlotRule, minute_of
from server.core.day_facts import Punch

# Gain of one slot, compared from left to right: on time (weighted so that earlier slots go first),
# served at all, minutes not lost, and last the preferred punch (the first in, the last out).
Gain = tuple[int, int, int, int]
NOTHING: Gain = (0, 0, 0, 0)
Pair = tuple[int, int]
"""Index of a slot and index of a punch."""


def gain(slot: SlotRule, weight: int, moment: time) -> Gain:
    """Return the gain of a slot that a punch at `moment` serves; the slot must hold `moment`."""
    minutes_lost = slot.minutes_off(moment)
    seconds = minute_of(moment) * 60 + moment.second
    fitting = -seconds if slot.direction is Direction.IN else seconds
    return (weight if minutes_lost == 0 else 0, 1, -minutes_lost, fitting)


def sum_gains(first: Gain, second: Gain) -> Gain:
    """Return the sum of two gains."""
    return (first[0] + second[0], first[1] + second[1], first[2] + second[2], first[3] + second[3])


def weights(slots: Sequence[SlotRule]) -> list[int]:
    """Return a weight for each slot that exceeds the sum of the weights of all later slots."""
    return [1 << (len(slots) - 1 - n) for n in range(len(slots))]


def is_repeat(
    slot: SlotRule, punch: Punch, later: SlotRule, again: Punch, apart: timedelta
) -> bool:
    """Return True if `again` repeats the punch `punch` and therefore may not serve a slot as well.

    It does if both lie closer than `apart` and each could have served either slot. Two punches
    count as separate if the slots' windows separate them, or if each is on time for one slot only.
    """
    first_time, second_time = punch.at.time(), again.at.time()
    if again.at - punch.at >= apart or not (slot.holds(second_time) and later.holds(first_time)):
        return False
    if slot.minutes_off(first_time) or later.minutes_off(second_time):
        return True
    return not slot.minutes_off(second_time) and not later.minutes_off(first_time)


def assign(
    slots: Sequence[SlotRule], punches: Sequence[Punch], apart_seconds: int = 0
) -> list[Punch | None]:
    """Return for each slot the punch that serves it, or None; a punch serves at most one slot.

    `slots` are in the order of the day, `punches` in the order of time, all of one day. The result
    is the exact optimum among order-preserving choices. Running time: slots times punches, and the
    square of it on a day with repeated punches (closer than `apart_seconds`) that two slots compete
    for.
    """
    plain = len(slots) == len(punches) and all(map(_is_on_time, slots, punches))
    # Only one choice serves every slot then, and no other is on time as often.
    chosen: list[Punch | None] = [*punches] if plain else _assign_unrestricted(slots, punches)
    apart = timedelta(seconds=apart_seconds)
    served_slots = [(slot, punch) for slot, punch in zip(slots, chosen, strict=True) if punch]
    for (slot, punch), (later, again) in pairwise(served_slots):
        if is_repeat(slot, punch, later, again, apart):
            return _assign_apart(slots, punches, apart)
    # The unrestricted optimum breaks no interval, so it is also the restricted optimum.
    return chosen


def _is_on_time(slot: SlotRule, punch: Punch) -> bool:
    moment = punch.at.time()
    return slot.holds(moment) and not slot.minutes_off(moment)


def _assign_unrestricted(slots: Sequence[SlotRule], punches: Sequence[Punch]) -> list[Punch | None]:
    best: list[list[Gain]] = [[NOTHING] * (len(punches) + 1)]
    for slot, weight in zip(slots, weights(slots), strict=True):
        row_above, row = best[-1], [NOTHING]
        for j, punch in enumerate(punches, 1):
            moment = punch.at.time()
            best_gain = max(row_above[j], row[j - 1])
            if slot.holds(moment):
                best_gain = max(best_gain, sum_gains(row_above[j - 1], gain(slot, weight, moment)))
            row.append(best_gain)
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


def _assign_apart(
    slots: Sequence[SlotRule], punches: Sequence[Punch], apart: timedelta
) -> list[Punch | None]:
    """Return the best assignment in which no punch repeats the one before it.

    Computes the best choice that ends with each pair of slot and punch from the pairs before it.
    Checking neighbours is enough: a punch between two interchangeable punches is interchangeable
    with both, because the windows and on-time spans of slots are in order.
    """
    best: dict[Pair, tuple[Gain, Pair | None]] = {}
    for k, (slot, weight) in enumerate(zip(slots, weights(slots), strict=True)):
        for j, punch in enumerate(punches):
            if not slot.holds(punch.at.time()):
                continue
            total, before = NOTHING, None
            for (earlier, i), (gain_so_far, _) in best.items():
                if earlier >= k or i >= j or gain_so_far <= total:
                    continue
                if not is_repeat(slots[earlier], punches[i], slot, punch, apart):
                    total, before = gain_so_far, (earlier, i)
            best[k, j] = sum_gains(total, gain(slot, weight, punch.at.time())), before
    chosen: list[Punch | None] = [None] * len(slots)
    last = max(best, key=lambda pair: best[pair][0], default=None)
    while last is not None:
        chosen[last[0]] = punches[last[1]]
        last = best[last][1]
    return chosen
