"""Reader of AIFF files as the voice of macOS writes them: big-endian 16-bit samples.

Compressed forms other than the byte-swapped one, and more than one channel, are rejected.
"""

from __future__ import annotations

import array
import struct

from devices.voice.wavs import Sound

PLAIN = frozenset({b"NONE", b"twos"})
SWAPPED = b"sowt"


def is_aiff(data: bytes) -> bool:
    """Return True if the bytes begin with the header of an AIFF file."""
    return data[:4] == b"FORM" and data[8:12] in (b"AIFF", b"AIFC")


def sound_of(data: bytes) -> Sound:
    """Return the sound of an AIFF file's bytes; raises ValueError."""
    if not is_aiff(data):
        raise ValueError("no AIFF file")
    chunks: dict[bytes, bytes] = {}
    place = 12
    while place + 8 <= len(data):
        (size,) = struct.unpack_from(">I", data, place + 4)
        chunks[data[place : place + 4]] = data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
    head, body = chunks.get(b"COMM", b""), chunks.get(b"SSND", b"")
    if len(head) < 18 or len(body) < 8:
        raise ValueError("no sound in it")
    channels, _frames, bits = struct.unpack_from(">hIh", head)
    form = head[18:22] if data[8:12] == b"AIFC" else b"NONE"
    if channels != 1 or bits != 16 or (form not in PLAIN and form != SWAPPED):
        raise ValueError("not 16-bit mono")
    (offset,) = struct.unpack_from(">I", body)
    frames = body[8 + offset :]
    samples = array.array("h", frames[: len(frames) // 2 * 2])
    if form != SWAPPED:  # a Sound is little-endian
        samples.byteswap()
    return Sound(_rate(head[8:18]), samples.tobytes())


def _rate(extended: bytes) -> int:
    """Decode the sample rate, an 80-bit float of IEEE 754."""
    exponent, mantissa = struct.unpack(">HQ", extended)
    rate = int(mantissa * 2.0 ** ((exponent & 0x7FFF) - 16383 - 63))
    if not 4000 <= rate <= 192_000:
        raise ValueError("no sample rate")
    return rate
