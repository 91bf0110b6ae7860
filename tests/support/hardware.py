"""Test rig for every driver: the driver and its simulated device over real sockets and ptys.

Everything goes through configuration, as in a hall: the simulator's tables on one side, the agent's
on the other. Tests wait for events, each with a deadline.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from devices.config import agent_config
from devices.device_thread import DeviceThread, Outcome, Task
from devices.fingerprint.simulator import TimeClock
from devices.health import Health
from devices.registry import KINDS, build_drivers
from devices.simulate.base import Json, Simulated
from devices.simulate.config import SimulatorPlan, simulator_plan
from devices.voice.wavs import silence, to_wav

PATIENCE = 20.0
SLIP: Mapping[str, object] = {
    "lines": [
        {"type": "text", "text": "A012", "width": 4, "height": 4, "align": "center"},
        {"type": "pair", "left": "前面等候", "right": "3 人"},
        {"type": "cut"},
    ],
    "copy": False,
}
SPEECH: Mapping[str, object] = {
    "zone": "main",
    "parts": [{"lang": "zh", "text": "请"}, {"lang": "en", "text": "window"}],
    "repeats": 1,
    "volume": 100,
}


@dataclass
class ReportRecorder:
    """Recorder of what drivers report and how tasks end; `wait` waits until a condition holds."""

    healths: list[tuple[str, Health]] = field(default_factory=list)
    events: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    debts: list[Mapping[str, object]] = field(default_factory=list)
    bookmarks: dict[str, str] = field(default_factory=dict)
    submitted: list[Task] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    ended: dict[str, Outcome] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def health(self, device: str, health: Health) -> None:
        with self.changed:
            self.healths.append((device, health))
            self.changed.notify_all()

    def event(self, device: str, kind: str, data: Mapping[str, str]) -> None:
        with self.changed:
            self.events.append((device, kind, data))
            self.changed.notify_all()

    def enqueue_facts(
        self, device: str, _kind: str, payloads: Sequence[Mapping[str, object]], bookmark: str
    ) -> None:
        with self.changed:
            self.debts += payloads
            self.bookmarks[device] = bookmark
            self.changed.notify_all()

    def bookmark(self, device: str) -> str:
        with self.changed:
            return self.bookmarks.get(device, "")

    def submit(self, task: Task) -> None:
        with self.changed:
            self.submitted.append(task)
            self.changed.notify_all()

    def outcome(self, task_id: str) -> Outcome | None:
        with self.changed:
            return self.ended.get(task_id)

    def enqueued_lines(self) -> list[list[str]]:
        """Return every enqueued time clock line, repeated as often as it was enqueued."""
        with self.changed:
            return [line for debt in self.debts for line in cast("list[list[str]]", debt["lines"])]

    def begin(self, task_id: str) -> None:
        with self.changed:
            self.begun.append(task_id)

    def finish(self, task_id: str, outcome: Outcome) -> None:
        with self.changed:
            self.ended[task_id] = outcome
            self.changed.notify_all()

    def wait(self, match: Callable[[], bool], seconds: float = PATIENCE) -> bool:
        with self.changed:
            return self.changed.wait_for(match, seconds)

    def latest(self, device: str = "dev") -> Health | None:
        reports = [health for name, health in self.healths if name == device]
        return reports[-1] if reports else None


@dataclass
class Rig:
    """One running driver: its device thread, its simulated device, and the recorder."""

    name: str
    plan: SimulatorPlan
    device: Simulated
    owner: DeviceThread
    notes: ReportRecorder
    counter: int = 0
    asked_before: int = 0
    """Number of the newest event before the last order."""

    def order(self) -> str:
        """Order the device's main action; return the mark to pass to `arrived`."""
        self.counter += 1
        mark = str(self.counter)
        self.asked_before = self.plan.journal.number
        kind = self.device.kind
        if kind == "strip":
            self.owner.set_desired_state(
                "dev", {"mode": "call", "text": f"A{mark}号", "colour": "red"}
            )
        elif kind == "keypad":
            self.owner.set_desired_state("dev", {"waiting": self.counter, "ticket": None})
        elif kind == "ratingpad":
            self.owner.set_desired_state("dev", {"ticket": f"A{mark}", "seconds": 20})
        elif isinstance(self.device, TimeClock):
            self.device.press(mark)
        else:
            payload = SLIP if kind == "printer" else SPEECH
            task = "print" if kind == "printer" else "speak"
            self.owner.submit(Task(mark, "dev", task, payload))
        return mark

    def arrived(self, mark: str, seconds: float = PATIENCE) -> bool:
        """Return True if the device performs the ordered action within `seconds`."""
        kind = self.device.kind
        if kind in {"strip", "keypad"}:
            expected = f"A{mark}号" if kind == "strip" else f"{mark:>3}   "

            def shown(event: Mapping[str, Json]) -> bool:
                return event["device"] == "dev" and event.get("text") == expected

            return self.plan.journal.wait_for(shown, seconds) is not None
        if kind == "ratingpad":

            def asks(event: Mapping[str, Json]) -> bool:
                return event["device"] == "dev" and event.get("text") == "asks"

            # Every order is one more question; a question is not asked twice.
            return self.plan.journal.wait_for(asks, seconds, self.asked_before) is not None
        if kind == "time_clock":
            return self.notes.wait(
                lambda: mark in [line[0] for line in self.notes.enqueued_lines()], seconds
            )
        good = {"printed", "spoken"}
        self.notes.wait(lambda: mark in self.notes.ended, seconds)
        return self.notes.ended.get(mark, Outcome("none")).state in good

    def outcome_of(self, mark: str) -> Outcome:
        """Return the outcome of the task, waiting for it."""
        assert self.notes.wait(lambda: mark in self.notes.ended), "no outcome in time"
        return self.notes.ended[mark]

    def health_becomes(self, *states: str, code: str = "") -> bool:
        """Wait until the newest health is one of `states` (and has this code)."""

        def matches() -> bool:
            latest = self.notes.latest()
            return latest is not None and latest.state in states and code in {"", latest.code}

        return self.notes.wait(matches)

    def stop(self) -> None:
        assert self.owner.stop(PATIENCE), "the owner does not stop"
        self.plan.journal.close()
        for device in self.plan.devices:
            device.stop()


