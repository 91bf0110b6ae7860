"""Every fault of every simulated device, alone and during a call; agents that vanish.

One fault of each kind at a time, each at a device of its own: while they are broken, everybody else
goes on, and the neighbours of the broken device work. Afterwards the device is well again by
itself. What a fault must show in the office is a matter of the devices' own tests; here it is the
hall around it that counts.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence

from bench.breaking.evidence import handed_in_of, punches_of
from bench.breaking.hall import HALL
from bench.breaking.history import ISSUED
from bench.breaking.run import DOOR, DOOR_SERIAL, POLLED, Scene
from server.storage import leases
from server.storage.engine import open_store
from support.hall_server import ADMINISTRATOR, MANAGER
from support.standby import Line

RECOVERS_WITHIN = 45.0
VANISHED_SECONDS = 75.0
OUT_OF_PAPER_SECONDS = 60.0
ANSWER_WITHIN = 1.0
ALONE_SECONDS = 40.0
GIVEN_ALONE = 15
OK = 200
PEOPLE = ("1004", "1005", "1006", "1007", "1008", "1009")
ONCE_SHOWN_WITHIN = 75.0
"""A strip's text is written again once a minute."""
VICTIMS = (
    "printer-2",
    "strips-west",
    "strip-W02",
    "speaker-west",
    "keypads-west",
    "keypad-W02",
    DOOR,
    POLLED,
)
"""One device of each kind; `printer-1` and everybody else's are never touched."""


def every_fault(now: Scene) -> None:
    """Fault after fault of each kind, four kinds at once."""
    _admit(now)
    found = now.hall.control("/state")["devices"]
    plan = {d["name"]: sorted(d["faults"]) for d in found if d["name"] in VICTIMS}
    now.outcome.notes.append("; ".join(f"{n}: {len(f)}" for n, f in sorted(plan.items())))
    while any(plan.values()):
        round_ = {name: faults.pop() for name, faults in plan.items() if faults}
        _together(now, round_)
        _fingers(now)
    _well_again(now)
    _every_finger_counts(now)


def _admit(now: Scene) -> None:
    """Both time clocks are admitted once they have asked."""
    client, end, left = now.hall.clerk(ADMINISTRATOR), time.monotonic() + 30, {DOOR_SERIAL, POLLED}
    while left and time.monotonic() < end:
        asking = {r["serial"] for r in client.get("/office/readers")["readers"]}
        for serial in left & asking:
            client.post(f"/office/readers/{serial}/admit")
        left -= asking
        time.sleep(0.3)
    now.outcome.expect(not left, f"time clocks ask to be admitted: {left}")


def _fingers(now: Scene) -> None:
    """Two people lay a finger on each time clock."""
    for clock in (DOOR, POLLED):
        for person in now.chance.sample(PEOPLE, 2):
            now.hall.control(f"/devices/{clock}/press", {"keys": person})


def _every_finger_counts(now: Scene) -> None:
    """What the terminals remember is in the database, each touch once."""
    end, kept, wanted = time.monotonic() + RECOVERS_WITHIN, {}, {}
    while time.monotonic() < end:
        found = now.hall.control("/state")["devices"]
        wanted = {d["name"]: d["shows"]["records"] for d in found if d["kind"] == "time_clock"}
        kept = {DOOR: punches_of(now.url, DOOR_SERIAL), POLLED: punches_of(now.url, POLLED)}
        if kept == wanted:
            break
        time.sleep(0.5)
    now.outcome.notes.append(f"touches of the time clocks: {wanted}")
    now.outcome.expect(kept == wanted, f"every touch is kept once: {kept}, remembered {wanted}")


def _together(now: Scene, faults: dict[str, str]) -> None:
    """Alone first, while nothing is asked of them; then in the middle of work."""
    for during_work in (False, True):
        now.crowd.working.clear() if not during_work else now.crowd.working.set()
        for name, fault in faults.items():
            now.hall.fault(name, fault)
            now.outcome.hit(f"{name.partition('-')[0]}: {fault}")
        if during_work:
            now.outcome.expect(
                now.crowd.wait_for(12, 30.0), f"the others go on with {_said(faults)}"
            )
        _answers(now, faults)
        for name, fault in faults.items():
            now.hall.fault(name, fault, on=False)
    now.crowd.working.set()


def _said(faults: dict[str, str]) -> str:
    return ", ".join(f"{name} {fault}" for name, fault in faults.items())


def _answers(now: Scene, faults: dict[str, str]) -> None:
    begun = time.monotonic()
    now.hall.clerk(MANAGER).get("/office/today")
    took = time.monotonic() - begun
    now.outcome.expect(took < ANSWER_WITHIN, f"the office answers, {_said(faults)}: {took:.2f} s")


