"""One thread per cable: everything else posts to its letter box.

A crew is the kind-specific part (printers, strips, voice, keypads); it is called by its owner's
thread only, so it needs no locks. The owner refuses to let a crew's mistake end the thread: it is
logged, reported as health, and the thread goes on.
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
    """Something to do once. `expires_at` is seconds since the epoch, or None."""

    id: str
    device: str
    kind: str
    payload: Mapping[str, object] = field(default_factory=dict)
    expires_at: float | None = None
    trace: str = ""
    """The request at a page that led to it, for the log."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended: a state of the agent protocol, a stable reason, a detail for the log."""

    state: str
    reason: str = ""
    detail: str = ""


class Reports(Protocol):
    """Where crews say what they see. Every method is quick and callable from any thread."""

    def health(self, device: str, health: Health) -> None:
        """The device's health now; repeats of the same are free."""

    def event(self, device: str, kind: str, data: Mapping[str, str]) -> None:
        """Something a person did at the device, such as a key press."""

    def owe(
        self,
        device: str,
        kind: str,
        payloads: Sequence[Mapping[str, object]],
        bookmark: str,
    ) -> None:
        """Facts that must reach the server, however late; on disk together with the bookmark."""

    def bookmark(self, device: str) -> str:
        """How far the device was read, as last given to `owe`; "" for never."""

    def submit(self, task: Task) -> None:
        """A task of this PC's own for another of its devices; done once by id, told to nobody."""

    def outcome(self, task_id: str) -> Outcome | None:
        """How a task ended; None while it has not."""


class Results(Protocol):
    """The ledger's side of a task."""

    def begin(self, task_id: str) -> None:
        """Durably note that the first byte is about to be sent."""

    def finish(self, task_id: str, outcome: Outcome) -> None:
        """Durably note how it ended."""


class Crew(Protocol):
    """What drives the devices of one cable. No method may block beyond its deadlines."""

    name: str
    devices: tuple[str, ...]

    def wait(self) -> float:
        """Seconds that the owner may sleep when there is no work."""

    def show(self, device: str, state: Mapping[str, object]) -> None:
        """From now on the device shall show this; only the newest matters."""

    def work(self, task: Task, begin: Callable[[], None]) -> Outcome:
        """Do the task; call `begin` right before anything that cannot be taken back."""

    def idle(self) -> None:
        """Called between works and after `wait`: reading, refreshing, probing."""

    def close(self) -> None:
        """Let go of the cable."""


@runtime_checkable
class QueueAware(Protocol):
    """A crew that decides by what else waits for it, and that knows what has become pointless."""

    def watch(self, waiting: Callable[[], int]) -> None:
        """Take the function that counts the tasks that wait."""

    def replaces(self, newer: Task, older: Task) -> bool:
        """Return True if `newer` makes `older`, which has not begun, pointless."""


class Owner:
    """The thread of one crew. `wall` gives seconds since the epoch."""

    def __init__(
        self, crew: Crew, reports: Reports, results: Results, wall: Callable[[], float]
    ) -> None:
        self.crew = crew
        self._reports = reports
        self._results = results
        self._wall = wall
        self._tasks: deque[Task] = deque()
        self._desired: dict[str, Mapping[str, object]] = {}
        self._stopping = False
        self._condition = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"owner-{crew.name}", daemon=True)
        self._aware = crew if isinstance(crew, QueueAware) else None
        if self._aware is not None:
            self._aware.watch(lambda: len(self._tasks))

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def desire(self, device: str, state: Mapping[str, object]) -> None:
        """Replace what the device shall show."""
        with self._condition:
            self._desired[device] = state
            self._condition.notify()

    def submit(self, task: Task) -> None:
        """Put a task at the end of the queue, or in the place of one that it makes pointless."""
        with self._condition:
            older = self._replaced(task)
            if older is None:
                self._tasks.append(task)
            else:
                # In its place: whoever is called again does not wait longer for it.
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
        """Ask the thread to end and wait; False if it is still busy after `seconds`."""
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
            self.crew.close()

    def _turn(self) -> bool:
        try:
            return self._work_once(self.crew.wait())
        # The thread must outlive any mistake: a strip's error may not silence the other strips.
        except Exception as error:
            log.exception("crew %s stumbled", self.crew.name)
            health = Health("failed", "internal", {}, _without_words(error))
            for device in self.crew.devices:
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
            self.crew.show(device, state)
        if task is not None:
            self._do(task)
        self.crew.idle()
        return True

    def _do(self, task: Task) -> None:
        if task.expires_at is not None and self._wall() >= task.expires_at:
            state = "failed" if task.kind == "print" else "expired"
            self._ended(task, Outcome(state, "expired"))
            return
        begun = False

        def begin() -> None:
            nonlocal begun
            self._results.begin(task.id)
            begun = True

        try:
            outcome = self.crew.work(task, begin)
        except Exception as error:
            state = "unknown" if begun and task.kind == "print" else "failed"
            self._ended(task, Outcome(state, "internal", _without_words(error)))
            raise
        self._ended(task, outcome)

    def _ended(self, task: Task, outcome: Outcome) -> None:
        self._results.finish(task.id, outcome)
        facts = {"request": task.trace, "device": task.device, "task": task.id}
        facts |= {"state": outcome.state, "reason": outcome.reason}
        log.info("%s", task.kind, extra=facts)


def _without_words(error: Exception) -> str:
    """An error's kind and place: its words may quote what was printed, spoken or handed over."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} {frame.filename.rpartition('/')[2]}:{frame.lineno}"
