"""Allowances of live lines: messages and bytes, counted before anything is parsed.

A page only listens: it says once what it wants to see and answers pings. An agent reports for many
devices. A line that has not said what it wants is given as good as nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

SECONDS = 10.0
SHORT, MASK, FINAL, CONTROL = 126, 4, 0x80, 0x08


@dataclass(frozen=True, slots=True)
class Allowance:
    """Most frames and bytes of a line in `SECONDS`."""

    frames: int
    size: int


STRANGER = Allowance(20, 16 * 1024)
"""Until a line has joined a namespace."""
WATCHING = Allowance(60, 16 * 1024)
"""A page, whoever looks at it."""
AGENT = Allowance(6000, 8 * 1024 * 1024)
"""After a cable was out an agent brings what it kept, as fast as each report is answered; a message
holds up to 256 KB."""


class Meter:
    """Counter of one line's frames and bytes; follows the frames of RFC 6455 by their heads."""

    def __init__(
        self, allowance: Allowance = STRANGER, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self.allowance = allowance
        self._steady = steady
        self._until = 0.0
        self._frames = self._size = 0
        self._head = b""
        """The beginning of a frame whose head is not whole."""
        self._rest = 0
        """Bytes of the open frame that are still to come."""
        self._open = False
        """True while a message waits for its further frames."""

    @property
    def between(self) -> bool:
        """Return True if whatever came so far was whole messages."""
        return not (self._head or self._rest or self._open)

    def take(self, data: bytes) -> bool:
        """Count what came; return False for a line that sends too much."""
        now = self._steady()
        if now >= self._until:
            self._until = now + SECONDS
            self._frames = self._size = 0
        self._size += len(data)
        if self._size > self.allowance.size:
            return False
        if len(data) == 7 and data[:2] == b"\x81\x81" and self.between:
            self._frames += 1  # one short text: nearly always the answer to a ping
        elif not self._follow(data):
            return False
        return self._frames <= self.allowance.frames

    def _follow(self, data: bytes) -> bool:
        """Walk from head to head; False at once for too many frames, or one without a mask."""
        if self._head:
            data, self._head = self._head + data, b""
        at, end = 0, len(data)
        while at < end:
            if self._rest:
                step = min(self._rest, end - at)
                self._rest -= step
                at += step
                continue
            if end - at < 2:
                break
            size = data[at + 1] & 0x7F
            wide = 0 if size < SHORT else 2 if size == SHORT else 8
            if end - at < 2 + wide:
                break
            if not data[at + 1] & 0x80:
                return False
            if wide:
                size = int.from_bytes(data[at + 2 : at + 2 + wide], "big")
            if not data[at] & CONTROL:
                self._open = not data[at] & FINAL
            self._frames += 1
            if self._frames > self.allowance.frames:
                return False
            self._rest = MASK + size
            at += 2 + wide
        self._head = data[at:]
        return True
