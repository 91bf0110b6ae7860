"""Two ways to a sound: espeak-ng in a killable process, or a bank of recorded clips.

It refuses to speak half a sentence: when a clip is missing or the engine is late, there is no
sound, and the reason says what is missing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from devices.health import HealthCode
from devices.voice.homophones import spoken
from devices.voice.synth import EXIT_NO_ENGINE
from devices.voice.wavs import Sound, WavError, join, read_wav

PAUSE_BETWEEN_PARTS = 0.35
# Ids of espeakng-loader 0.2.4 [RAN].
VOICES = {"zh": "sit/cmn", "en": "gmw/en-us"}
SKIPPED = frozenset(" ，。、！？：；,.!?:;'\"“”‘’-—\u3000")


class VoiceError(Exception):
    """No sound could be made or played; `code` is a stable word."""

    def __init__(self, code: HealthCode, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Part:
    """A phrase in one language, `zh` or `en`, already normalised."""

    lang: str
    text: str


class Engine(Protocol):
    """Makes a sound of phrases."""

    def render(self, parts: Sequence[Part]) -> Sound:
        """The phrases one after the other; raises VoiceError, within the engine's deadline."""


@dataclass(frozen=True, slots=True)
class EspeakEngine:
    """espeak-ng of espeakng-loader; `rate` in words a minute, `seconds` the deadline."""

    rate: int = 165
    seconds: float = 15.0
    voices: Mapping[str, str] = field(default_factory=lambda: VOICES)

    def render(self, parts: Sequence[Part]) -> Sound:
        """See Engine."""
        with tempfile.TemporaryDirectory(prefix="voice-") as folder:
            files = [Path(folder) / f"{number}.wav" for number in range(len(parts))]
            order = [
                {
                    "text": spoken(part.text) if part.lang == "zh" else part.text,
                    "voice": self.voices.get(part.lang, part.lang),
                    "rate": self.rate,
                    "out": str(file),
                }
                for part, file in zip(parts, files, strict=True)
            ]
            self._run(json.dumps({"parts": order}))
            try:
                return join([read_wav(file) for file in files], PAUSE_BETWEEN_PARTS)
            except WavError as error:
                raise VoiceError("engine_failed", str(error)) from None

    def _run(self, order: str) -> None:
        command = [sys.executable, "-m", "devices.voice.synth"]
        try:
            ended = subprocess.run(
                command,
                input=order,
                text=True,
                encoding="utf-8",
                capture_output=True,
                timeout=self.seconds,
                check=False,
                # The package's own folder, so that it is found wherever the agent was started.
                cwd=Path(__file__).parents[2],
            )
        except subprocess.TimeoutExpired:
            raise VoiceError("engine_timeout", f"no sound in {self.seconds:g} s") from None
        if ended.returncode == EXIT_NO_ENGINE:
            raise VoiceError("engine_missing", ended.stderr.strip()[-300:])
        if ended.returncode != 0:
            raise VoiceError("engine_failed", ended.stderr.strip()[-300:])


@dataclass(frozen=True, slots=True)
class ClipEngine:
    """Clips named by what they say: `zh/请.wav`, `en/window.wav` in `folder`; longest first."""

    folder: Path

    def render(self, parts: Sequence[Part]) -> Sound:
        """See Engine."""
        try:
            return join([self._part(part) for part in parts], PAUSE_BETWEEN_PARTS)
        except WavError as error:
            raise VoiceError("clip_unusable", str(error)) from None

    def _part(self, part: Part) -> Sound:
        clips = {file.stem.lower(): file for file in (self.folder / part.lang).glob("*.wav")}
        names = split_into_clips(part.text, frozenset(clips))
        return join([read_wav(clips[name]) for name in names], 0.04)


def split_into_clips(text: str, names: frozenset[str]) -> list[str]:
    """The names whose clips say the text, longest match first; VoiceError names what is missing."""
    lowered = text.lower()
    longest = max(map(len, names), default=0)
    found: list[str] = []
    place = 0
    while place < len(lowered):
        if lowered[place] in SKIPPED:
            place += 1
            continue
        lengths = range(min(longest, len(lowered) - place), 0, -1)
        name = next((n for size in lengths if (n := lowered[place : place + size]) in names), None)
        if name is None:
            missing = lowered[place:].split()[0] if text.isascii() else lowered[place]
            raise VoiceError("clip_missing", missing)
        found.append(name)
        place += len(name)
    return found
