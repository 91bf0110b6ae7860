"""Cable log of a simulated device: its place on a bus, and the bytes that went over the cable last.

For people who compare a trace of a real device with the simulated one. It contains no protocol.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from devices.simulate.base import Json

KEPT_FRAMES = 4
SHOWN_BYTES = 48
"""Bytes of a frame that are shown; the length says how many there were."""
PAUSE_SECONDS = 0.3
"""A pause of this length ends a frame of a device that has no bus."""

Direction = Literal["in", "out"]


@dataclass(slots=True)
class _Frame:
    at: float
    direction: Direction
    head: bytes
    length: int


class CableLog:
    """Last frames of one device, newest last; `in` comes from the host, `out` goes to it."""

    def __init__(self, driver: str, wall: Callable[[], float] = time.time) -> None:
        self.driver = driver
        self.bus = ""
        self.link = ""
        self.baud: int | None = None
        self.address: int | None = None
        self._wall = wall
        self._frames: deque[_Frame] = deque(maxlen=KEPT_FRAMES)
        self._newest = 0.0
        self._lock = threading.Lock()

    def place(self, link: str, baud: int | None, bus: str = "", address: int | None = None) -> None:
        """Set the device's bus, link, baud rate (None without a serial line) and address."""
        self.link, self.baud, self.bus, self.address = link, baud, bus, address

    def frame(self, direction: Direction, data: bytes) -> None:
        """Append one whole frame."""
        with self._lock:
            self._append(direction, data, self._wall())

    def part(self, direction: Direction, data: bytes) -> None:
        """Append bytes of a stream: those that follow at once belong to the same frame."""
        with self._lock:
            now = self._wall()
            last = self._frames[-1] if self._frames else None
            if last and last.direction == direction and now - self._newest < PAUSE_SECONDS:
                last.head = (last.head + data)[:SHOWN_BYTES]
                last.length += len(data)
                self._newest = now
            else:
                self._append(direction, data, now)

    def _append(self, direction: Direction, data: bytes, now: float) -> None:
        self._frames.append(_Frame(now, direction, data[:SHOWN_BYTES], len(data)))
        self._newest = now

    def facts(self) -> dict[str, Json]:
        """Return the place and the frames: time in ms, direction, hex of the head, length."""
        with self._lock:
            frames: list[Json] = [
                {
                    "at": int(frame.at * 1000),
                    "direction": frame.direction,
                    "hex": frame.head.hex(" ").upper(),
                    "length": frame.length,
                }
                for frame in self._frames
            ]
        return {
            "driver": self.driver,
            "bus": self.bus,
            "link": self.link,
            "baud": self.baud,
            "address": self.address,
            "frames": frames,
        }
