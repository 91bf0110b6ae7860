"""The speech process: reads phrases from standard input, writes one WAV each, and ends.

Run as `python -m devices.voice.synth`. A process of its own, because pyttsx3's engine is a
singleton that hangs when used from two threads [RAN], because the library is GPL, and so that it
can be killed at its deadline. Input is JSON: `{"parts": [{"text", "voice", "rate", "out"}, ...]}`.
It refuses to play anything.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any

EXIT_NO_ENGINE = 3
EXIT_NO_VOICE = 4


def _engine() -> Any:
    import espeakng_loader  # noqa: PLC0415 - only this process may load it

    # The loader's library holds the full Mandarin dictionary; the system's spells out 86 % of the
    # characters [RAN]. It must be in the process before pyttsx3 looks for one.
    os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
    ctypes.CDLL(espeakng_loader.get_library_path(), ctypes.RTLD_GLOBAL)
    import pyttsx3  # noqa: PLC0415 - after the library is in place

    return pyttsx3.init("espeak")


def main() -> int:
    """Speak what standard input asks for; the exit code says whether it worked."""
    try:
        engine = _engine()
    except (ImportError, OSError, RuntimeError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_NO_ENGINE
    known = {voice.id for voice in engine.getProperty("voices")}
    parts = json.load(sys.stdin)["parts"]
    # pyttsx3 takes an unknown voice without a word and goes on with another.
    if unknown := {part["voice"] for part in parts} - known:
        sys.stderr.write(f"no voice {', '.join(sorted(unknown))}\n")
        return EXIT_NO_VOICE
    for part in parts:
        engine.setProperty("rate", part["rate"])
        engine.setProperty("voice", part["voice"])
        engine.save_to_file(part["text"], part["out"])
        engine.runAndWait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