def _printer(link: str, **more: object) -> dict[str, object]:
    quick = {"answer_seconds": 0.3, "finish_seconds": 1.0, "probe_seconds": 0.2}
    quick["busy_seconds"] = 0.5
    return {"kind": "printers", "driver": "escpos", "link": link, **quick, **more}


def _strip(driver: str) -> dict[str, object]:
    return {"kind": "led", "driver": driver, "bus": "bus", "address": 3, "refresh_seconds": 1}


def _voice(driver: str, port: int, **more: object) -> dict[str, object]:
    player = [sys.executable, "-m", "devices.simulate.player", "--to", f"127.0.0.1:{port}", "{wav}"]
    quick = {"probe_seconds": 1, "player_grace_seconds": 1.5}
    return {"kind": "voice", "driver": driver, "player": player, **quick, **more}


def clip_bank(folder: Path) -> Path:
    """Write the voice clips for `SPEECH` and return their folder."""
    for lang, name in (("zh", "请"), ("en", "window")):
        (folder / lang).mkdir(parents=True, exist_ok=True)
        (folder / lang / f"{name}.wav").write_bytes(to_wav(silence(0.3)))
    return folder


def simulator_tables(name: str) -> dict[str, object]:
    """Return the simulator's configuration tables for a rig."""
    tables: dict[str, object] = {"simulator": {"pace": 0.0}}
    device: dict[str, object] = {"name": "dev", "slow_seconds": 0.3}
    if name == "escpos-tcp":
        tables["printer"] = [{**device, "link": "tcp:127.0.0.1:0"}]
    elif name.startswith("escpos"):
        tables["printer"] = [{**device, "link": "serial:ttyPRN0?baud=19200"}]
    elif name in {"w1", "w2", "w7"}:
        strip = {**device, "address": 3, "driver": name}
        tables["strip_bus"] = [{"name": "bus", "link": "serial:ttyLED0", "strip": [strip]}]
    elif name == "a4":
        pad = {"name": "dev", "address": 5}
        tables["keypad_bus"] = [{"name": "bus", "link": "serial:ttyPAD0", "keypad": [pad]}]
    elif name == "a4-rating":
        pad = {"name": "dev", "address": 5}
        tables["rating_bus"] = [{"name": "bus", "link": "serial:ttyRATE0", "pad": [pad]}]
    elif name == "pj06":
        tables["rating_pad"] = [{"name": "dev", "link": "serial:ttyRATE0"}]
    elif name == "zk-pull":
        people = [f"{number} 测试{number}" for number in range(1, 30)]
        link = {"link": "tcp:127.0.0.1:0", "comm_key": 1234}
        tables["time_clock"] = [{"name": "dev", "way": "pull", "people": people, **link}]
    else:
        tables["speaker"] = [device]
    return tables


