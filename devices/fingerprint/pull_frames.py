"""Frames of the simulated pull time clock: packets over TCP and UDP, numbers of the protocol.

Written from the tables alone, without the codec that the client uses.
"""

from __future__ import annotations

import socket
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime

MAGIC = b"PP\x82}"
DATA, PREPARE, EVENT = 1501, 1500, 500
DATAGRAM = 1024


class Line(ABC):
    """Sender of answers; set `session` and `reply` from the request."""

    def __init__(self) -> None:
        self.session = 0
        self.reply = 0

    def packet(self, command: int, data: bytes = b"", session: int | None = None) -> bytes:
        """Return an encoded packet with the documented checksum."""
        number = self.session if session is None else session
        reply = self.reply if session is None else 0
        bare = struct.pack("<4H", command, 0, number, reply) + data
        total = sum(struct.unpack(f"<{len(bare) // 2}H", bare[: len(bare) // 2 * 2]))
        total += bare[-1] if len(bare) % 2 else 0
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        return struct.pack("<4H", command, 0xFFFF - total, number, reply) + data

    @abstractmethod
    def send(self, command: int, data: bytes = b"") -> None:
        """Send one packet."""

    @abstractmethod
    def bulk(self, data: bytes) -> None:
        """Send the DATA packets of a piece."""

    @abstractmethod
    def events(self, events: Sequence[bytes]) -> None:
        """Send real-time events, all at once."""

    @abstractmethod
    def half(self, data: bytes) -> None:
        """Send half of an answer and nothing more."""


class StreamLine(Line):
    """Sender over one TCP connection."""

    def __init__(self, line: socket.socket) -> None:
        super().__init__()
        self._socket = line

    def _wrapped(self, packet: bytes) -> bytes:
        return MAGIC + struct.pack("<I", len(packet)) + packet

    def send(self, command: int, data: bytes = b"") -> None:
        self._socket.sendall(self._wrapped(self.packet(command, data)))

    def bulk(self, data: bytes) -> None:
        self.send(DATA, data)

    def events(self, events: Sequence[bytes]) -> None:
        self._socket.sendall(b"".join(self._wrapped(self.packet(EVENT, d, 1)) for d in events))

    def half(self, data: bytes) -> None:
        encoded = self._wrapped(self.packet(DATA, data))
        self._socket.sendall(encoded[: len(encoded) // 2])
        self._socket.shutdown(socket.SHUT_WR)


class DatagramLine(Line):
    """Sender over UDP to one address; `lost` returns True if a datagram must be dropped."""

    def __init__(self, line: socket.socket, to: tuple[str, int], lost: Callable[[], bool]) -> None:
        super().__init__()
        self._socket = line
        self._to = to
        self._lost = lost

    def send(self, command: int, data: bytes = b"") -> None:
        if not self._lost():
            self._socket.sendto(self.packet(command, data), self._to)

    def bulk(self, data: bytes) -> None:
        for start in range(0, len(data), DATAGRAM):
            self.send(DATA, data[start : start + DATAGRAM])

    def events(self, events: Sequence[bytes]) -> None:
        for data in events:
            self._socket.sendto(self.packet(EVENT, data, 1), self._to)

    def half(self, data: bytes) -> None:
        self.send(PREPARE, struct.pack("<I", len(data)) + b"\x00" * 4)


def auth_data(key: int, session: int, sent: bytes) -> bytes:
    """Return the valid AUTH data for a comm key, with the client's ticks (third byte) [2SRC]."""
    turned = 0
    for bit in range(32):
        turned = turned << 1 | (key >> bit & 1)
    value = (turned + session) % (1 << 32)
    a, b, c, d = value & 255, value >> 8 & 255, value >> 16 & 255, value >> 24
    ticks = sent[2] if len(sent) > 2 else 0
    a, b, c, d = a ^ ord("Z"), b ^ ord("K"), c ^ ord("S"), d ^ ord("O")
    return bytes((c ^ ticks, d ^ ticks, ticks, b ^ ticks))


def number_of(moment: datetime) -> int:
    """Encode a wall time as the protocol's number [2SRC]."""
    days = ((moment.year - 2000) * 12 + moment.month - 1) * 31 + moment.day - 1
    return days * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second


def moment_of(number: int) -> datetime:
    """Decode the protocol's number; a day beyond the month's end becomes its 28th."""
    days, seconds = divmod(number, 86_400)
    months, day = divmod(days, 31)
    year, month = 2000 + months // 12, months % 12 + 1
    clock = (seconds // 3600, seconds // 60 % 60, seconds % 60)
    try:
        return datetime(year, month, day + 1, *clock)  # noqa: DTZ001 - a wall clock
    except ValueError:
        return datetime(year, month, 28, *clock)  # noqa: DTZ001
