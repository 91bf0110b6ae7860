"""Device thread: one thread per cable that runs a driver's work from a queue.

A driver (printers, strips, voice, keypads …) is called only by the thread of its cable, so it needs
no locks. An exception in a driver does not end the thread: it is logged and reported as health, and
the thread continues.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from devices.health import Health

log = logging.getLogger(__name__)

AFTER_A_CRASH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Task:
    """Task to carry out once. `expires_at` is in seconds since the epoch, or None."""

    id: str
    device: str
    kind: str
    payload: Mapping[str, object] = field(default_factory=dict)
    expires_at: float | None = None
    trace: str = ""
    """Id of the page request that caused the task, for the log."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a task: a state of the agent protocol, a stable reason, a detail for the log."""

    state: str
    reason: str = ""
    detail: str = ""


class Reports(Protocol):
    """Interface through which drivers report. Every method is fast and callable from any thread."""

    def health(self, device: str, health: Health) -> None:
        """Report the device's current health; repeating the same health has no effect."""

    def event(self, device: str, kind: str, data: Mapping[str, str]) -> None:
        """Report something that a person did at the device, such as a key press."""

    def enqueue_facts(
        self,
        device: str,
        kind: str,
        payloads: Sequence[Mapping[str, object]],
        bookmark: str,
    ) -> None:
        """Enqueue facts that must reach the server, however late.

        The facts and the bookmark are written to disk in one transaction.
        """

    def bookmark(self, device: str) -> str:
        """Return the read position of the device as last passed to `owe`; "" if there is none."""

    def submit(self, task: Task) -> None:
        """Submit a task from one device of this PC to another.

        A task id is carried out once. The outcome is not reported to the server.
        """

    def outcome(self, task_id: str) -> Outcome | None:
        """Return the outcome of a task; None while it has not ended."""


class Results(Protocol):
    """Interface through which a device thread records the progress of tasks."""

    def begin(self, task_id: str) -> None:
        """Record durably that the first byte is about to be sent."""

    def finish(self, task_id: str, outcome: Outcome) -> None:
        """Record the task's outcome durably."""


class Driver(Protocol):
    """Driver of the devices on one cable. No method may block beyond its deadlines."""

    name: str
    devices: tuple[str, ...]

    def wait(self) -> float:
        """Return the seconds that the device thread may sleep while there is no work."""

    def show(self, device: str, state: Mapping[str, object]) -> None:
        """Set what the device must show from now on; only the newest state matters."""

    def work(self, task: Task, begin: Callable[[], None]) -> Outcome:
        """Carry out the task; call `begin` right before anything that cannot be undone."""

    def idle(self) -> None:
        """Read, refresh or probe the devices; called between tasks and after `wait`."""

    def close(self) -> None:
        """Release the cable."""


@runtime_checkable
class QueueAwareDriver(Protocol):
    """Driver that depends on its queue length and knows which tasks a newer task replaces."""

    def watch(self, waiting: Callable[[], int]) -> None:
        """Set the function that returns the number of waiting tasks."""

    def replaces(self, newer: Task, older: Task) -> bool:
        """Return True if `newer` makes `older`, which has not begun, pointless."""


class DeviceThread:
    """Device thread of one driver. `wall` returns seconds since the epoch."""

    def __init__(
        self, driver: Driver, reports: Reports, results: Results, wall: Callable[[], float]
    ) -> None:
        self.driver = driver
        self._reports = reports
        self._results = results
        self._wall = wall
        self._tasks: deque[Task] = deque()
        self._desired: dict[str, Mapping[str, object]] = {}
        self._stopping = False
        self._condition = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"owner-{driver.name}", daemon=True)
        self._aware = driver if isinstance(driver, QueueAwareDriver) else None
        if self._aware is not None:
            self._aware.watch(lambda: len(self._tasks))

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def set_desired_state(self, device: str, state: Mapping[str, object]) -> None:
        """Replace the state that the device must show."""
        with self._condition:
            self._desired[device] = state
            self._condition.notify()

    def submit(self, task: Task) -> None:
        """Append a task to the queue, or put it in the position of a task that it replaces."""
        with self._condition:
            older = self._replaced(task)
            if older is None:
                self._tasks.append(task)
            else:
                # The new task keeps the old one's position, so a person called again does not wait
                # longer.
                self._tasks[self._tasks.index(older)] = task
            self._condition.notify()
        if older is not None:
            self._ended(older, Outcome("expired", "replaced"))

    def _replaced(self, task: Task) -> Task | None:
        aware = self._aware
        if aware is None:
            return None
        return next((older for older in self._tasks if aware.replaces(task, older)), None)

    def stop(self, seconds: float) -> bool:
        """Ask the thread to end and wait for it; False if it is still busy after `seconds`."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        finally:
            self.driver.close()

    def _turn(self) -> bool:
        try:
            return self._work_once(self.driver.wait())
        # The thread must survive any exception: an error of one strip must not stop the others.
        except Exception as error:
            log.exception("driver %s failed", self.driver.name)
            health = Health("failed", "internal", {}, _without_words(error))
            for device in self.driver.devices:
                self._reports.health(device, health)
            with self._condition:
                if not self._stopping:
                    self._condition.wait(AFTER_A_CRASH_SECONDS)
                return not self._stopping

    def _work_once(self, patience: float) -> bool:
        with self._condition:
            if not self._tasks and not self._desired and not self._stopping:
                self._condition.wait(patience)
            if self._stopping:
                return False
            desired, self._desired = self._desired, {}
            task = self._tasks.popleft() if self._tasks else None
        for device, state in desired.items():
            self.driver.show(device, state)
        if task is not None:
            self._do(task)
        self.driver.idle()
        return True

    def _do(self, task: Task) -> None:
        if task.expires_at is not None and self._wall() >= task.expires_at:
            state = "failed" if task.kind == "print" else "expired"
            self._ended(task, Outcome(state, "expired"))
            return
        started = False

        def begin() -> None:
            nonlocal started
            self._results.begin(task.id)
            started = True

        try:
            outcome = self.driver.work(task, begin)
        except Exception as error:
            state = "unknown" if started and task.kind == "print" else "failed"
            self._ended(task, Outcome(state, "internal", _without_words(error)))
            raise
        self._ended(task, outcome)

    def _ended(self, task: Task, outcome: Outcome) -> None:
        self._results.finish(task.id, outcome)
        facts = {"request": task.trace, "device": task.device, "task": task.id}
        facts |= {"state": outcome.state, "reason": outcome.reason}
        log.info("%s", task.kind, extra=facts)


def _without_words(error: Exception) -> str:
    """Return an error's type and place; its message may quote printed, spoken or imported data."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} {frame.filename.rpartition('/')[2]}:{frame.lineno}"
