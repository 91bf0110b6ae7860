"""Every fault of every simulated device, alone and during a call; agents that vanish.

Alone: one device at a time, with work to do while its fault is on (`gadget_alone`,
`gadget_fingers`). During calls: one fault of each victim at once, while everybody goes on. The
victims stand where the run's clerks sit, one of each make; afterwards each is well by itself.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence

from bench.breaking.desks import desks, hand_in
from bench.breaking.evidence import busy_at, handed_in_of
from bench.breaking.gadget_alone import CHECKS, START
from bench.breaking.gadget_fingers import (
    BY_DATAGRAM,
    admit,
    every_finger_counts,
    lay,
    time_clock_alone,
)
from bench.breaking.gadget_orders import Seat, Workplace, strips_wrong, until, workplace
from bench.breaking.hall import DATAGRAMS, HALL
from bench.breaking.history import ISSUED
from bench.breaking.looking import rest
from bench.breaking.run import DOOR, POLLED, Scene
from server.storage import leases
from server.storage.engine import open_store
from support.hall_server import MANAGER
from support.standby import LoopbackClient

RECOVERS_WITHIN = 45.0
VANISHED_SECONDS = 75.0
AWAY_SECONDS = 600.0
"""So long a PC is away by the hall's clock."""
STEPS = 5
OUT_OF_PAPER_SECONDS = 60.0
ANSWER_WITHIN = 1.0
ALONE_SECONDS = 40.0
GIVEN_ALONE = 15
OK = 200
ONCE_SHOWN_WITHIN = 75.0
"""A strip's text is written again once a minute."""
MEANWHILE = 12
"""Acts of the others that must go on with broken devices."""
CALM_SECONDS = 0.2
"""Between two acts of a person, so that loudspeakers keep up with the calls."""
CLOCKS = (DOOR, POLLED, DATAGRAMS)
PAUSE_KEY = "12"
PAUSED_WHILE_JAMMED = ("keypad-W06", "keypad-W15", "keypad-W27")
"""Of windows whose clerks only sit there: without a change an idle strip is right by chance."""


def every_fault(now: Scene) -> None:
    """Every fault of every victim alone, then fault after fault of all victims during work."""
    crowd = now.crowd
    crowd.rest = CALM_SECONDS
    with workplace(now) as place:
        crowd.wait_for(MEANWHILE)
        crowd.working.clear()
        until(lambda: not busy_at(now.url), RECOVERS_WITHIN)
        admit(place)
        plan = _plan(place)
        for name, faults in plan.items():
            for fault in faults:
                _alone(place, name, fault)
        for seat in place.seats:
            place.done(seat)
        _during_work(place, plan)
        _well_again(now, plan)
        every_finger_counts(place)
        rest(now)
        _strips_show_the_truth(now)
        crowd.working.set()


def _plan(place: Workplace) -> dict[str, list[str]]:
    """Victims and their faults; the victims are named in the run's notes, and who has none."""
    found = {d["name"]: d for d in place.now.hall.control("/state")["devices"]}
    wanted = list(dict.fromkeys(_victims(place.seats)))
    notes, chosen = place.now.outcome.notes, [name for name in wanted if name in found]
    plan = {name: sorted(found[name]["faults"]) for name in chosen}
    plan[DATAGRAMS] = [fault for fault in plan[DATAGRAMS] if fault in BY_DATAGRAM]
    plan[POLLED].remove("lost_datagrams")
    notes.append("; ".join(f"{name}: {len(faults)}" for name, faults in plan.items()))
    makes = {d["shows"]["driver"] for d in found.values() if d["kind"] == "strip"}
    missing = makes - {seat.driver for seat in place.seats if seat.strip in plan}
    missing |= {d["kind"] for d in found.values()} - {found[name]["kind"] for name in plan}
    place.now.outcome.expect(not missing, f"every kind and make has a victim, but {missing}")
    return plan


def _victims(seats: Sequence[Seat]) -> Iterator[str]:
    """One device of each kind and make, at windows that are called from in the run."""
    yield "printer-2"
    for driver in sorted({seat.driver for seat in seats}):
        seat = next(s for s in seats if s.driver == driver)
        yield from (seat.strip, seat.bus)
    for zone in sorted({seat.zone for seat in seats}):
        yield f"speaker-{zone}"
    yield from (seats[0].keypad, f"keypads-{seats[0].zone}", *CLOCKS)


def _alone(place: Workplace, name: str, fault: str) -> None:
    check = time_clock_alone if name in CLOCKS else CHECKS[name.partition("-")[0]]
    try:
        check(place, name, fault)
    except Exception as error:  # noqa: BLE001 - the other faults are tried all the same
        place.expect(False, name, fault, f"the check came to its end: {error!r}")


