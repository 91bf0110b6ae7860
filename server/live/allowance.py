"""Allowances of live connections: limits of messages and bytes, counted before any parsing.

A page only receives: it sends once what it subscribes to, and answers pings. An agent reports for
many devices. A connection that has not joined a namespace may send almost nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

SECONDS = 10.0
SHORT, MASK, FINAL, CONTROL = 126, 4, 0x80, 0x08


@dataclass(frozen=True, slots=True)
class Allowance:
    """Maximum of frames and bytes that a connection may send in `SECONDS`."""

    frames: int
    size: int


STRANGER = Allowance(20, 16 * 1024)
"""Allowance of a connection that has not joined a namespace."""
WATCHING = Allowance(60, 16 * 1024)
"""Allowance of a page."""
AGENT = Allowance(6000, 8 * 1024 * 1024)
"""Allowance of an agent.

After an interruption an agent sends its stored facts as fast as each is acknowledged; a message
holds up to 256 KB.
"""


class Meter:
    """Counter of a connection's frames and bytes; it follows RFC 6455 frames by their heads."""

    def __init__(
        self, allowance: Allowance = STRANGER, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self.allowance = allowance
        self._steady = steady
        self._until = 0.0
        self._frames = self._size = 0
        self._head = b""
        """Start of a frame whose head is incomplete."""
        self._rest = 0
        """Bytes of the current frame that have not arrived."""
        self._open = False
        """True while further frames of a message are missing."""

    @property
    def at_message_start(self) -> bool:
        """True if the received data are complete messages."""
        return not (self._head or self._rest or self._open)

    def count(self, data: bytes) -> bool:
        """Count received data; return False if the connection exceeds its allowance."""
        now = self._steady()
        if now >= self._until:
            self._until = now + SECONDS
            self._frames = self._size = 0
        self._size += len(data)
        if self._size > self.allowance.size:
            return False
        if len(data) == 7 and data[:2] == b"\x81\x81" and self.at_message_start:
            self._frames += 1  # one short text, nearly always the answer to a ping
        elif not self._follow(data):
            return False
        return self._frames <= self.allowance.frames

    def _follow(self, data: bytes) -> bool:
        """Count frames by their heads; False for too many frames or an unmasked one."""
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
