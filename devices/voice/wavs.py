"""Sounds in memory: 16-bit mono samples, joined, made louder or softer, written as WAV.

It refuses other formats instead of converting them: a bank of clips is recorded in one format.
"""

from __future__ import annotations

import array
import io
import struct
import sys
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class WavError(ValueError):
    """The file is not a 16-bit mono WAV, or the sounds do not fit together."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples at `rate` per second, 16-bit little-endian."""

    rate: int
    frames: bytes

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.frames) / 2 / self.rate


def silence(seconds: float, rate: int = 22050) -> Sound:
    """Nothing, for so long."""
    return Sound(rate, b"\x00\x00" * round(seconds * rate))


def read_wav(path: Path) -> Sound:
    """Read a file; raises WavError."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2 or file.getnchannels() != 1:
                raise WavError(f"{path.name}: not 16-bit mono")
            return Sound(file.getframerate(), file.readframes(file.getnframes()))
    except (wave.Error, EOFError, OSError) as error:
        raise WavError(f"{path.name}: {error}") from None


def join(sounds: Iterable[Sound], gap_seconds: float) -> Sound:
    """One after the other with quiet between; raises WavError when their rates differ."""
    found = list(sounds)
    rates = {sound.rate for sound in found}
    if len(rates) > 1:
        raise WavError(f"different sample rates: {sorted(rates)}")
    rate = rates.pop() if rates else 22050
    gap = silence(gap_seconds, rate).frames
    return Sound(rate, gap.join(sound.frames for sound in found))


def scaled(sound: Sound, volume: int) -> Sound:
    """`volume` per cent of the amplitude, 0..100."""
    if volume >= 100:
        return sound
    samples = array.array("h", sound.frames)
    if sys.byteorder == "big":
        samples.byteswap()
    factor = max(0, volume) / 100
    softer = array.array("h", (int(sample * factor) for sample in samples))
    if sys.byteorder == "big":
        softer.byteswap()
    return Sound(sound.rate, softer.tobytes())


def to_wav(sound: Sound, comment: str = "") -> bytes:
    """A WAV file; `comment` goes into its INFO list (ICMT), where any player may show it."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(sound.frames)
    data = bytearray(out.getvalue())
    if comment:
        data += _info(comment)
        data[4:8] = struct.pack("<I", len(data) - 8)
    return bytes(data)


def _info(comment: str) -> bytes:
    text = comment.encode("utf-8") + b"\x00"
    text += b"\x00" * (len(text) % 2)
    body = b"INFOICMT" + struct.pack("<I", len(text)) + text
    return b"LIST" + struct.pack("<I", len(body)) + body


def comment_of(data: bytes) -> str:
    """The comment in a WAV's INFO list; empty when there is none."""
    place = 12
    while place + 8 <= len(data):
        (size,) = struct.unpack_from("<I", data, place + 4)
        body = data[place + 8 : place + 8 + size]
        if data[place : place + 4] == b"LIST" and body.startswith(b"INFOICMT") and len(body) >= 12:
            (length,) = struct.unpack_from("<I", body, 8)
            return body[12 : 12 + length].rstrip(b"\x00").decode("utf-8", "replace")
        place += 8 + size + size % 2
    return ""
