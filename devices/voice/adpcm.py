"""IMA ADPCM codec: the 4-bit WAV form (format tag 0x11) of the project's clip bank.

It needs a quarter of the bytes, and any player opens such a file directly. Blocks, nibbles and
tables follow the IMA's Recommended Practices of 1992 and Microsoft's WAV form. Mono only.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from typing import Final

FORMAT: Final = 0x11
BLOCK: Final = 512
"""Bytes of a block: a head of four, then two samples per byte."""
SAMPLES: Final = (BLOCK - 4) * 2 + 1
_STEPS: Final = (
    *(7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66),
    *(73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408),
    *(449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066),
    *(2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630),
    *(9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794),
    32767,
)
_MOVES: Final = (-1, -1, -1, -1, 2, 4, 6, 8)
TOP: Final = len(_STEPS) - 1


def _difference(step: int, nibble: int) -> int:
    size = step >> 3
    for bit, part in ((4, step), (2, step >> 1), (1, step >> 2)):
        if nibble & bit:
            size += part
    return -size if nibble & 8 else size


_TABLE: Final = tuple(
    tuple(
        (_difference(step, nibble), min(TOP, max(0, index + _MOVES[nibble & 7])))
        for nibble in range(16)
    )
    for index, step in enumerate(_STEPS)
)
"""Difference and next index for every index and nibble."""


def decode(data: bytes, block: int, count: int) -> array[int]:
    """Return `count` samples decoded from blocks of `block` bytes; raises ValueError."""
    if block < 5:
        raise ValueError("block too short")
    samples = array("h")
    for start in range(0, len(data), block):
        body = data[start : start + block]
        if len(body) < 4:
            raise ValueError("block cut short")
        value, index = struct.unpack_from("<hB", body)
        if index > TOP:
            raise ValueError("index out of range")
        samples.append(value)
        for byte in body[4:]:
            for nibble in (byte & 15, byte >> 4):
                change, index = _TABLE[index][nibble]
                value += change
                if value > 32767:
                    value = 32767
                elif value < -32768:
                    value = -32768
                samples.append(value)
    if count > len(samples):
        raise ValueError("fewer samples than announced")
    return samples[:count]


def encode(samples: Sequence[int]) -> bytes:
    """Encode samples into blocks of `BLOCK` bytes; the last block repeats its final sample."""
    out = bytearray()
    index = 0
    for start in range(0, len(samples), SAMPLES):
        part = list(samples[start : start + SAMPLES])
        part += [part[-1]] * (SAMPLES - len(part))
        value = part[0]
        out += struct.pack("<hBB", value, index, 0)
        nibbles = []
        for sample in part[1:]:
            nibble = _nearest(sample - value, _STEPS[index])
            change, index = _TABLE[index][nibble]
            value = min(32767, max(-32768, value + change))
            nibbles.append(nibble)
        out += bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    return bytes(out)


def _nearest(difference: int, step: int) -> int:
    size = abs(difference)
    nibble = min(7, (size << 2) // step)
    return nibble | (8 if difference < 0 else 0)


def to_wav(samples: Sequence[int], rate: int) -> bytes:
    """Return a WAV file of format 0x11 with the samples."""
    body = encode(samples)
    head = struct.pack("<HHIIHHHH", FORMAT, 1, rate, rate * BLOCK // SAMPLES, BLOCK, 4, 2, SAMPLES)
    chunks = b"".join(
        name + struct.pack("<I", len(part)) + part
        for name, part in (
            (b"fmt ", head),
            (b"fact", struct.pack("<I", len(samples))),
            (b"data", body),
        )
    )
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks
