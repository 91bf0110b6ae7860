"""Faults of devices: every fault of every simulated device, alone and during calls; lost agents.

Alone: one device at a time, with orders during its fault (`gadget_alone`, `gadget_fingers`). During
calls: one fault of each victim at once, while everybody works. The victims are at the windows of
the run's clerks, one of each make; afterwards each recovers by itself.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence

from bench.breaking.board_comparison import pause_everybody
from bench.breaking.device_orders import (
    StaffedWindow,
    Workplace,
    wait_until,
    workplace,
    wrong_strips,
)
from bench.breaking.evidence import called_at_windows, imported_count
from bench.breaking.hall import DATAGRAMS, HALL
from bench.breaking.history import ISSUED
from bench.breaking.offline_desks import desks, hand_in
from bench.breaking.run import DOOR, POLLED, Scene
from bench.breaking.single_device_checks import CHECKS, START
from bench.breaking.time_clock_checks import (
    BY_DATAGRAM,
    admit_time_clocks,
    check_all_touches,
    time_clock_alone,
    touch,
)
from server.core.engine import open_store
from server.queue.offline import lease_queries
from support.hall_server import MANAGER
from support.loopback_client import LoopbackClient

RECOVERS_WITHIN = 45.0
VANISHED_SECONDS = 75.0
AWAY_SECONDS = 600.0
"""Seconds that a PC is away by the hall's clock."""
STEPS = 5
OUT_OF_PAPER_SECONDS = 60.0
ANSWER_WITHIN = 1.0
ALONE_SECONDS = 40.0
GIVEN_ALONE = 15
OK = 200
ONCE_SHOWN_WITHIN = 75.0
"""Seconds until a strip shows the truth: its text is written again once a minute."""
MEANWHILE = 12
"""Number of other people's actions that must succeed with broken devices."""
CALM_SECONDS = 0.2
"""Seconds between two actions of a person, so that loudspeakers keep up with the calls."""
CLOCKS = (DOOR, POLLED, DATAGRAMS)
PAUSE_KEY = "12"
PAUSED_WHILE_JAMMED = ("keypad-W06", "keypad-W15", "keypad-W27")
"""Keypads of windows that are paused during the jam.

Their clerks call nobody: without a change an idle strip is right by chance.
"""


def every_fault(scene: Scene) -> None:
    """Test every fault of every victim alone, then one fault of each victim at once during work."""
    crowd = scene.crowd
    crowd.action_pause = CALM_SECONDS
    with workplace(scene) as place:
        crowd.wait_for(MEANWHILE)
        crowd.working.clear()
        wait_until(lambda: not called_at_windows(scene.url), RECOVERS_WITHIN)
        admit_time_clocks(place)
        plan = _plan(place)
        for name, faults in plan.items():
            for fault in faults:
                _alone(place, name, fault)
        for seat in place.seats:
            place.finish_current(seat)
        _during_work(place, plan)
        _well_again(scene, plan)
        check_all_touches(place)
        pause_everybody(scene)
        _strips_show_the_truth(scene)
        crowd.working.set()


def _plan(place: Workplace) -> dict[str, list[str]]:
    """Return victims and their faults; note them in the run, and the makes without a victim."""
    devices = {d["name"]: d for d in place.scene.hall.control("/state")["devices"]}
    names = list(dict.fromkeys(_victims(place.seats)))
    notes, chosen = place.scene.outcome.notes, [name for name in names if name in devices]
    plan = {name: sorted(devices[name]["faults"]) for name in chosen}
    plan[DATAGRAMS] = [fault for fault in plan[DATAGRAMS] if fault in BY_DATAGRAM]
    plan[POLLED].remove("lost_datagrams")
    notes.append("; ".join(f"{name}: {len(faults)}" for name, faults in plan.items()))
    makes = {d["shows"]["driver"] for d in devices.values() if d["kind"] == "strip"}
    missing = makes - {seat.driver for seat in place.seats if seat.strip in plan}
    missing |= {d["kind"] for d in devices.values()} - {devices[name]["kind"] for name in plan}
    place.scene.outcome.expect(not missing, f"every kind and make has a victim, but {missing}")
    return plan


def _victims(seats: Sequence[StaffedWindow]) -> Iterator[str]:
    """Yield one device of each kind and make, at windows that call in the run."""
    yield "printer-2"
    for driver in sorted({seat.driver for seat in seats}):
        seat = next(s for s in seats if s.driver == driver)
        yield from (seat.strip, seat.bus)
    for zone in sorted({seat.zone for seat in seats}):
        yield f"speaker-{zone}"
    yield from (seats[0].keypad, f"keypads-{seats[0].zone}", seats[0].pad, *CLOCKS)


def _alone(place: Workplace, name: str, fault: str) -> None:
    check = time_clock_alone if name in CLOCKS else CHECKS[name.partition("-")[0]]
    try:
        check(place, name, fault)
    except Exception as error:  # noqa: BLE001 - the other faults are tried all the same
        place.expect(False, name, fault, f"the check came to its end: {error!r}")


