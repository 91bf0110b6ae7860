"""Time clocks with one fault: fingers are laid while it is on, and each is kept once.

What a terminal noted of each touch, number and time, is compared with the books' punches, so that
one that was lost and one that was doubled do not cancel each other.
"""

from __future__ import annotations

from collections import Counter

from bench.breaking.gadget_orders import LONG, SOON, Workplace, until
from bench.breaking.hall import DATAGRAMS
from bench.breaking.run import DOOR, DOOR_SERIAL, POLLED
from support.hall_server import ADMINISTRATOR

SERIALS = {DOOR: DOOR_SERIAL, POLLED: POLLED, DATAGRAMS: DATAGRAMS}
CUT_OFF = ("silent", "cable_pulled", "half_close")
"""Nothing of a polled time clock can come through; the office must know."""
BY_DATAGRAM = ("lost_datagrams", "half_close", "cable_pulled", "two_events")
"""Faults that are another matter by UDP; all others are tried by TCP, but `lost_datagrams`."""
READS_FOR_A_LOSS = 5
"""Each read of the memory is some seven datagrams; one in twenty-five gets lost."""


def admit(place: Workplace) -> None:
    """All time clocks are admitted once they have asked."""
    client, left = place.now.hall.clerk(ADMINISTRATOR), set(SERIALS.values())

    def everybody_in() -> bool:
        asking = {r["serial"] for r in client.get("/office/readers")["readers"]}
        for serial in left & asking:
            client.post(f"/office/readers/{serial}/admit")
            left.discard(serial)
        return not left

    until(everybody_in, LONG)
    place.now.outcome.expect(not left, f"time clocks ask to be admitted: {left}")


def lay(place: Workplace, name: str, count: int = 2) -> None:
    """So many people lay a finger on it, none twice in a row."""
    for _ in range(count):
        place.press(name, next(place.people))
        place.laid[name] += 1


def difference(place: Workplace, name: str) -> str:
    """What is kept of a time clock against what was laid on it; empty when they agree."""
    place.look()
    laid, kept = place.touches.get(name, Counter()), place.punches(SERIALS[name])
    lost = [one for one in laid if one not in kept]
    extra = [one for one in kept if one not in laid]
    doubled = [one for one, times in kept.items() if times > 1]
    return f"lost {lost[:3]}, not laid {extra[:3]}, doubled {doubled[:3]}" * bool(
        lost or extra or doubled
    )


def time_clock_alone(place: Workplace, name: str, fault: str) -> None:
    """Fingers under the fault, one afterwards: each is kept once, and the clock is well."""
    if fault == "bad_record":
        lay(place, name)  # one that is read once more, as what it is not
        _kept(place, name, fault, "before")
    before = _sign(place, name, fault)
    with place.broken(name, fault):
        if fault == "gbk_names":
            _greet_again(place, name)
        lay(place, name)
        if fault == "offline":
            kept = until(lambda: int(place.device(name)["pending"]) >= 2)
            place.expect(kept, name, fault, "the terminal keeps what it cannot tell")
        elif fault in CUT_OFF:
            ill = until(lambda: place.state(name) != "ok", LONG)
            place.expect(ill, name, fault, f"the office knows: {place.state(name)}")
            place.expect(bool(difference(place, name)), name, fault, "the fault does not bite")
        else:
            _kept(place, name, fault, "with the fault on")
        if fault == "lost_datagrams":
            for _ in range(READS_FOR_A_LOSS):
                lay(place, name, 1)
                _kept(place, name, fault, "with the fault on")
        if before is not None:
            bitten = until(lambda: (_sign(place, name, fault) or 0) > before)
            place.expect(bitten, name, fault, "the fault does not bite, or the books say nothing")
    _kept(place, name, fault, "afterwards")
    lay(place, name, 1)
    _kept(place, name, fault, "one more")
    if name != DOOR:
        place.expect(until(lambda: place.state(name) == "ok"), name, fault, "is well again")


def _sign(place: Workplace, name: str, fault: str) -> int | None:
    """What grows when a fault does something; None where nothing but the touches tells of it."""
    place.look()
    serial = SERIALS[name]
    if fault in ("garbage_line", "bad_record"):
        return place.put_aside(serial)
    if fault == "templates":
        return place.noted(serial, "template_offered")
    if fault == "clock_jump" and name == DOOR:  # the others are days off in this hall anyhow
        return place.noted(serial, "clock_off")
    if fault == "replay":
        whole = int(place.device(name)["records"]) - 2
        return sum(count >= whole for device, count in place.pushes if device == name)
    if fault == "count_race":  # a touch that nobody laid, in the middle of a read
        return place.touches.get(name, Counter()).total() - place.laid[name]
    return None


def _greet_again(place: Workplace, name: str) -> None:
    """A terminal says its language when it greets: it must lose its line for that."""
    place.now.hall.fault(name, "offline")
    place.now.hall.fault(name, "offline", on=False)
    place.expect(
        until(lambda: place.device(name)["line"] == "online"), name, "gbk_names", "comes back"
    )


def _kept(place: Workplace, name: str, fault: str, when: str) -> None:
    until(lambda: not difference(place, name), LONG)
    found = difference(place, name)
    place.expect(not found, name, fault, f"each touch is kept once, {when}: {found}")


def every_finger_counts(place: Workplace) -> None:
    """In the end what every terminal remembers is in the books."""
    until(lambda: not any(difference(place, name) for name in SERIALS), LONG + SOON)
    for name in SERIALS:
        found = difference(place, name)
        place.now.outcome.expect(not found, f"touches of {name}: {found}")
        laid = sum(place.touches.get(name, {}).values())
        place.now.outcome.expect(laid > 0, f"fingers were laid on {name}")
        place.now.outcome.notes.append(f"{laid} touches of {name}")
