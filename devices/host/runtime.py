"""Agent runtime: connects device threads, ledger and server connection.

A task for a device that the agent does not have ends as failed, so that the server stops sending
it. No task is carried out twice.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from devices.config import AgentConfig, DeviceConfig
from devices.device_thread import DeviceThread, Outcome, Task
from devices.health import STARTING, Health
from devices.host.ledger import Ledger, OutstandingFact, Result
from devices.host.uplink import Uplink
from devices.registry import build_drivers

log = logging.getLogger(__name__)

STOP_SECONDS = 3.0
MAX_TRACE = 32


class Agent:
    """One agent process. `wall` returns seconds since the epoch, `clock` monotonic seconds."""

    def __init__(
        self,
        config: AgentConfig,
        kinds: Sequence[str],
        *,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
        chance: random.Random | None = None,
    ) -> None:
        self.config = config
        self._wall = wall
        self._clock = clock
        self._chance = chance or random.Random()  # noqa: S311 - spreads reconnections only
        self._lock = threading.Lock()
        self._health: dict[str, Health] = {d.name: STARTING for d in config.devices}
        self._versions: dict[str, int] = {}
        self._uplink: Uplink | None = None
        drivers = build_drivers(config, self, kinds)
        self._ledger = Ledger(config.state_dir / "ledger.sqlite", wall)
        self._owners = [DeviceThread(driver, self, self, wall) for driver in drivers]
        self._by_device = {name: owner for owner in self._owners for name in owner.driver.devices}

    def start(self, token: str) -> None:
        """Start the device threads, dispatch unfinished tasks and connect to the server."""
        unfinished = self._ledger.recover()
        for owner in self._owners:
            owner.start()
        for task in unfinished:
            self._dispatch(task)
        self._uplink = Uplink(
            self.config.server, token, self, self._clock, self._chance, self._wall
        )
        self._uplink.start()

    def stop(self) -> None:
        """Disconnect and let every device thread finish its task, within STOP_SECONDS."""
        if self._uplink is not None:
            self._uplink.stop(STOP_SECONDS)
        end = self._clock() + STOP_SECONDS
        for owner in self._owners:
            if not owner.stop(max(0.1, end - self._clock())):
                log.warning("%s is still busy", owner.driver.name)
        self._ledger.close()

    # Reports: called by the device threads.

    def health(self, device: str, health: Health) -> None:
        """Store a device's health; send it if it changed."""
        with self._lock:
            if self._health.get(device) == health:
                return
            self._health[device] = health
        log.info("%s is %s (%s) %s", device, health.state, health.code, health.detail)
        self._wake()

    def event(self, device: str, kind: str, data: Mapping[str, str]) -> None:
        """Send a key press."""
        if self._uplink is not None:
            self._uplink.event(device, kind, data)

    def enqueue_facts(
        self,
        device: str,
        kind: str,
        payloads: Sequence[Mapping[str, object]],
        bookmark: str,
    ) -> None:
        """Enqueue facts for the server; they are on disk before the return."""
        self._ledger.enqueue_facts(device, kind, payloads, bookmark)
        self._wake()

    def bookmark(self, device: str) -> str:
        """Return the read position of a device."""
        return self._ledger.bookmark(device)

    def submit(self, task: Task) -> None:
        """Dispatch a task that one device of this agent gives to another."""
        if self._ledger.receive_own(task):
            self._dispatch(task)

    def outcome(self, task_id: str) -> Outcome | None:
        """Return the outcome of a task; None while it has not ended."""
        return self._ledger.outcome(task_id)

    def begin(self, task_id: str) -> None:
        """Record that a task's first byte is about to be sent."""
        self._ledger.begin(task_id)

    def finish(self, task_id: str, outcome: Outcome) -> None:
        """Record a task's outcome."""
        self._ledger.finish(task_id, outcome)
        self._wake()

    # Station: called by the threads of the server connection.

    def hello(self) -> dict[str, object]:
        """Return the announcement of the agent and its devices."""
        with self._lock:
            # A restarted server may number its versions from the beginning again.
            self._versions.clear()
        return {"agent": self.config.name, "devices": [_announced(d) for d in self.config.devices]}

    def health_reports(self) -> Mapping[str, Health]:
        """Return the current health of every device."""
        with self._lock:
            return dict(self._health)

    def on_desired(self, data: Mapping[str, object]) -> None:
        """Pass the newest desired state to the device thread; drop older versions."""
        device, version, state = data.get("device"), data.get("version"), data.get("state")
        if not isinstance(device, str) or not isinstance(state, Mapping):
            log.warning("desired state not understood")
            return
        if not isinstance(version, int):
            version = 0
        owner = self._by_device.get(device)
        with self._lock:
            if owner is None or version < self._versions.get(device, version):
                return
            self._versions[device] = version
            # Submitted under the lock: two messages may arrive in two threads.
            owner.set_desired_state(device, state)

    def on_task(self, data: Mapping[str, object]) -> bool:
        """Record the task on disk and dispatch it; True if the server may count it as accepted."""
        task = self._read_task(data)
        if task is None:
            log.warning("task not understood")
            return False
        if data.get("resend") is True and any(
            debt.kind == "ticket" for debt in self.outstanding_facts()
        ):
            # A ticket issued on this PC may replace the one on that slip. The server must receive
            # it first; it then sends again what is still to be printed.
            return False
        if not self._ledger.receive(task, self._dispatch):
            self._wake()
        return True

    def outstanding_results(self) -> Sequence[Result]:
        """Return results that the server has not acknowledged."""
        return self._ledger.outstanding_results()

    def acknowledge_result(self, task_id: str) -> None:
        """Mark a result as acknowledged."""
        self._ledger.acknowledge_result(task_id)

    def outstanding_facts(self) -> Sequence[OutstandingFact]:
        """Return facts that the server has not acknowledged."""
        return self._ledger.outstanding_facts()

    def acknowledge_fact(self, debt: int) -> None:
        """Delete a fact that the server has acknowledged."""
        self._ledger.acknowledge_fact(debt)

    def _read_task(self, data: Mapping[str, object]) -> Task | None:
        values = [data.get(name) for name in ("id", "device", "kind")]
        payload = data.get("payload", {})
        expires_in = data.get("expires_in")
        if not isinstance(payload, Mapping):
            return None
        task_id, device, kind = values
        if not isinstance(task_id, str) or not isinstance(device, str) or not isinstance(kind, str):
            return None
        expires_at = self._wall() + expires_in if isinstance(expires_in, int | float) else None
        trace = str(data.get("trace", ""))[:MAX_TRACE]
        return Task(task_id, device, kind, payload, expires_at, trace)

    def _dispatch(self, task: Task) -> None:
        owner = self._by_device.get(task.device)
        if owner is None:
            self.finish(task.id, Outcome("failed", "no_such_device", task.device))
        else:
            owner.submit(task)

    def _wake(self) -> None:
        if self._uplink is not None:
            self._uplink.wake()


REPORTS = {"voice": "spoken"}
"""Facts that the drivers of a kind report when a task ends; the server may wait for them."""


def _announced(device: DeviceConfig) -> dict[str, str]:
    """Return a device as announced to the server; `bus` is "" for a cable of its own."""
    fields = {
        "device": device.name,
        "kind": device.kind,
        "driver": device.driver,
        "serves": device.serves,
        "bus": device.bus,
    }
    return fields | ({"reports": REPORTS[device.kind]} if device.kind in REPORTS else {})


class AlreadyRunningError(Exception):
    """Error for a state folder that another process has locked."""


@contextlib.contextmanager
def only_one(state_dir: Path) -> Iterator[None]:
    """Lock the state folder. The kernel releases the lock when the process dies.

    Raises:
        AlreadyRunningError: Another process has the lock.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / "lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(str(state_dir)) from None
        yield