# -- during work ----------------------------------------------------------------------------------


def _during_work(place: Workplace, plan: dict[str, list[str]]) -> None:
    """Turn on one fault of each victim at once; press keys and lay fingers meanwhile."""
    scene, remaining = place.scene, {name: list(faults) for name, faults in plan.items()}
    scene.crowd.working.set()
    while any(remaining.values()):
        faults = {name: of.pop() for name, of in remaining.items() if of}
        for name, fault in faults.items():
            scene.hall.fault(name, fault)
            scene.outcome.count_fault(f"{name.partition('-')[0]}: {fault}")
        place.press(place.seats[0].keypad, START)
        for clock in CLOCKS:
            touch(place, clock)
        active = ", ".join(f"{name} {fault}" for name, fault in faults.items())
        scene.outcome.expect(
            scene.crowd.wait_for(MEANWHILE, 30.0), f"the others go on with {active}"
        )
        _answers(scene, active)
        for name, fault in faults.items():
            scene.hall.fault(name, fault, on=False)


def _answers(scene: Scene, active: str) -> None:
    start = time.monotonic()
    scene.hall.clerk(MANAGER).get("/office/today")
    took = time.monotonic() - start
    scene.outcome.expect(took < ANSWER_WITHIN, f"the office answers, {active}: {took:.2f} s")


def _well_again(scene: Scene, plan: dict[str, list[str]]) -> None:
    """Check that every broken device becomes ok in the office without help.

    Strips and keypads report nothing about themselves, so the office never knows their health. A
    loudspeaker is tested by the next call, so people keep working meanwhile.
    """
    states = scene.hall.device_states()
    names = [n for n in plan if n in states and not n.startswith(("strip", "keypad"))]

    def ill() -> dict[str, str]:
        return {n: s for n, s in scene.hall.device_states().items() if n in names and s != "ok"}

    wait_until(lambda: not ill(), RECOVERS_WITHIN)
    scene.outcome.expect(not (ill_devices := ill()), f"devices are well again: {ill_devices}")


# -- jammed buses ----------------------------------------------------------------------------------


def jammed(scene: Scene) -> None:
    """Let a strip jam its bus: no device on it receives a byte; boards and actions continue.

    Everybody stops in the middle of a service, and whoever had no ticket calls one, so numbers are
    shown at windows. Other windows are paused meanwhile, so idle strips have a text to catch up
    with too.
    """
    devices = scene.hall.control("/state")["devices"]
    buses = [d["name"] for d in devices if d["name"].startswith("strips-")]
    for bus in buses:
        scene.hall.fault(bus, "jammed")
        scene.outcome.count_fault("bus jammed by a strip")
    for pad in PAUSED_WHILE_JAMMED:
        scene.hall.control(f"/devices/{pad}/press", {"keys": PAUSE_KEY})
    scene.outcome.expect(scene.crowd.wait_for(40, 60.0), "the others go on with jammed buses")
    pause_everybody(scene)
    with workplace(scene) as place:
        called = [s for s in place.seats if s.client.get("/counter")["current"] is None]
        for seat in called:
            place.call(seat)
    wrong, busy = wrong_strips(scene), len(called_at_windows(scene.url))
    scene.outcome.notes.append(f"jammed: {len(wrong)} strips wrong, {busy} windows with a number")
    scene.outcome.expect(busy > 0, "numbers stand at windows when the jam is over")
    idle = [text for text in wrong if "暂停" in text]
    scene.outcome.expect(len(wrong) > len(idle) > 0, f"the jam bites, at idle windows too: {wrong}")
    for bus in buses:
        scene.hall.fault(bus, "jammed", on=False)
    _strips_show_the_truth(scene)
    for seat in called:
        place.finish_current(seat)
    scene.crowd.working.set()


def _strips_show_the_truth(scene: Scene) -> None:
    """Check the strips of all windows, also of idle, paused and closed ones."""
    wait_until(lambda: not wrong_strips(scene), ONCE_SHOWN_WITHIN)
    wrong = wrong_strips(scene)
    scene.outcome.expect(not wrong, f"strips show what the windows want: {wrong[:3]}")


# -- paper, agents ---------------------------------------------------------------------------------


def out_of_paper(scene: Scene) -> None:
    """Run a printer without paper for an hour of the hall's time: tickets go on, on the screen."""
    scene.hall.fault("printer-1", "paper_out")
    scene.outcome.count_fault("printer out of paper for an hour")
    scene.hall.levers.set(clock=1800)
    end, before = time.monotonic() + OUT_OF_PAPER_SECONDS, len(scene.crowd.acks)
    while time.monotonic() < end:
        scene.crowd.wait_for(5)
    scene.hall.levers.set(clock=3600)
    scene.outcome.notes.append(f"{len(scene.crowd.acks) - before} acts without paper at kiosk 1")
    scene.outcome.expect(len(scene.crowd.acks) > before + 10, "numbers are given without paper")
    state = scene.hall.device_states()["printer-1"]
    scene.outcome.expect(state != "ok", f"the office knows that the paper is out: {state}")
    scene.hall.fault("printer-1", "paper_out", on=False)
    scene.hall.wait_for_device("printer-1")
    scene.crowd.wait_for(10)