# -- in the middle of work -------------------------------------------------------------------------


def _during_work(place: Workplace, plan: dict[str, list[str]]) -> None:
    """One fault of each victim at once; keys are pressed and fingers laid while they are on."""
    now, left = place.now, {name: list(faults) for name, faults in plan.items()}
    now.crowd.working.set()
    while any(left.values()):
        faults = {name: of.pop() for name, of in left.items() if of}
        for name, fault in faults.items():
            now.hall.fault(name, fault)
            now.outcome.hit(f"{name.partition('-')[0]}: {fault}")
        place.press(place.seats[0].keypad, START)
        for clock in CLOCKS:
            lay(place, clock)
        said = ", ".join(f"{name} {fault}" for name, fault in faults.items())
        now.outcome.expect(now.crowd.wait_for(MEANWHILE, 30.0), f"the others go on with {said}")
        _answers(now, said)
        for name, fault in faults.items():
            now.hall.fault(name, fault, on=False)


def _answers(now: Scene, said: str) -> None:
    begun = time.monotonic()
    now.hall.clerk(MANAGER).get("/office/today")
    took = time.monotonic() - begun
    now.outcome.expect(took < ANSWER_WITHIN, f"the office answers, {said}: {took:.2f} s")


def _well_again(now: Scene, plan: dict[str, list[str]]) -> None:
    """Every broken device is ok in the office without anybody's help.

    Strips and keypads say nothing of themselves: whether they are well is never known there. A
    loudspeaker is asked by the next call, so people go on meanwhile.
    """
    known = now.hall.devices_known()
    wanted = [n for n in plan if n in known and not n.startswith(("strip", "keypad"))]

    def ill() -> dict[str, str]:
        return {n: s for n, s in now.hall.devices_known().items() if n in wanted and s != "ok"}

    until(lambda: not ill(), RECOVERS_WITHIN)
    now.outcome.expect(not (left := ill()), f"devices are well again: {left}")


# -- jammed buses ----------------------------------------------------------------------------------


def jammed(now: Scene) -> None:
    """A strip holds its bus: nobody on it understands a byte; boards and acts go on.

    Everybody stops in the middle of a service, and whoever had nobody calls somebody, so that
    numbers stand at windows; others are paused meanwhile, so that idle strips have something to
    catch up with too.
    """
    found = now.hall.control("/state")["devices"]
    buses = [d["name"] for d in found if d["name"].startswith("strips-")]
    for bus in buses:
        now.hall.fault(bus, "jammed")
        now.outcome.hit("bus jammed by a strip")
    for pad in PAUSED_WHILE_JAMMED:
        now.hall.control(f"/devices/{pad}/press", {"keys": PAUSE_KEY})
    now.outcome.expect(now.crowd.wait_for(40, 60.0), "the others go on with jammed buses")
    rest(now)
    with workplace(now) as place:
        called = [s for s in place.seats if s.client.get("/counter")["current"] is None]
        for seat in called:
            place.call(seat)
    wrong, busy = strips_wrong(now), len(busy_at(now.url))
    now.outcome.notes.append(f"jammed: {len(wrong)} strips wrong, {busy} windows with a number")
    now.outcome.expect(busy > 0, "numbers stand at windows when the jam is over")
    idle = [text for text in wrong if "暂停" in text]
    now.outcome.expect(len(wrong) > len(idle) > 0, f"the jam bites, at idle windows too: {wrong}")
    for bus in buses:
        now.hall.fault(bus, "jammed", on=False)
    _strips_show_the_truth(now)
    for seat in called:
        place.done(seat)
    now.crowd.working.set()


def _strips_show_the_truth(now: Scene) -> None:
    """Also those of windows that are idle, paused or closed."""
    until(lambda: not strips_wrong(now), ONCE_SHOWN_WITHIN)
    wrong = strips_wrong(now)
    now.outcome.expect(not wrong, f"strips show what the windows want: {wrong[:3]}")


# -- paper, agents ---------------------------------------------------------------------------------


def out_of_paper(now: Scene) -> None:
    """A printer without paper for an hour of the hall's time: numbers go on, on the screen."""
    now.hall.fault("printer-1", "paper_out")
    now.outcome.hit("printer out of paper for an hour")
    now.hall.levers.pull(clock=1800)
    end, before = time.monotonic() + OUT_OF_PAPER_SECONDS, len(now.crowd.acks)
    while time.monotonic() < end:
        now.crowd.wait_for(5)
    now.hall.levers.pull(clock=3600)
    now.outcome.notes.append(f"{len(now.crowd.acks) - before} acts without paper at kiosk 1")
    now.outcome.expect(len(now.crowd.acks) > before + 10, "numbers are given without paper")
    known = now.hall.devices_known()["printer-1"]
    now.outcome.expect(known != "ok", f"the office knows that the paper is out: {known}")
    now.hall.fault("printer-1", "paper_out", on=False)
    now.hall.wait_for_device("printer-1")
    now.crowd.wait_for(10)


