"""Loop of a driver whose pads speak on their own: listen for a moment, then send what is due.

Caller keypads and rating pads use it; what the bytes mean is theirs.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from devices.bus import BusCable
from devices.device_thread import Reports
from devices.health import Health
from devices.link import LinkAddress, LinkError

LISTEN_SECONDS = 0.05
TURNAROUND_SECONDS = 0.02
"""Pause between a frame of a pad and the answer to it."""
REPEAT_SECONDS = 1.0
"""Time in which an identical frame is the same press: a pad repeats it until it is answered."""

F = TypeVar("F")


class PadOnBus(Protocol):
    """Pad of a bus. `last_frame_at`: monotonic seconds; None since the cable was opened."""

    @property
    def name(self) -> str: ...

    last_frame_at: float | None


P = TypeVar("P", bound=PadOnBus)


class RecentFrames(Generic[F]):
    """Frames of one pad that count as repeats for a second."""

    def __init__(self) -> None:
        self._at: dict[F, float] = {}

    def is_repeat(self, frame: F, now: float) -> bool:
        """Return True if the same frame was noted within a second before `now`."""
        last = self._at.get(frame)
        return last is not None and now - last < REPEAT_SECONDS

    def note(self, frame: F, now: float) -> None:
        """Note a frame, from now on a repeat if it comes again; forget those that are older."""
        self._at = {f: at for f, at in self._at.items() if now - at < REPEAT_SECONDS}
        self._at[frame] = now


class PadBus(ABC, Generic[P]):
    """Driver of the pads on one cable, without their frames. `clock` returns monotonic seconds."""

    def __init__(
        self,
        name: str,
        address: LinkAddress,
        gap_seconds: float,
        pads: Sequence[P],
        reports: Reports,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.devices = tuple(pad.name for pad in pads)
        self._pads = {pad.name: pad for pad in pads}
        self._reports = reports
        self._clock = clock
        self._cable = BusCable(address, gap_seconds, clock, self._lost)
        self._last_byte_at = clock()

    def wait(self) -> float:
        """Return 0 while the line is open, because `idle` waits for bytes itself.

        Otherwise return the seconds until the next attempt to open it.
        """
        return 0.0 if self._cable.is_open else self._cable.free_in()

    def idle(self) -> None:
        """Receive for a moment, then send one frame that is due."""
        if self._cable.open():
            self._forget()
            for pad in self._pads.values():
                pad.last_frame_at = None
                self._begin(pad)
                self._report(pad, Health("unknown", "not_heard", {"cable": "open"}))
        if not self._cable.is_open:
            return
        self._receive()
        if self._cable.free_in() <= 0:
            self._send()

    def close(self) -> None:
        """Release the cable."""
        self._cable.close()

    @abstractmethod
    def _forget(self) -> None:
        """Forget what came and what was due before the cable was opened."""

    @abstractmethod
    def _begin(self, pad: P) -> None:
        """Make due what a pad must show on a cable that was just opened."""

    @abstractmethod
    def _feed(self, data: bytes, now: float) -> None:
        """Act on bytes that arrived at `now`."""

    @abstractmethod
    def _quiet(self) -> None:
        """Give up a frame whose rest does not come."""

    @abstractmethod
    def _send(self) -> None:
        """Send one frame, if any is due."""

    def _receive(self) -> None:
        data = self._cable.read(LISTEN_SECONDS)
        if data is None:
            return
        now = self._clock()
        if data:
            self._last_byte_at = now
            self._feed(data, now)
        elif now - self._last_byte_at > 4 * LISTEN_SECONDS:
            self._quiet()

    def _heard(self, pad: P, now: float) -> None:
        pad.last_frame_at = now
        self._report(pad, Health("ok", "ok", {"cable": "open"}))

    def _lost(self, error: LinkError) -> None:
        for pad in self._pads.values():
            self._report(pad, Health("failed", "unreachable", {"cable": "lost"}, str(error)))

    def _report(self, pad: P, health: Health) -> None:
        self._reports.health(pad.name, health)
