"""Simulated LED strips on one bus: decode frames, show them, record timing violations.

Written from the frame table alone, without the codecs, so that both cannot share a mistake. Like a
real strip, a simulated one never answers.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from devices.simulate.base import Faults, Journal, Json
from devices.simulate.cable import CableLog
from devices.simulate.endpoints import BITS_A_BYTE, Wire

STRIP_FAULTS = ("silent", "slow", "half_frame", "bad_checksum", "cable_pulled")
BUS_FAULTS = ("cable_pulled", "jammed")
"""Faults of the bus; `jammed`: one strip blocks the line, so that no other decodes a byte."""
COLOUR_NAMES = ("red", "green", "yellow")
LONGEST_FRAME = 400
QUIET_SECONDS = 0.05
# Ten per cent less than the rule, because the measured time depends on this process's scheduling.
SHORT_GAP_SECONDS = 0.09
BACK_TO_BACK_SECONDS = 0.002
FAULTY_BYTE = 8

Spans: TypeAlias = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """Decoded frame: its address, and the text to show, span by span."""

    address: int
    spans: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """Text of all spans."""
        return "".join(text for text, _ in self.spans)


class Reader(Protocol):
    """Receiver of a strip: accepts single bytes and returns a frame once it is complete."""

    rejected: int

    def feed(self, byte: int) -> DecodedFrame | None:
        """Add a byte and return the frame that it completes."""


def decode_gb2312(data: bytes) -> str:
    """Return the text as a strip's font shows it: ■ for a character without a glyph.

    The font has rows 1 to 9 and 16 to 87 of GB 2312. The table is not the driver's, so that the two
    cannot share a mistake.
    """
    text, remaining = "", data
    while remaining:
        size = 2 if remaining[0] >= 0x80 else 1
        char, remaining = remaining[:size], remaining[size:]
        has_glyph = size == 1 or (
            (0xA1 <= char[0] <= 0xA9 or 0xB0 <= char[0] <= 0xF7) and char[-1] >= 0xA1
        )
        text += char.decode("gb18030", "replace") if has_glyph else "■"
    return text


@dataclass(slots=True)
class _Collector(ABC):
    """Frame finder for a byte stream: `start` begins a frame, `length` returns its size."""

    start: bytes = b""
    rejected: int = 0
    buffer: bytearray = field(default_factory=bytearray)

    def feed(self, byte: int) -> DecodedFrame | None:
        self.buffer.append(byte)
        while self.buffer:
            if not self.start.startswith(bytes(self.buffer[: len(self.start)])):
                del self.buffer[0]
                continue
            length = self.length()
            if length is None and len(self.buffer) <= LONGEST_FRAME:
                return None
            if length is None or not self.valid(length):
                self.rejected += 1
                del self.buffer[0]
                continue
            frame = bytes(self.buffer[:length])
            del self.buffer[:length]
            return self.show(frame)
        return None

    @abstractmethod
    def length(self) -> int | None:
        """Return the frame's length once it is complete, else None."""

    @abstractmethod
    def valid(self, length: int) -> bool:
        """Return True if the frame's checks hold."""

    @abstractmethod
    def show(self, frame: bytes) -> DecodedFrame:
        """Return the content of a frame."""


@dataclass(slots=True)
class W1Reader(_Collector):
    """Decoder of `A0 90 addr A5 lenHi lenLo {char + colour}* X`."""

    start: bytes = b"\xa0\x90"

    def length(self) -> int | None:
        if len(self.buffer) < 6:
            return None
        total = 7 + self.buffer[4] * 256 + self.buffer[5]
        return total if len(self.buffer) >= total else None

    def valid(self, length: int) -> bool:
        check = 0
        for byte in self.buffer[2 : length - 1]:
            check ^= byte
        return self.buffer[3] == 0xA5 and check == self.buffer[length - 1]

    def show(self, frame: bytes) -> DecodedFrame:
        spans: Spans = []
        remaining = frame[6:-1]
        while remaining:
            size = 2 if remaining[0] >= 0x80 else 1
            colour = COLOUR_NAMES[remaining[size] % 3] if len(remaining) > size else "red"
            spans.append((decode_gb2312(remaining[:size]), colour))
            remaining = remaining[size + 1 :]
        return DecodedFrame(frame[2], _joined(spans))


def _joined(spans: Spans) -> tuple[tuple[str, str], ...]:
    merged: Spans = []
    for text, colour in spans:
        if merged and merged[-1][1] == colour:
            merged[-1] = (merged[-1][0] + text, colour)
        else:
            merged.append((text, colour))
    return tuple(merged)


@dataclass(slots=True)
class W2Reader(_Collector):
    """Decoder of `AA addr BB 51 54 SUM 01 00 99 00 63 text FF`."""

    start: bytes = b"\xaa"

    def length(self) -> int | None:
        if len(self.buffer) >= 3 and self.buffer[2] != 0xBB:
            return 3  # not a W2 frame: rejected at once
        end = self.buffer.find(b"\xff", 11)
        return end + 1 if end >= 0 else None

    def valid(self, length: int) -> bool:
        head = bytes(self.buffer[3:5])
        return (
            length > 11
            and head == b"\x51\x54"
            and sum(self.buffer[6:length]) % 256 == self.buffer[5]
        )

    def show(self, frame: bytes) -> DecodedFrame:
        return DecodedFrame(frame[1], ((decode_gb2312(frame[11:-1]), "red"),))


