"""Fault checks of single devices: one device, one fault, nobody else at work.

Each check sends an order to the device while the fault is on, waits until the hall or the simulator
shows the result, and sends another when the fault is off; then the device must be well. A fault
without effect is a find too: then nothing was tested.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.breaking.device_orders import (
    AFTER_SLIPS,
    LONG,
    SOON,
    Json,
    StaffedWindow,
    Workplace,
    wait_until,
    wrong_strips,
)

SLIP_SECONDS = 25.0
"""Maximum seconds until a slip's end is known.

Longer than a slip's patience (run.PATIENCE_OF_SLIPS) plus the time of its printer.
"""
RECALL, START = "0D", "0A"
WRONG_WITHIN = 1.0
"""Seconds to wait for a key press that must not get through."""
VERY_SATISFIED, SATISFIED = (3, 1), (2, 2)
"""Keys of an A4 rating pad, and the levels that they stand for."""
COUNTED = {"slow": 1, "key_bounce": 1}
"""Presses that must count under a fault, once; under every other fault none gets through."""
STOPS = (
    "cable_pulled",
    "close_after_accept",
    "cover",
    "cutter",
    "half_frame",
    "head_hot",
    "paper_out",
    "silent",
)
"""Faults under which a printer prints nothing, and the office must show it."""
Check = Callable[[Workplace, str, str], None]


# -- strips ----------------------------------------------------------------------------------------


def strip_alone(place: Workplace, name: str, fault: str) -> None:
    """Call at the strip's window.

    The loudspeaker announces it, other strips on the bus show theirs.
    """
    seat = next(s for s in place.seats if s.strip == name)
    beside = next((s for s in place.seats if s.bus == seat.bus and s is not seat), None)
    with place.with_fault(name, fault):
        ticket = place.call(seat)
        other = place.call(beside) if beside else None
        place.expect(place.announced(seat, ticket), name, fault, "the call is announced")
        if beside and other:
            in_time = wait_until(lambda: place.shown(beside, other))
            place.expect(in_time, name, fault, f"{beside.strip} on its bus shows {other['number']}")
        if fault == "slow":
            place.expect(wait_until(lambda: place.shown(seat, ticket)), name, fault, "shown late")
        else:
            place.expect(
                bool(wrong_strips(place.scene, [name])), name, fault, "the fault does not bite"
            )
    _shows_again(place, seat, name, fault)


def strip_bus_alone(place: Workplace, name: str, fault: str) -> None:
    """Call at each window of the bus; afterwards each of its strips shows the next call."""
    bus_seats = [s for s in place.seats if s.bus == name]
    with place.with_fault(name, fault):
        for seat in bus_seats:
            ticket = place.call(seat)
            place.expect(place.announced(seat, ticket), name, fault, "the call is announced")
        effect = all(wrong_strips(place.scene, [seat.strip]) for seat in bus_seats)
        place.expect(effect, name, fault, "the fault does not bite")
        if fault == "cable_pulled":
            failed = wait_until(
                lambda: all(place.state(seat.strip) == "failed" for seat in bus_seats)
            )
            place.expect(failed, name, fault, "the office knows that the cable is off")
    for seat in bus_seats:
        _shows_again(place, seat, name, fault)


def _shows_again(place: Workplace, seat: StaffedWindow, name: str, fault: str) -> None:
    place.call(seat)
    shown = wait_until(lambda: not wrong_strips(place.scene, [seat.strip]))
    place.expect(shown, name, fault, f"shows again: {wrong_strips(place.scene, [seat.strip])}")


# -- loudspeakers ----------------------------------------------------------------------------------


def speaker_alone(place: Workplace, name: str, fault: str) -> None:
    """Call in the loudspeaker's zone: announced late, or not at all and the office shows it.

    The strips show the call meanwhile.
    """
    seat = next(s for s in place.seats if s.speaker == name)
    with place.with_fault(name, fault):
        ticket = place.call(seat)
        in_time = wait_until(lambda: place.shown(seat, ticket))
        place.expect(in_time, name, fault, f"the strip shows {ticket['number']} meanwhile")
        if fault == "slow":
            place.expect(place.announced(seat, ticket), name, fault, "the call is announced")
        else:
            failed = wait_until(lambda: place.state(name) == "failed", 2 * SOON)
            place.expect(failed, name, fault, f"the office knows: {place.state(name)}")
    fresh = place.call(seat)
    place.expect(place.announced(seat, fresh), name, fault, "the next call is announced")
    place.expect(wait_until(lambda: place.state(name) == "ok"), name, fault, "is well again")


# -- printers --------------------------------------------------------------------------------------


def printer_alone(place: Workplace, name: str, fault: str) -> None:
    """Print a slip during the fault and one after it: the database and the paper agree on each."""
    with place.with_fault(name, fault):
        ticket = place.slip()
        wait_for_slips = wait_until(
            lambda: place.slip_state(ticket) in AFTER_SLIPS or place.state(name) != "ok", LONG
        )
        place.expect(
            wait_for_slips, name, fault, "the hall knows what became of the slip, or of the printer"
        )
        if fault in STOPS:
            failed = wait_until(lambda: place.state(name) != "ok", LONG)
            place.expect(failed, name, fault, f"the office knows: {place.state(name)}")
            place.expect(place.printed(ticket) == 0, name, fault, "the fault does not bite")
    _slip_as_said(place, ticket, name, fault)
    well = wait_until(lambda: place.state(name) == "ok", LONG)
    place.expect(well, name, fault, f"is well again: {place.state(name)}")
    fresh = place.slip()
    _slip_as_said(place, fresh, name, fault)
    slip_state = place.slip_state(fresh)
    place.expect(slip_state == "printed", name, fault, f"prints again: the slip is {slip_state}")


def _slip_as_said(place: Workplace, ticket: Json, name: str, fault: str) -> None:
    ended = wait_until(lambda: place.slip_state(ticket) in AFTER_SLIPS, SLIP_SECONDS)
    state = place.slip_state(ticket)
    place.expect(ended, name, fault, f"the slip's end is known: {state}")
    if state == "printed":
        wait_until(lambda: place.printed(ticket) > 0)
    least, most = {"printed": (1, 1), "failed": (0, 0)}.get(state, (0, 1))
    count = place.printed(ticket)
    place.expect(least <= count <= most, name, fault, f"slip {state}, {count} times on paper")


# -- keypads ---------------------------------------------------------------------------------------


def keypad_alone(place: Workplace, name: str, fault: str) -> None:
    """Press a key during the fault: it counts as often as it can, never twice.

    The next counts once.
    """
    seat = next(s for s in place.seats if s.keypad == name)
    _pressed(place, seat, name, fault)


def keypad_bus_alone(place: Workplace, name: str, fault: str) -> None:
    """Press a key of a healthy pad on the faulty bus: it repeats its key and gives up."""
    zone = name.partition("-")[2]
    seat = next(s for s in place.seats if s.zone == zone)
    _pressed(place, seat, name, fault)


def _pressed(place: Workplace, seat: StaffedWindow, name: str, fault: str) -> None:
    ticket, presses = place.call(seat), COUNTED.get(fault, 0)
    wait_until(lambda: _on_the_pad(place, seat, ticket))
    with place.with_fault(name, fault):
        place.read_events()
        before = place.echoes[seat.keypad, "echo"], place.echoes[seat.keypad, "no_echo"]

        def answered() -> bool:
            place.read_events()
            return before != (
                place.echoes[seat.keypad, "echo"],
                place.echoes[seat.keypad, "no_echo"],
            )

        place.press(seat.keypad, RECALL)
        if name != seat.keypad or fault not in ("silent", "cable_pulled"):
            place.expect(wait_until(answered), name, fault, "the pad hears its echo, or gives up")
        if presses and wait_until(lambda: place.journal_count("ticket.recall", ticket) > 0):
            # The pad shows it, no API response does: the history needs it as an answered request.
            place.scene.crowd.record_ack("ticket.recall", ticket, seat.window, time.monotonic())
        elif not presses:
            wait_until(lambda: place.journal_count("ticket.recall", ticket) > 0, WRONG_WITHIN)
    place.press(seat.keypad, START)
    started = wait_until(lambda: place.journal_count("ticket.start", ticket) == 1)
    place.expect(started, name, fault, "the next key counts")
    counted = place.journal_count("ticket.recall", ticket)
    place.expect(counted <= 1, name, fault, f"a press counted {counted} times")
    place.expect(counted == presses, name, fault, f"a press counted {counted}, not {presses} times")
    _pad_shows(place, seat, name, fault)


def _pad_shows(place: Workplace, seat: StaffedWindow, name: str, fault: str) -> None:
    ticket = place.call(seat)
    matches = wait_until(lambda: _on_the_pad(place, seat, ticket))
    shown = place.device(seat.keypad)["ticket"]
    place.expect(matches, name, fault, f"the pad shows {ticket['number']}: {shown}")


def _on_the_pad(place: Workplace, seat: StaffedWindow, ticket: Json) -> bool:
    """Return True if the pad shows the ticket; a pad has three digits for the number."""
    return str(place.device(seat.keypad)["ticket"]).zfill(3) == str(ticket["number"])[-3:]


# -- rating pads -----------------------------------------------------------------------------------


def rating_pad_alone(place: Workplace, name: str, fault: str) -> None:
    """Press a key after a service during the fault, and another after the next service.

    The first counts for its own service or not at all, the second once for the next.
    """
    seat = next(s for s in place.seats if s.pad == name)
    served = place.call(seat)
    with place.with_fault(name, fault):
        _finish_and_ask(place, seat)
        unheard = place.device(name)["unheard"]
        place.press(name, str(VERY_SATISFIED[0]))
        # The pad repeats its key for some time; the next person comes after that.
        wait_until(lambda: place.levels_of(served) != [] or place.device(name)["unheard"] > unheard)
    fresh = place.call(seat)
    asks = _finish_and_ask(place, seat)
    place.expect(asks, name, fault, "the pad asks after the next service")
    place.press(name, str(SATISFIED[0]))
    wait_until(lambda: place.levels_of(fresh) != [])
    first, second = place.levels_of(served), place.levels_of(fresh)
    place.expect(first in ([], [VERY_SATISFIED[1]]), name, fault, f"the first counted as {first}")
    place.expect(second == [SATISFIED[1]], name, fault, f"the second counted as {second}")


def _finish_and_ask(place: Workplace, seat: StaffedWindow) -> bool:
    """End the service at the window; return True once its pad asks about it."""
    before = place.device(seat.pad)["asked"]
    place.finish_current(seat)
    return wait_until(lambda: place.device(seat.pad)["asked"] > before)


CHECKS: dict[str, Check] = {
    "printer": printer_alone,
    "strip": strip_alone,
    "strips": strip_bus_alone,
    "speaker": speaker_alone,
    "keypad": keypad_alone,
    "keypads": keypad_bus_alone,
    "pad": rating_pad_alone,
}
"""Checks by the first part of a device's name; time clocks have a module of their own."""
