"""Speech process of the system's own voice: writes one phrase to one file with pyttsx3, exits.

Run as `python -m devices.voice.system`. SAPI5 on Windows, NSSpeechSynthesizer on macOS, espeak-ng
on Linux. One process per phrase, because pyttsx3 2.99 is a singleton that hangs when used from two
threads and mixes up the files of two phrases [RAN]. Input is JSON as of `devices.voice.synth`.
pyttsx3's success report is not trusted: the caller reads the file. A voice that is not installed is
an error. The process plays nothing.
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
"""Words in a voice's id, name or languages that identify the voice of a language."""


class Voice(Protocol):
    """Voice as pyttsx3 lists it."""

    id: Any
    name: Any
    languages: Any


def find_voice(voices: Sequence[Voice], request: str) -> str | None:
    """Return the id of the voice that `request` names, or of the first one of that language.

    `request` is an id, or `zh` or `en` for any installed voice; None if there is no such voice.
    """
    for voice in voices:
        if str(voice.id).lower() == request.lower():
            return str(voice.id)
    for word in LANGUAGES.get(request, ()):
        for voice in voices:
            if word in f"{voice.id} {voice.name} {voice.languages}".lower():
                return str(voice.id)
    return None


def _use_full_dictionary() -> None:
    """Make pyttsx3 find espeakng-loader's library, with its full Mandarin dictionary [RAN]."""
    import espeakng_loader  # noqa: PLC0415 - only this process may load it

    os.environ["ESPEAK_DATA_PATH"] = str(espeakng_loader.get_data_path())
    ctypes.CDLL(espeakng_loader.get_library_path(), ctypes.RTLD_GLOBAL)


def _engine() -> Any:
    if sys.platform.startswith("linux"):
        _use_full_dictionary()
    import pyttsx3  # noqa: PLC0415 - only this process may load it

    return pyttsx3.init()


def speak(engine: Any, part: dict[str, Any]) -> int:
    """Write one phrase to its file; return 0 or an EXIT_ code."""
    voice = find_voice(engine.getProperty("voices"), str(part["voice"]))
    if voice is None:
        sys.stderr.write(f"no voice {part['voice']}\n")
        return EXIT_NO_VOICE
    out = Path(part["out"])
    file = out.with_suffix(".aiff") if sys.platform == "darwin" else out
    engine.setProperty("voice", voice)
    engine.setProperty("rate", int(part["rate"]))
    engine.save_to_file(str(part["text"]), str(file))
    if sys.platform.startswith("linux"):
        # `runAndWait` ends the loop as soon as espeak-ng has begun, in a thread of its own: on a
        # busy machine one phrase in five had no file or only a part of it [RAN]. The driver ends
        # its own loop once the file is written.
        engine.startLoop()
    else:
        engine.runAndWait()
    if not file.is_file():
        sys.stderr.write("no file\n")
        return EXIT_NO_SOUND
    data = file.read_bytes()
    if is_aiff(data):
        out.write_bytes(to_wav(sound_of(data)))
    return 0


def main(start: Callable[[], Any] = _engine) -> int:
    """Speak the one phrase given on standard input; return 0 or an EXIT_ code."""
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
    # The library's clean-up at exit sometimes crashes, long after the file is complete.
    os._exit(code)