def vanished(now: Scene) -> None:
    """The kiosks' PC stands still, longer than every deadline; then it dies and comes back late."""
    pid = now.hall.agent_pid("kiosk")
    os.kill(pid, signal.SIGSTOP)
    now.outcome.hit("agent PC stands still")
    _gone(now, VANISHED_SECONDS)
    os.kill(pid, signal.SIGCONT)
    now.hall.wait_for_device("printer-1")
    now.crowd.wait_for(10)
    now.hall.kill_agent("kiosk")
    now.outcome.hit("agent PC dies and comes back late")
    _gone(now, VANISHED_SECONDS / 3)
    now.hall.start_agent("kiosk")
    now.hall.wait_for_device("printer-1")
    now.crowd.wait_for(10)


def _gone(now: Scene, seconds: float) -> None:
    """Ten minutes by the hall's clock, which is put on step by step; `seconds` by the machine's.

    Deadlines of the line are the machine's, those of slips and leases are the hall's.
    """
    begun, before = time.monotonic(), len(now.crowd.acks)
    ahead, spared = now.hall.levers.clock, AWAY_SECONDS - seconds
    for step in range(1, STEPS + 1):
        while time.monotonic() < begun + seconds * step / STEPS:
            now.crowd.wait_for(5, 10.0)
        now.hall.levers.pull(clock=ahead + spared * step / STEPS)
    now.crowd.wait_for(5, 10.0)
    known = now.hall.devices_known()["printer-1"]
    now.outcome.expect(known != "ok", f"the office knows that the PC is away: {known}")
    now.outcome.expect(len(now.crowd.acks) > before + 10, "numbers are given without the PC")
    away = time.monotonic() - begun + now.hall.levers.clock - ahead
    now.outcome.notes.append(f"a PC away for {away / 60:.1f} minutes of the hall's")


# -- the hall without its server -------------------------------------------------------------------


def server_away(now: Scene) -> None:
    """No server for a quarter of an hour: kiosk 1 gives its leased numbers, two desks their lists.

    In the middle the kiosk's PC is killed too. Afterwards everything is handed in, once.
    """
    hall, crowd = now.hall, now.crowd
    line = _line_of(now)
    rest(now, halfway=False)
    calling = desks(now)
    crowd.up.clear()
    hall.kill()
    now.outcome.hit("server away for a quarter of an hour")
    for desk in calling:
        desk.serve(hall.now())
    given = _given(now, line, "a")
    hall.kill_agent("kiosk")
    hall.start_agent("kiosk")
    now.outcome.hit("kiosk PC killed meanwhile")
    given += _given(now, line, "b")
    hall.levers.pull(clock=900)
    hall.start()
    hand_in(now, calling)
    crowd.up.set()
    crowd.working.set()
    hall.wait_for_device("standby-1")
    now.outcome.notes.append(f"{given} numbers given without the server")
    now.outcome.expect(given >= 2 * GIVEN_ALONE, f"the kiosk gives numbers by itself: {given}")
    end = time.monotonic() + RECOVERS_WITHIN
    while time.monotonic() < end and handed_in_of(now.url) < given:
        time.sleep(0.3)
    now.outcome.expect(handed_in_of(now.url) == given, f"handed in: {handed_in_of(now.url)}")


def _line_of(now: Scene) -> LoopbackClient:
    now.hall.wait_for_device("standby-1")
    store = open_store(now.url, HALL)
    try:
        row = store.read(lambda c: leases.standby_of(c, HALL, "1"))
    finally:
        store.close()
    assert row is not None
    return LoopbackClient(row.line, now.hall.base, row.secret)


def _given(now: Scene, line: LoopbackClient, part: str) -> int:
    """Numbers from the kiosk's own PC, each with its slip; every press is sent twice."""
    count = 0
    end = time.monotonic() + ALONE_SECONDS
    while count < GIVEN_ALONE and time.monotonic() < end:
        sent, key = time.monotonic(), f"{part}-{count}"
        asked = {"key": key, "item": now.chance.choice(now.crowd.items), "applicant": "ordinary"}
        try:
            status, answer = line.ask("/standby/tickets", asked)
            again = line.ask("/standby/tickets", asked)[1] if status == OK else answer
        except OSError:
            time.sleep(0.2)
            continue
        if status != OK:
            time.sleep(0.2)
            continue
        now.outcome.expect(again["ticket"]["id"] == answer["ticket"]["id"], "a press counts once")
        now.crowd.acknowledged(ISSUED, answer["ticket"], "", sent)
        count += 1
    return count
