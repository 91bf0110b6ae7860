"""Frames of rating pads, without I/O, one class for each make.

A make turns bytes into presses, and says what to send: begin to ask, end, and the acknowledgement
of a press, if the make has one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from devices.desk_frames import RATING, Frame, FrameReader

ACKNOWLEDGE = 0x01
STARS = 0x02
BEGIN_KEY = 0x0B
FIVE_STARS = 0x05


@dataclass(frozen=True, slots=True)
class PadPress:
    """Press as it came over the cable; `address` is None for a make without addresses."""

    address: int | None
    value: int
    raw: bytes


class PadFrames(ABC):
    """Frames of one make; it keeps the unfinished part of the stream."""

    confirms: bool
    """True if a pad repeats its press until the host acknowledges it."""

    @abstractmethod
    def feed(self, data: bytes) -> list[PadPress]:
        """Return the presses that these bytes complete."""

    @abstractmethod
    def quiet(self) -> None:
        """Drop an incomplete frame, because the line has been silent."""

    @abstractmethod
    def ask(self, address: int, seconds: int) -> list[bytes]:
        """Return the frames that let a pad ask for a rating for so many seconds."""

    @abstractmethod
    def rest(self, address: int) -> list[bytes]:
        """Return the frames that let a pad show its welcome."""

    @abstractmethod
    def acknowledge(self, press: PadPress) -> bytes:
        """Return the acknowledgement of a press; empty if the make has none."""


class A4Frames(PadFrames):
    """Pads on the desk bus [2SRC]: function 11 is a rating, 01 acknowledges it and begins to ask.

    Five stars are shown at rest.
    """

    confirms = True

    def __init__(self) -> None:
        self._reader = FrameReader()

    def feed(self, data: bytes) -> list[PadPress]:
        """Return the presses that these bytes complete."""
        return [
            PadPress(frame.address, frame.data[-1], frame.encode())
            for frame in self._reader.feed(data)
            if frame.function == RATING and frame.data
        ]

    def quiet(self) -> None:
        """Drop an incomplete frame."""
        self._reader.quiet()

    def ask(self, address: int, seconds: int) -> list[bytes]:
        """Return the frame that begins to ask; the pad counts its seconds itself."""
        del seconds
        return [Frame(address, ACKNOWLEDGE, bytes((BEGIN_KEY,))).encode()]

    def rest(self, address: int) -> list[bytes]:
        """Return the frame that shows five stars."""
        return [Frame(address, STARS, bytes((FIVE_STARS,))).encode()]

    def acknowledge(self, press: PadPress) -> bytes:
        """Return the same frame with function 01."""
        return Frame(press.address or 0, ACKNOWLEDGE, bytes((press.value,))).encode()


class Pj06Frames(PadFrames):
    """PJ06 [SRC, one source]: `55 AA len …` from the host, one bare byte 01 to 06 from the pad.

    It has no address, so each has a cable of its own, and no acknowledgement: a byte that is lost
    on the cable is lost.
    """

    confirms = False
    HEAD = b"\x55\xaa"
    TAIL = b"\x1a"
    LEVELS = 5
    LONGEST = 0xFF

    def feed(self, data: bytes) -> list[PadPress]:
        """Return a press for each byte 01 to 06; every other byte is noise."""
        return [PadPress(None, byte, bytes((byte,))) for byte in data if 1 <= byte <= 6]

    def quiet(self) -> None:
        """Do nothing: a press is a single byte."""

    def ask(self, address: int, seconds: int) -> list[bytes]:
        """Return the frames for the time, the number of levels, and the question."""
        del address
        limit = max(1, min(self.LONGEST, seconds))
        return [
            self.HEAD + bytes((0x03, 0x13, limit, 0x00)) + self.TAIL,
            self.HEAD + bytes((0x02, 0x15, self.LEVELS)) + self.TAIL,
            self.HEAD + bytes((0x02, 0x20, 0x00)) + self.TAIL,
        ]

    def rest(self, address: int) -> list[bytes]:
        """Return the frame of the welcome."""
        del address
        return [self.HEAD + bytes((0x02, 0x1F, 0x00)) + self.TAIL]

    def acknowledge(self, press: PadPress) -> bytes:
        """Return nothing."""
        del press
        return b""