def vanished(scene: Scene) -> None:
    """Stop the kiosks' PC for longer than every deadline; then kill it and start it late."""
    pid = scene.hall.agent_pid("kiosk")
    os.kill(pid, signal.SIGSTOP)
    scene.outcome.count_fault("agent PC stands still")
    _gone(scene, VANISHED_SECONDS)
    os.kill(pid, signal.SIGCONT)
    scene.hall.wait_for_device("printer-1")
    scene.crowd.wait_for(10)
    scene.hall.kill_agent("kiosk")
    scene.outcome.count_fault("agent PC dies and comes back late")
    _gone(scene, VANISHED_SECONDS / 3)
    scene.hall.start_agent("kiosk")
    scene.hall.wait_for_device("printer-1")
    scene.crowd.wait_for(10)


def _gone(scene: Scene, seconds: float) -> None:
    """Let ten minutes pass by the hall's clock, in steps; `seconds` by the machine's clock.

    Deadlines of the connection use the machine's clock, those of slips and leases the hall's.
    """
    start, before = time.monotonic(), len(scene.crowd.acks)
    ahead, spared = scene.hall.levers.clock, AWAY_SECONDS - seconds
    for step in range(1, STEPS + 1):
        while time.monotonic() < start + seconds * step / STEPS:
            scene.crowd.wait_for(5, 10.0)
        scene.hall.levers.set(clock=ahead + spared * step / STEPS)
    scene.crowd.wait_for(5, 10.0)
    state = scene.hall.device_states()["printer-1"]
    scene.outcome.expect(state != "ok", f"the office knows that the PC is away: {state}")
    scene.outcome.expect(len(scene.crowd.acks) > before + 10, "numbers are given without the PC")
    away = time.monotonic() - start + scene.hall.levers.clock - ahead
    scene.outcome.notes.append(f"a PC away for {away / 60:.1f} minutes of the hall's")


# -- the hall without its server -------------------------------------------------------------------


def server_away(scene: Scene) -> None:
    """Run without server for a quarter of an hour: kiosk 1 issues leased numbers, two desks call.

    In the middle the kiosk's PC is killed too. Afterwards everything is imported, once.
    """
    hall, crowd = scene.hall, scene.crowd
    line = _line_of(scene)
    pause_everybody(scene, halfway=False)
    calling = desks(scene)
    crowd.server_up.clear()
    hall.kill()
    scene.outcome.count_fault("server away for a quarter of an hour")
    for desk in calling:
        desk.serve(hall.now())
    issued = _given(scene, line, "a")
    hall.kill_agent("kiosk")
    hall.start_agent("kiosk")
    scene.outcome.count_fault("kiosk PC killed meanwhile")
    issued += _given(scene, line, "b")
    hall.levers.set(clock=900)
    hall.start()
    hand_in(scene, calling)
    crowd.server_up.set()
    crowd.working.set()
    hall.wait_for_device("standby-1")
    scene.outcome.notes.append(f"{issued} numbers given without the server")
    scene.outcome.expect(issued >= 2 * GIVEN_ALONE, f"the kiosk gives numbers by itself: {issued}")
    end = time.monotonic() + RECOVERS_WITHIN
    while time.monotonic() < end and imported_count(scene.url) < issued:
        time.sleep(0.3)
    scene.outcome.expect(
        imported_count(scene.url) == issued, f"handed in: {imported_count(scene.url)}"
    )


def _line_of(scene: Scene) -> LoopbackClient:
    scene.hall.wait_for_device("standby-1")
    store = open_store(scene.url, HALL)
    try:
        row = store.read(lambda c: lease_queries.standby_of(c, HALL, "1"))
    finally:
        store.close()
    assert row is not None
    return LoopbackClient(row.line, scene.hall.base, row.secret)


def _given(scene: Scene, line: LoopbackClient, part: str) -> int:
    """Issue numbers from the kiosk's own PC, each with its slip; every press is sent twice."""
    count = 0
    end = time.monotonic() + ALONE_SECONDS
    while count < GIVEN_ALONE and time.monotonic() < end:
        sent_at, key = time.monotonic(), f"{part}-{count}"
        body = {"key": key, "item": scene.chance.choice(scene.crowd.items), "applicant": "ordinary"}
        try:
            status, answer = line.ask("/standby/tickets", body)
            again = line.ask("/standby/tickets", body)[1] if status == OK else answer
        except OSError:
            time.sleep(0.2)
            continue
        if status != OK:
            time.sleep(0.2)
            continue
        scene.outcome.expect(again["ticket"]["id"] == answer["ticket"]["id"], "a press counts once")
        scene.crowd.record_ack(ISSUED, answer["ticket"], "", sent_at)
        count += 1
    return count