@dataclass(slots=True)
class W7Reader(_Collector):
    """Decoder of `40 addr text 0D`, without a check."""

    start: bytes = b"\x40"

    def length(self) -> int | None:
        end = self.buffer.find(b"\x0d", 2)
        return end + 1 if end >= 0 else None

    def valid(self, length: int) -> bool:
        return length >= 3

    def show(self, frame: bytes) -> DecodedFrame:
        return DecodedFrame(frame[1], ((decode_gb2312(frame[2:-1]), "red"),))


READERS: dict[str, Callable[[], Reader]] = {"w1": W1Reader, "w2": W2Reader, "w7": W7Reader}


class StripSimulator:
    """Simulated strip: receives all bytes of the bus and shows the frames for its address."""

    kind = "strip"

    def __init__(
        self, name: str, address: int, driver: str, journal: Journal, slow_seconds: float = 2.0
    ) -> None:
        self.name = name
        self.address = address
        self.driver = driver
        self.faults = Faults(STRIP_FAULTS, self._fault_changed)
        self.cable = CableLog(driver)
        self._bytes = bytearray()
        self._reader = READERS[driver]()
        self._journal = journal
        self._slow_seconds = slow_seconds
        self._spans: tuple[tuple[str, str], ...] = ()
        self._frames = 0
        self._timer: threading.Timer | None = None

    def start(self) -> None:
        """Do nothing: its bus starts the line."""

    def stop(self) -> None:
        """Cancel a delayed text."""
        if self._timer is not None:
            self._timer.cancel()

    def feed(self, byte: int, place: int) -> bool:
        """Receive a byte of the bus; return True if it completes a frame.

        `place` is its position, counted from the start of the frame.
        """
        if self.faults["silent"] or self.faults["cable_pulled"]:
            return False
        if self.faults["half_frame"] and place >= FAULTY_BYTE:
            return False
        if self.faults["bad_checksum"] and place == FAULTY_BYTE:
            byte ^= 0x01
        if place == 0:
            self._bytes.clear()
        self._bytes.append(byte)
        frame = self._reader.feed(byte)
        if frame is None:
            return False
        if frame.address == self.address:
            self._frames += 1
            self.cable.frame("in", bytes(self._bytes[-LONGEST_FRAME:]))
            if self.faults["slow"]:
                self._timer = threading.Timer(self._slow_seconds, self._show, (frame,))
                self._timer.daemon = True
                self._timer.start()
            else:
                self._show(frame)
        return True

    def _show(self, frame: DecodedFrame) -> None:
        changed = frame.spans != self._spans
        self._spans = frame.spans
        if changed:
            colour = frame.spans[0][1] if frame.spans else "red"
            self._journal.note(self.name, "strip", text=frame.text, colour=colour)

    def _fault_changed(self, name: str, on: bool) -> None:
        if name == "cable_pulled" and on:
            self._spans = ()
        self._journal.note(self.name, "fault", fault=name, on=on)

    def observable_state(self) -> dict[str, Json]:
        """Return the text on display, span by span, and the counters."""
        return {
            "address": self.address,
            "driver": self.driver,
            "text": "".join(text for text, _ in self._spans),
            "spans": [{"text": text, "colour": colour} for text, colour in self._spans],
            "frames": self._frames,
            "rejected": self._reader.rejected,
        }


class StripBusSimulator:
    """Simulated bus: passes every byte to every strip and checks the pauses between frames."""

    kind = "bus"

    def __init__(
        self,
        name: str,
        wire: Wire,
        strips: Sequence[StripSimulator],
        journal: Journal,
        baud: int = 9600,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.strips = tuple(strips)
        self.faults = Faults(BUS_FAULTS, self._fault_changed)
        self.cable = CableLog("")
        self._wire = wire
        self._journal = journal
        self._clock = clock
        self._byte_seconds = BITS_A_BYTE / baud
        self._place = 0
        self._line_free = clock() - 60.0
        self.short_gaps = 0
        self.collisions = 0

    def start(self) -> None:
        """Open the bus."""
        self._wire.start(self.receive)

    def stop(self) -> None:
        """Close the bus."""
        self._wire.stop()

    def receive(self, data: bytes) -> None:
        """Receive bytes of the cable after their transmission time has passed."""
        at = max(self._line_free, self._clock() - len(data) * self._byte_seconds)
        for byte in data:
            if self._place and at - self._line_free > QUIET_SECONDS:
                self._place = 0
            if self._place == 0:
                self._note_gap(at - self._line_free)
            received = byte ^ 0xFF if self.faults["jammed"] else byte
            ends = [strip.feed(received, self._place) for strip in self.strips]
            at += self._byte_seconds
            self._line_free = at
            self._place = 0 if any(ends) else self._place + 1

    def _note_gap(self, gap: float) -> None:
        if gap < BACK_TO_BACK_SECONDS:
            self.collisions += 1
            self._journal.note(self.name, "collision")
        elif gap < SHORT_GAP_SECONDS:
            self.short_gaps += 1
            self._journal.note(self.name, "short_gap", seconds=round(gap, 4))

    def _fault_changed(self, name: str, on: bool) -> None:
        if name == "cable_pulled":
            self._wire.plug(connected=not on)
        self._journal.note(self.name, "fault", fault=name, on=on)

    def observable_state(self) -> dict[str, Json]:
        """Return the names of its strips and the counts of timing violations."""
        return {
            "strips": [strip.name for strip in self.strips],
            "short_gaps": self.short_gaps,
            "collisions": self.collisions,
        }
