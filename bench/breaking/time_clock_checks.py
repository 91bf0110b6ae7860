"""Fault checks of time clocks: fingers are laid during a fault, and each touch is stored once.

The touches recorded by the simulated time clock, number and time, are compared with the stored
punches, so a lost and a doubled one do not cancel each other.
"""

from __future__ import annotations

from collections import Counter

from bench.breaking.device_orders import LONG, SOON, Workplace, wait_until
from bench.breaking.hall import DATAGRAMS
from bench.breaking.run import DOOR, DOOR_SERIAL, POLLED
from support.hall_server import ADMINISTRATOR

SERIALS = {DOOR: DOOR_SERIAL, POLLED: POLLED, DATAGRAMS: DATAGRAMS}
CUT_OFF = ("silent", "cable_pulled", "half_close")
"""Faults under which a polled time clock transmits nothing; the office must show it."""
BY_DATAGRAM = ("lost_datagrams", "half_close", "cable_pulled", "two_events")
"""Faults that differ over UDP; all others are tested over TCP, except `lost_datagrams`."""
READS_FOR_A_LOSS = 5
"""Number of reads: each read of the memory is some seven datagrams; one in twenty-five is lost."""


def admit_time_clocks(place: Workplace) -> None:
    """Admit all time clocks after they have asked."""
    client, missing = place.scene.hall.clerk(ADMINISTRATOR), set(SERIALS.values())

    def everybody_in() -> bool:
        asking = {r["serial"] for r in client.get("/office/readers")["readers"]}
        for serial in missing & asking:
            client.post(f"/office/readers/{serial}/admit")
            missing.discard(serial)
        return not missing

    wait_until(everybody_in, LONG)
    place.scene.outcome.expect(not missing, f"time clocks ask to be admitted: {missing}")


def touch(place: Workplace, name: str, count: int = 2) -> None:
    """Let `count` people lay a finger on the time clock, none twice in a row."""
    for _ in range(count):
        place.press(name, next(place.people))
        place.laid[name] += 1


def difference(place: Workplace, name: str) -> str:
    """Return the difference between stored punches and touches; empty when they agree."""
    place.read_events()
    laid, stored = place.touches.get(name, Counter()), place.punches(SERIALS[name])
    lost = [touched for touched in laid if touched not in stored]
    extra = [touched for touched in stored if touched not in laid]
    doubled = [touched for touched, times in stored.items() if times > 1]
    return f"lost {lost[:3]}, not laid {extra[:3]}, doubled {doubled[:3]}" * bool(
        lost or extra or doubled
    )


def time_clock_alone(place: Workplace, name: str, fault: str) -> None:
    """Touch during the fault and once after it: each touch is stored once; the clock is well."""
    if fault == "bad_record":
        touch(place, name)  # a touch that is read again, as a bad record
        _expect_stored(place, name, fault, "before")
    before = _effect_count(place, name, fault)
    with place.with_fault(name, fault):
        if fault == "gbk_names":
            _reconnect(place, name)
        touch(place, name)
        if fault == "offline":
            pending = wait_until(lambda: int(place.device(name)["pending"]) >= 2)
            place.expect(pending, name, fault, "the terminal keeps what it cannot tell")
        elif fault in CUT_OFF:
            failed = wait_until(lambda: place.state(name) != "ok", LONG)
            place.expect(failed, name, fault, f"the office knows: {place.state(name)}")
            place.expect(bool(difference(place, name)), name, fault, "the fault does not bite")
        else:
            _expect_stored(place, name, fault, "with the fault on")
        if fault == "lost_datagrams":
            for _ in range(READS_FOR_A_LOSS):
                touch(place, name, 1)
                _expect_stored(place, name, fault, "with the fault on")
        if before is not None:
            effect = wait_until(lambda: (_effect_count(place, name, fault) or 0) > before)
            place.expect(effect, name, fault, "the fault does not bite, or the books say nothing")
    _expect_stored(place, name, fault, "afterwards")
    touch(place, name, 1)
    _expect_stored(place, name, fault, "one more")
    if name != DOOR:
        place.expect(wait_until(lambda: place.state(name) == "ok"), name, fault, "is well again")


def _effect_count(place: Workplace, name: str, fault: str) -> int | None:
    """Return a number that grows when the fault has an effect; None if only the touches show it."""
    place.read_events()
    serial = SERIALS[name]
    if fault in ("garbage_line", "bad_record"):
        return place.quarantined_count(serial)
    if fault == "templates":
        return place.event_count(serial, "template_offered")
    if fault == "clock_jump" and name == DOOR:  # the others are days off in this hall anyway
        return place.event_count(serial, "clock_off")
    if fault == "replay":
        whole = int(place.device(name)["records"]) - 2
        return sum(count >= whole for device, count in place.pushes if device == name)
    if fault == "count_race":  # a touch that nobody laid, in the middle of a read
        return place.touches.get(name, Counter()).total() - place.laid[name]
    return None


def _reconnect(place: Workplace, name: str) -> None:
    """Reconnect a time clock: it sends its language only in its greeting."""
    place.scene.hall.fault(name, "offline")
    place.scene.hall.fault(name, "offline", on=False)
    place.expect(
        wait_until(lambda: place.device(name)["line"] == "online"), name, "gbk_names", "comes back"
    )


def _expect_stored(place: Workplace, name: str, fault: str, when: str) -> None:
    wait_until(lambda: not difference(place, name), LONG)
    gap = difference(place, name)
    place.expect(not gap, name, fault, f"each touch is kept once, {when}: {gap}")


def check_all_touches(place: Workplace) -> None:
    """Check at the end that every touch in a time clock's memory is stored."""
    wait_until(lambda: not any(difference(place, name) for name in SERIALS), LONG + SOON)
    for name in SERIALS:
        gap = difference(place, name)
        place.scene.outcome.expect(not gap, f"touches of {name}: {gap}")
        laid = sum(place.touches.get(name, {}).values())
        place.scene.outcome.expect(laid > 0, f"fingers were laid on {name}")
        place.scene.outcome.notes.append(f"{laid} touches of {name}")
