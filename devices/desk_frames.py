"""Frames of desk devices, without I/O: `FF 68 L L 68 addr func data.. SUM 16` [2SRC].

Caller keypads and rating pads speak them.

L = 2 + len(data), sent twice; SUM = (addr + func + data) mod 256. FF only wakes the line and may be
missing. The key is the *last* data byte; digits come before it. The codec does not interpret keys:
vendors assign them differently, so the key map is configuration.
"""

from __future__ import annotations

from dataclasses import dataclass

WAKE = 0xFF
START = 0x68
END = 0x16
RATING = 0x11
MAX_DATA = 32


class CodecError(ValueError):
    """Error for bytes that are not one valid frame, or values that do not fit into one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: `address` of the device, `function` code of the vendor, `data` of 0..32 bytes."""

    address: int
    function: int
    data: bytes = b""

    def encode(self) -> bytes:
        """Return the bytes of the frame, wake byte included."""
        if not 0 <= self.address <= 255 or not 0 <= self.function <= 255:
            raise CodecError("address and function are single bytes")
        if len(self.data) > MAX_DATA:
            raise CodecError(f"more than {MAX_DATA} data bytes")
        body = bytes((self.address, self.function)) + self.data
        length = len(body)
        head = bytes((WAKE, START, length, length, START))
        return head + body + bytes((sum(body) & 0xFF, END))

    @property
    def key(self) -> int | None:
        """Code of the key, or None if the frame cannot be a key press."""
        if self.function == RATING or not self.data:
            return None
        return self.data[-1]

    @property
    def digits(self) -> str:
        """Digits pressed before the key."""
        return "".join(str(code) for code in self.data[:-1] if code <= 9)


def decode(data: bytes) -> Frame:
    """Decode exactly one frame; raises CodecError for anything else."""
    body = data[1:] if data[:1] == bytes((WAKE,)) else data
    if len(body) < 8 or body[0] != START or body[3] != START:
        raise CodecError("no frame head")
    length = body[1]
    if body[2] != length:
        raise CodecError("the two lengths differ")
    if length < 2 or len(body) != length + 6:
        raise CodecError("wrong length")
    content, check, end = body[4:-2], body[-2], body[-1]
    if end != END:
        raise CodecError("no end byte")
    if sum(content) & 0xFF != check:
        raise CodecError("wrong sum")
    return Frame(content[0], content[1], bytes(content[2:]))


class FrameReader:
    """Stream decoder; it skips noise and broken frames and counts them in `rejected`."""

    def __init__(self) -> None:
        self.rejected = 0
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that these bytes complete."""
        self._buffer += data
        frames: list[Frame] = []
        while self._buffer:
            start = self._buffer.find(START)
            if start < 0:
                self._buffer.clear()
                break
            del self._buffer[:start]
            if len(self._buffer) < 4:
                break
            if not self._is_head_valid():
                self._skip()
                continue
            total = self._buffer[1] + 6
            if len(self._buffer) < total:
                break
            self._decode_next(total, frames)
        return frames

    def quiet(self) -> None:
        """Drop an incomplete frame, because the line has been silent."""
        if self._buffer:
            self.rejected += 1
            self._buffer.clear()

    def _is_head_valid(self) -> bool:
        length = self._buffer[1]
        same = length == self._buffer[2] and self._buffer[3] == START
        return same and 2 <= length <= MAX_DATA + 2

    def _skip(self) -> None:
        self.rejected += 1
        del self._buffer[0]

    def _decode_next(self, total: int, frames: list[Frame]) -> None:
        try:
            frames.append(decode(bytes(self._buffer[:total])))
        except CodecError:
            self._skip()
        else:
            del self._buffer[:total]
