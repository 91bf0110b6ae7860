"""Sounds in memory: 16-bit mono samples, joined, scaled, written as WAV.

It reads plain WAV and IMA ADPCM and rejects other forms: a clip bank has a single form.
"""

from __future__ import annotations

import array
import io
import math
import struct
import sys
import wave
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from devices.voice import adpcm


class WavError(ValueError):
    """Error for a file that is not a 16-bit mono WAV, or for sounds that cannot be joined."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples at `rate` per second, 16-bit little-endian."""

    rate: int
    frames: bytes

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return len(self.frames) / 2 / self.rate


def silence(seconds: float, rate: int = 22050) -> Sound:
    """Return silence of `seconds`."""
    return Sound(rate, b"\x00\x00" * round(seconds * rate))


def read_wav(path: Path) -> Sound:
    """Read a file, plain or in IMA ADPCM; raises WavError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WavError(f"{path.name}: {error}") from None
    try:
        return sound_of(data)
    except ValueError as error:
        raise WavError(f"{path.name}: {error}") from None


def sound_of(data: bytes) -> Sound:
    """Return the sound of a WAV file's bytes; raises ValueError."""
    chunks = dict(_chunks(data))
    head, body = chunks.get(b"fmt ", b""), chunks.get(b"data", b"")
    if len(head) < 16:
        raise ValueError("no WAV file")
    form, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", head)
    if channels != 1 or rate == 0:
        raise ValueError("not mono")
    if (form, bits) == (1, 16):
        return Sound(rate, body[: len(body) // 2 * 2])
    if (form, bits) == (adpcm.FORMAT, 4) and len(chunks.get(b"fact", b"")) >= 4:
        (count,) = struct.unpack_from("<I", chunks[b"fact"])
        return Sound(rate, _little(adpcm.decode(body, block, count)))
    raise ValueError("not 16-bit mono")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a RIFF file by name; a truncated one ends at the end of the file."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("no WAV file")
    place = 12
    while place + 8 <= len(data):
        (size,) = struct.unpack_from("<I", data, place + 4)
        yield data[place : place + 4], data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _samples(sound: Sound) -> array.array[int]:
    samples = array.array("h", sound.frames)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _little(samples: array.array[int]) -> bytes:
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    return samples.tobytes()


def resample(sound: Sound, rate: int) -> Sound:
    """Return the sound at another sample rate, by linear interpolation."""
    if sound.rate == rate or not sound.frames:
        return Sound(rate, sound.frames)
    old = _samples(sound)
    last, step = len(old) - 1, sound.rate / rate
    output = array.array("h")
    for number in range(int(len(old) / step)):
        place = number * step
        left = int(place)
        right = min(last, left + 1)
        output.append(int(old[left] + (old[right] - old[left]) * (place - left)))
    return Sound(rate, _little(output))


VOICED = 0.02
"""Threshold of voiced samples as a part of full scale; softer ones are silence between words."""
HEADROOM = 0.98


def loudness(sound: Sound) -> float:
    """Return the root mean square of the voiced samples as a part of full scale; 0 for silence."""
    voiced = [sample for sample in _samples(sound) if abs(sample) > VOICED * 32768]
    if not voiced:
        return 0.0
    return math.sqrt(sum(sample * sample for sample in voiced) / len(voiced)) / 32768


def peak(sound: Sound) -> float:
    """Return the largest sample as a part of full scale."""
    samples = _samples(sound)
    return max(abs(max(samples, default=0)), abs(min(samples, default=0))) / 32768


def normalise_loudness(sound: Sound, target: float) -> Sound:
    """Return the sound at the `target` loudness, as close as possible without clipping."""
    now, top = loudness(sound), peak(sound)
    if not now:
        return sound
    factor = min(target / now, HEADROOM / top)
    return Sound(
        sound.rate,
        _little(array.array("h", (int(sample * factor) for sample in _samples(sound)))),
    )


def join(sounds: Iterable[Sound], gap_seconds: float) -> Sound:
    """Join the sounds with silence between them; raises WavError if their rates differ."""
    parts = list(sounds)
    rates = {sound.rate for sound in parts}
    if len(rates) > 1:
        raise WavError(f"different sample rates: {sorted(rates)}")
    rate = rates.pop() if rates else 22050
    gap = silence(gap_seconds, rate).frames
    return Sound(rate, gap.join(sound.frames for sound in parts))


def scale(sound: Sound, volume: int) -> Sound:
    """Return the sound at `volume` per cent of its amplitude, 0..100."""
    if volume >= 100:
        return sound
    factor = max(0, volume) / 100
    softer = array.array("h", (int(sample * factor) for sample in _samples(sound)))
    return Sound(sound.rate, _little(softer))


def to_wav(sound: Sound, comment: str = "") -> bytes:
    """Return a WAV file; `comment` goes into its INFO list (ICMT), where any player may show it."""
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
    """Return the comment in a WAV's INFO list; empty if there is none."""
    place = 12
    while place + 8 <= len(data):
        (size,) = struct.unpack_from("<I", data, place + 4)
        body = data[place + 8 : place + 8 + size]
        if data[place : place + 4] == b"LIST" and body.startswith(b"INFOICMT") and len(body) >= 12:
            (length,) = struct.unpack_from("<I", body, 8)
            return body[12 : 12 + length].rstrip(b"\x00").decode("utf-8", "replace")
        place += 8 + size + size % 2
    return ""
