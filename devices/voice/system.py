"""The speech process of the system's own voice: one phrase by pyttsx3, one file, and it ends.

Run as `python -m devices.voice.system`. SAPI5 on Windows, NSSpeechSynthesizer on macOS, espeak-ng
on Linux. A process a phrase, because pyttsx3 2.99 is a singleton that hangs when used from two
threads and mixes up the files of two phrases [RAN]. Input is JSON as of `devices.voice.synth`.
pyttsx3's word that it has spoken is not believed: the caller reads the file. It refuses a voice
that is not installed, and plays nothing.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from devices.voice.aiff import is_aiff, sound_of
from devices.voice.synth import EXIT_NO_ENGINE, EXIT_NO_SOUND, EXIT_NO_VOICE
from devices.voice.wavs import to_wav

MANDARIN = ("zh-cn", "zh_cn", "cmn", "chinese (simplified", "chinese (china", "huihui", "ting-ting")
ENGLISH = ("en-us", "en_us", "en-gb", "en_gb", "english")
LANGUAGES = {"zh": MANDARIN, "en": ENGLISH}
"""Words in a voice's id, name or languages by which the voice of a language is found."""


class Voice(Protocol):
    """A voice as pyttsx3 lists it."""

    id: Any
    name: Any
    languages: Any


def fitting(voices: Sequence[Voice], wanted: str) -> str | None:
    """Return the id of the voice that `wanted` names, or of the first of that language.

    `wanted`: an id, or `zh` or `en` for whatever is installed.
    """
    for voice in voices:
        if str(voice.id).lower() == wanted.lower():
            return str(voice.id)
    for word in LANGUAGES.get(wanted, ()):
        for voice in voices:
            if word in f"{voice.id} {voice.name} {voice.languages}".lower():
                return str(voice.id)
    return None


def _good_dictionary() -> None:
    """Make pyttsx3 find espeakng-loader's library, whose Mandarin dictionary is whole [RAN]."""
    import espeakng_loader  # noqa: PLC0415 - only this process may load it

    os.environ["ESPEAK_DATA_PATH"] = str(espeakng_loader.get_data_path())
    ctypes.CDLL(espeakng_loader.get_library_path(), ctypes.RTLD_GLOBAL)


def _engine() -> Any:
    if sys.platform.startswith("linux"):
        _good_dictionary()
    import pyttsx3  # noqa: PLC0415 - only this process may load it

    return pyttsx3.init()


def speak(engine: Any, part: dict[str, Any]) -> int:
    """Write one phrase; the exit code says whether there is a file."""
    voice = fitting(engine.getProperty("voices"), str(part["voice"]))
    if voice is None:
        sys.stderr.write(f"no voice {part['voice']}\n")
        return EXIT_NO_VOICE
    out = Path(part["out"])
    made = out.with_suffix(".aiff") if sys.platform == "darwin" else out
    engine.setProperty("voice", voice)
    engine.setProperty("rate", int(part["rate"]))
    engine.save_to_file(str(part["text"]), str(made))
    if sys.platform.startswith("linux"):
        # `runAndWait` ends the loop as soon as espeak-ng has begun, in a thread of its own: on a
        # busy machine one phrase in five had no file or half of one [RAN]. The driver itself ends
        # its loop, once the file is written.
        engine.startLoop()
    else:
        engine.runAndWait()
    if not made.is_file():
        sys.stderr.write("no file\n")
        return EXIT_NO_SOUND
    data = made.read_bytes()
    if is_aiff(data):
        out.write_bytes(to_wav(sound_of(data)))
    return 0


def main(start: Callable[[], Any] = _engine) -> int:
    """Speak the one phrase that standard input asks for."""
    (part,) = json.load(sys.stdin)["parts"]
    try:
        engine = start()
    except (ImportError, OSError, RuntimeError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_NO_ENGINE
    return speak(engine, part)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # The library's own clean-up at exit crashes now and then, long after the file is whole.
    os._exit(code)
