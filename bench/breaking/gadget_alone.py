"""One device, one fault, nobody else at work: it gets something to do, and afterwards it is well.

Each check orders something over the wire while the fault is on, waits until the hall or the
simulator shows what became of it, and orders anew when the fault is off. A fault that does not bite
is a find too: then nothing was tried.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.breaking.gadget_orders import (
    AFTER_SLIPS,
    LONG,
    SOON,
    Json,
    Seat,
    Workplace,
    strips_wrong,
    until,
)

SLIP_SECONDS = 25.0
"""Longer than a slip's patience (run.PATIENCE_OF_SLIPS) and what its printer is given beside."""
RECALL, START = "0D", "0A"
WRONG_WITHIN = 1.0
"""Seconds a key that cannot get through is given to get through all the same."""
COUNTED = {"slow": 1, "key_bounce": 1}
"""Presses under a fault that must count, once; under every other none gets through."""
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
"""Nothing comes out of a printer meanwhile, and the office must know it."""
Check = Callable[[Workplace, str, str], None]


# -- strips ----------------------------------------------------------------------------------------


def strip_alone(place: Workplace, name: str, fault: str) -> None:
    """A call at its window; the loudspeaker says it, the neighbours on the bus show theirs."""
    seat = next(s for s in place.seats if s.strip == name)
    beside = next((s for s in place.seats if s.bus == seat.bus and s is not seat), None)
    with place.broken(name, fault):
        ticket = place.call(seat)
        other = place.call(beside) if beside else None
        place.expect(place.announced(seat, ticket), name, fault, "the call is announced")
        if beside and other:
            kept = until(lambda: place.shown(beside, other))
            place.expect(kept, name, fault, f"{beside.strip} on its bus shows {other['number']}")
        if fault == "slow":
            place.expect(until(lambda: place.shown(seat, ticket)), name, fault, "shown late")
        else:
            place.expect(
                bool(strips_wrong(place.now, [name])), name, fault, "the fault does not bite"
            )
    _shows_again(place, seat, name, fault)


def strip_bus_alone(place: Workplace, name: str, fault: str) -> None:
    """A call at each window on it; afterwards each of its strips shows the next one."""
    here = [s for s in place.seats if s.bus == name]
    with place.broken(name, fault):
        for seat in here:
            ticket = place.call(seat)
            place.expect(place.announced(seat, ticket), name, fault, "the call is announced")
        bitten = all(strips_wrong(place.now, [seat.strip]) for seat in here)
        place.expect(bitten, name, fault, "the fault does not bite")
        if fault == "cable_pulled":
            ill = until(lambda: all(place.state(seat.strip) == "failed" for seat in here))
            place.expect(ill, name, fault, "the office knows that the cable is off")
    for seat in here:
        _shows_again(place, seat, name, fault)


def _shows_again(place: Workplace, seat: Seat, name: str, fault: str) -> None:
    place.call(seat)
    kept = until(lambda: not strips_wrong(place.now, [seat.strip]))
    place.expect(kept, name, fault, f"shows again: {strips_wrong(place.now, [seat.strip])}")


# -- loudspeakers ----------------------------------------------------------------------------------


def speaker_alone(place: Workplace, name: str, fault: str) -> None:
    """A call in its zone: heard late or not at all, and then the office knows; strips show it."""
    seat = next(s for s in place.seats if s.speaker == name)
    with place.broken(name, fault):
        ticket = place.call(seat)
        kept = until(lambda: place.shown(seat, ticket))
        place.expect(kept, name, fault, f"the strip shows {ticket['number']} meanwhile")
        if fault == "slow":
            place.expect(place.announced(seat, ticket), name, fault, "the call is announced")
        else:
            ill = until(lambda: place.state(name) == "failed", 2 * SOON)
            place.expect(ill, name, fault, f"the office knows: {place.state(name)}")
    fresh = place.call(seat)
    place.expect(place.announced(seat, fresh), name, fault, "the next call is announced")
    place.expect(until(lambda: place.state(name) == "ok"), name, fault, "is well again")


# -- printers --------------------------------------------------------------------------------------