def agent_tables(name: str, folder: Path, port: int) -> dict[str, object]:
    """Return the agent's configuration tables for a rig."""
    bus: list[dict[str, object]] = []
    if name == "escpos-tcp":
        device = _printer(f"tcp:127.0.0.1:{port}")
    elif name == "escpos-serial":
        device = _printer("serial:ttyPRN0?baud=19200")
    elif name == "escpos-file":
        device = _printer("file:ttyPRN0")
    elif name in {"w1", "w2", "w7"}:
        bus, device = [{"name": "bus", "link": "serial:ttyLED0"}], _strip(name)
    elif name == "a4":
        bus = [{"name": "bus", "link": "serial:ttyPAD0"}]
        device = {"kind": "keypads", "driver": "a4", "bus": "bus", "address": 5}
    elif name == "a4-rating":
        bus = [{"name": "bus", "link": "serial:ttyRATE0"}]
        device = {"kind": "ratingpads", "driver": name, "bus": "bus", "address": 5}
    elif name == "pj06":
        device = {"kind": "ratingpads", "driver": name, "link": "serial:ttyRATE0"}
    elif name == "zk-pull":
        quick = {"poll_seconds": 1, "answer_seconds": 0.3, "comm_key": 1234}
        device = {"kind": "fingerprint", "driver": name, "link": f"tcp:127.0.0.1:{port}", **quick}
    elif name == "clips":
        device = _voice(name, port, clips=str(clip_bank(folder / "clips")))
    else:
        device = _voice(name, port)
    agent = {"name": "test", "server": "http://127.0.0.1:1"}
    return {"agent": agent, "bus": bus, "device": [{"name": "dev", **device}]}


RIGS = (
    "escpos-tcp",
    "escpos-serial",
    "escpos-file",
    "w1",
    "w2",
    "w7",
    "a4",
    "a4-rating",
    "pj06",
    "espeak",
    "pyttsx3",
    "clips",
    "zk-pull",
)


def make_rig(name: str, folder: Path, notes: ReportRecorder | None = None) -> Rig:
    """Build and start one driver and its simulated device in `folder`."""
    plan = simulator_plan(simulator_tables(name), folder)
    for device in plan.devices:
        device.start()
    device = next(device for device in plan.devices if device.name == "dev")
    port = getattr(device, "port", 0) or getattr(getattr(device, "wire", None), "port", 0)
    notes = notes or ReportRecorder()
    crews = build_drivers(
        agent_config(agent_tables(name, folder, port), folder), notes, tuple(KINDS)
    )
    owner = DeviceThread(crews[0], notes, notes, time.time)
    owner.start()
    return Rig(name, plan, device, owner, notes)
