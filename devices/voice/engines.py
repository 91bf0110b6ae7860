"""Speech engines: a clip bank, espeak-ng, or the system's voice in a process that can be killed.

No half sentence is spoken: if no engine can speak a word or the engine is late, there is no sound,
and the reason names what is missing.
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
from devices.voice.homophones import with_homophones
from devices.voice.synth import EXIT_NO_ENGINE
from devices.voice.wavs import Sound, WavError, join, read_wav

PAUSE_BETWEEN_PARTS = 0.35
# Voice ids of espeakng-loader 0.2.4 [RAN].
VOICES = {"zh": "sit/cmn", "en": "gmw/en-us"}


class VoiceError(Exception):
    """Error for a sound that could not be made or played; `code` is stable."""

    def __init__(self, code: HealthCode, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Part:
    """Phrase in one language, `zh` or `en`, already normalised."""

    lang: str
    text: str


class Engine(Protocol):
    """Speech engine: turns phrases into a sound."""

    def render(self, parts: Sequence[Part]) -> Sound:
        """Return the sound of the phrases in order; raises VoiceError, within the deadline."""

    def unsupported_words(self, parts: Sequence[Part]) -> str:
        """Return the words that the engine cannot speak itself, spaced; "" for none."""


@dataclass(frozen=True, slots=True)
class ProcessEngine:
    """Speech library in a process of its own.

    `rate` is in words per minute, `seconds` is the deadline. The process runs `module`, which reads
    the phrases and writes one file for each.
    """

    rate: int = 165
    seconds: float = 15.0
    voices: Mapping[str, str] = field(default_factory=lambda: VOICES)
    module: str = "devices.voice.synth"

    def unsupported_words(self, _parts: Sequence[Part]) -> str:
        """Return "": a speech library reads any text."""
        return ""

    def render(self, parts: Sequence[Part]) -> Sound:
        """Return the sound of the phrases in order; see Engine."""
        return join([self._phrase(part) for part in parts], PAUSE_BETWEEN_PARTS)

    def _phrase(self, part: Part) -> Sound:
        text = with_homophones(part.text) if part.lang == "zh" else part.text
        with tempfile.TemporaryDirectory(prefix="voice-") as folder:
            file = Path(folder) / "phrase.wav"
            voice = self.voices.get(part.lang, part.lang)
            order = {"text": text, "voice": voice, "rate": self.rate, "out": str(file)}
            self._run(json.dumps({"parts": [order]}))
            try:
                sound = read_wav(file)
            except WavError as error:
                raise VoiceError("engine_failed", str(error)) from None
        low, high = plausible(part)
        if not low <= sound.seconds <= high:
            raise VoiceError("engine_failed", f"{sound.seconds:.2f} s are no such phrase")
        return sound

    def _run(self, order: str) -> None:
        command = [sys.executable, "-m", self.module]
        try:
            process = subprocess.run(
                command,
                input=order,
                text=True,
                encoding="utf-8",
                capture_output=True,
                timeout=self.seconds,
                check=False,
                # The project's root folder, so that the module is found wherever the agent was
                # started.
                cwd=Path(__file__).parents[2],
            )
        except subprocess.TimeoutExpired:
            raise VoiceError("engine_timeout", f"no sound in {self.seconds:g} s") from None
        if process.returncode == EXIT_NO_ENGINE:
            raise VoiceError("engine_missing", process.stderr.strip()[-300:])
        if process.returncode != 0:
            raise VoiceError("engine_failed", process.stderr.strip()[-300:])


class EspeakEngine(ProcessEngine):
    """Engine espeak-ng of espeakng-loader."""


SYSTEM_VOICES = {"linux": VOICES}
"""Default voices of pyttsx3 by platform.

Elsewhere the first installed voice of the language is used.
"""


def system_voices(platform: str = sys.platform) -> Mapping[str, str]:
    """Return the voices that pyttsx3 uses unless the settings name others."""
    return SYSTEM_VOICES.get(platform, {"zh": "zh", "en": "en"})


def system_engine(
    rate: int = 165, seconds: float = 15.0, voices: Mapping[str, str] | None = None
) -> ProcessEngine:
    """Return the pyttsx3 engine: the voices of Windows and macOS, espeak-ng on Linux."""
    return ProcessEngine(rate, seconds, voices or system_voices(), "devices.voice.system")


SHORTEST = {"zh": 0.06, "en": 0.02}
LONGEST = 1.5


def plausible(part: Part) -> tuple[float, float]:
    """Return the shortest and longest plausible duration of a phrase, in seconds.

    The limits depend on the number of characters; a truncated file is shorter.
    """
    count = sum(char.isalnum() for char in part.text)
    return count * SHORTEST.get(part.lang, 0.02), 3.0 + count * LONGEST