def printer_alone(place: Workplace, name: str, fault: str) -> None:
    """A slip meanwhile and one afterwards: what the books say of each is on paper, once."""
    with place.broken(name, fault):
        ticket = place.slip()
        told = until(lambda: place.fate(ticket) in AFTER_SLIPS or place.state(name) != "ok", LONG)
        place.expect(told, name, fault, "the hall knows what became of the slip, or of the printer")
        if fault in STOPS:
            ill = until(lambda: place.state(name) != "ok", LONG)
            place.expect(ill, name, fault, f"the office knows: {place.state(name)}")
            place.expect(place.printed(ticket) == 0, name, fault, "the fault does not bite")
    _slip_as_said(place, ticket, name, fault)
    well = until(lambda: place.state(name) == "ok", LONG)
    place.expect(well, name, fault, f"is well again: {place.state(name)}")
    fresh = place.slip()
    _slip_as_said(place, fresh, name, fault)
    said = place.fate(fresh)
    place.expect(said == "printed", name, fault, f"prints again: the slip is {said}")


def _slip_as_said(place: Workplace, ticket: Json, name: str, fault: str) -> None:
    ended = until(lambda: place.fate(ticket) in AFTER_SLIPS, SLIP_SECONDS)
    said = place.fate(ticket)
    place.expect(ended, name, fault, f"the slip's end is known: {said}")
    if said == "printed":
        until(lambda: place.printed(ticket) > 0)
    least, most = {"printed": (1, 1), "failed": (0, 0)}.get(said, (0, 1))
    found = place.printed(ticket)
    place.expect(least <= found <= most, name, fault, f"slip {said}, {found} times on paper")


# -- keypads ---------------------------------------------------------------------------------------


def keypad_alone(place: Workplace, name: str, fault: str) -> None:
    """A key under the fault counts as often as it can, never twice; the next key counts once."""
    seat = next(s for s in place.seats if s.keypad == name)
    _pressed(place, seat, name, fault)


def keypad_bus_alone(place: Workplace, name: str, fault: str) -> None:
    """The same by a pad on it, whose cable is well: it repeats its key and gives up."""
    zone = name.partition("-")[2]
    seat = next(s for s in place.seats if s.zone == zone)
    _pressed(place, seat, name, fault)


def _pressed(place: Workplace, seat: Seat, name: str, fault: str) -> None:
    ticket, wanted = place.call(seat), COUNTED.get(fault, 0)
    until(lambda: _on_the_pad(place, seat, ticket))
    with place.broken(name, fault):
        place.look()
        before = place.echoes[seat.keypad, "echo"], place.echoes[seat.keypad, "no_echo"]

        def answered() -> bool:
            place.look()
            return before != (
                place.echoes[seat.keypad, "echo"],
                place.echoes[seat.keypad, "no_echo"],
            )

        place.press(seat.keypad, RECALL)
        if name != seat.keypad or fault not in ("silent", "cable_pulled"):
            place.expect(until(answered), name, fault, "the pad hears its echo, or gives up")
        if wanted and until(lambda: place.acts("ticket.recall", ticket) > 0):
            # Told by the pad, not by an answer: the history counts what was asked for.
            place.now.crowd.acknowledged("ticket.recall", ticket, seat.window, time.monotonic())
        elif not wanted:
            until(lambda: place.acts("ticket.recall", ticket) > 0, WRONG_WITHIN)
    place.press(seat.keypad, START)
    kept = until(lambda: place.acts("ticket.start", ticket) == 1)
    place.expect(kept, name, fault, "the next key counts")
    counted = place.acts("ticket.recall", ticket)
    place.expect(counted <= 1, name, fault, f"a press counted {counted} times")
    place.expect(counted == wanted, name, fault, f"a press counted {counted}, not {wanted} times")
    _pad_shows(place, seat, name, fault)


def _pad_shows(place: Workplace, seat: Seat, name: str, fault: str) -> None:
    ticket = place.call(seat)
    kept = until(lambda: _on_the_pad(place, seat, ticket))
    shown = place.device(seat.keypad)["ticket"]
    place.expect(kept, name, fault, f"the pad shows {ticket['number']}: {shown}")


def _on_the_pad(place: Workplace, seat: Seat, ticket: Json) -> bool:
    """A pad has three digits for the number."""
    return str(place.device(seat.keypad)["ticket"]).zfill(3) == str(ticket["number"])[-3:]


CHECKS: dict[str, Check] = {
    "printer": printer_alone,
    "strip": strip_alone,
    "strips": strip_bus_alone,
    "speaker": speaker_alone,
    "keypad": keypad_alone,
    "keypads": keypad_bus_alone,
}
"""By the first part of a device's name; time clocks have a module of their own."""