def _well_again(now: Scene) -> None:
    """Every broken device is ok in the office without anybody's help."""
    end, states = time.monotonic() + RECOVERS_WITHIN, {}
    # Strips and keypads say nothing of themselves: whether they are well is never known.
    wanted = ("printer-2", "speaker-west", POLLED)
    while time.monotonic() < end:
        states = {n: s for n, s in now.hall.devices_known().items() if n in wanted}
        if all(state == "ok" for state in states.values()):
            return
        time.sleep(0.5)
    now.outcome.expect(kept=False, what=f"devices are well again: {states}")


def jammed(now: Scene) -> None:
    """A strip holds its bus: nobody on it understands a byte; boards and acts go on."""
    for bus in ("strips-east", "strips-west"):
        now.hall.fault(bus, "jammed")
        now.outcome.hit("bus jammed by a strip")
    now.outcome.expect(now.crowd.wait_for(40, 60.0), "the others go on with jammed buses")
    for bus in ("strips-east", "strips-west"):
        now.hall.fault(bus, "jammed", on=False)
    now.crowd.end()
    _strips_show_the_truth(now)


def _strips_show_the_truth(now: Scene) -> None:
    end = time.monotonic() + ONCE_SHOWN_WITHIN
    wrong: Sequence[str] = ("not looked at",)
    while wrong and time.monotonic() < end:
        shown = {
            d["name"].partition("-")[2]: d["shows"]["text"]
            for d in now.hall.control("/state")["devices"]
            if d["kind"] == "strip"
        }
        board = now.hall.clerk(MANAGER).get("/windows")["windows"]
        wrong = [
            f"{w['code']}: {shown[w['code']]!r}, called {w['ticket']}"
            for w in board
            if w["code"] in shown and w.get("ticket") and w["ticket"] not in shown[w["code"]]
        ]
        time.sleep(0.5)
    now.outcome.expect(not wrong, f"strips show what is called: {wrong[:3]}")


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
    now.hall.until_heard_of("printer-1")
    now.crowd.wait_for(10)


def vanished(now: Scene) -> None:
    """The kiosks' PC stands still, longer than every deadline; then it dies and comes back late."""
    pid = now.hall.agent_pid("kiosk")
    os.kill(pid, signal.SIGSTOP)
    now.outcome.hit("agent PC stands still")
    _gone(now, VANISHED_SECONDS)
    os.kill(pid, signal.SIGCONT)
    now.hall.until_heard_of("printer-1")
    now.crowd.wait_for(10)
    now.hall.kill_agent("kiosk")
    now.outcome.hit("agent PC dies and comes back late")
    _gone(now, VANISHED_SECONDS / 3)
    now.hall.start_agent("kiosk")
    now.hall.until_heard_of("printer-1")
    now.crowd.wait_for(10)


def _gone(now: Scene, seconds: float) -> None:
    end, before = time.monotonic() + seconds, len(now.crowd.acks)
    while time.monotonic() < end:
        now.crowd.wait_for(5, 10.0)
    known = now.hall.devices_known()["printer-1"]
    now.outcome.expect(known != "ok", f"the office knows that the PC is away: {known}")
    now.outcome.expect(len(now.crowd.acks) > before + 10, "numbers are given without the PC")


# -- the hall without its server -------------------------------------------------------------------


def server_away(now: Scene) -> None:
    """No server for a quarter of an hour; kiosk 1 goes on with its leased numbers, and prints them.

    In the middle its own PC is killed too. Afterwards everything is handed in, once.
    """
    hall, crowd = now.hall, now.crowd
    line = _line_of(now)
    crowd.up.clear()
    hall.kill()
    now.outcome.hit("server away for a quarter of an hour")
    given = _given(now, line, "a")
    hall.kill_agent("kiosk")
    hall.start_agent("kiosk")
    now.outcome.hit("kiosk PC killed meanwhile")
    given += _given(now, line, "b")
    hall.levers.pull(clock=900)
    hall.start()
    crowd.up.set()
    hall.until_heard_of("standby-1")
    now.outcome.notes.append(f"{given} numbers given without the server")
    now.outcome.expect(given >= 2 * GIVEN_ALONE, f"the kiosk gives numbers by itself: {given}")
    end = time.monotonic() + RECOVERS_WITHIN
    while time.monotonic() < end and handed_in_of(now.url) < given:
        time.sleep(0.3)
    now.outcome.expect(handed_in_of(now.url) == given, f"handed in: {handed_in_of(now.url)}")


def _line_of(now: Scene) -> Line:
    now.hall.until_heard_of("standby-1")
    store = open_store(now.url, HALL)
    try:
        row = store.read(lambda c: leases.line_of(c, HALL, "1"))
    finally:
        store.close()
    assert row is not None
    return Line(row.line, now.hall.base, row.secret)


def _given(now: Scene, line: Line, part: str) -> int:
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
