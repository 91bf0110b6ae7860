"""Speech process of espeak-ng: reads phrases from standard input, writes one WAV each, exits.

Run as `python -m devices.voice.synth`. It is a process of its own because the library is GPL and so
that it can be killed at its deadline. It calls espeak-ng's C interface in synchronous mode: pyttsx3
2.99 renders in a second thread and, on a busy machine, lost 54 of 400 phrases (50 without a file, 4
truncated) [RAN]. Input is JSON: `{"parts": [{"text", "voice", "rate", "out"}, ...]}`. It plays
nothing.
"""

from __future__ import annotations

import ctypes
import json
import sys
from pathlib import Path

from devices.voice.wavs import Sound, to_wav

EXIT_NO_ENGINE = 3
EXIT_NO_VOICE = 4
EXIT_NO_SOUND = 5
# espeak-ng's speak_lib.h, version 1.52.
SYNCHRONOUS = 2
DO_NOT_EXIT = 0x8000
RATE = 1
BY_CHARACTER = 1
UTF8_AND_END_PAUSE = 0x1001
Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Espeak:
    """Library of `espeakng-loader`, whose data include the full Mandarin dictionary [RAN]."""

    def __init__(self) -> None:
        import espeakng_loader  # noqa: PLC0415 - only this process may load it

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        self._hz = self._library.espeak_Initialize(SYNCHRONOUS, 0, data, DO_NOT_EXIT)
        if self._hz <= 0:
            raise OSError("espeak-ng cannot be initialised")
        self._frames = bytearray()
        # Referenced here, because the library holds only a bare pointer to it.
        self._callback = Callback(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)

    def _collect(self, samples: object, count: int, _events: object) -> int:
        if samples and count > 0:
            self._frames += ctypes.string_at(samples, count * 2)  # type: ignore[arg-type]
        return 0

    def choose(self, voice: str, rate: int) -> bool:
        """Select a voice by its id, at `rate` words per minute; False if there is none."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            return False
        self._library.espeak_SetParameter(RATE, rate, 0)
        return True

    def speak(self, text: str) -> Sound:
        """Return the whole text as sound; empty if the library produced none."""
        self._frames.clear()
        data = text.encode()
        self._library.espeak_Synth(
            data, len(data) + 1, 0, BY_CHARACTER, 0, UTF8_AND_END_PAUSE, None, None
        )
        return Sound(self._hz, bytes(self._frames))


def main() -> int:
    """Speak the phrases given on standard input; return 0 or an EXIT_ code."""
    try:
        espeak = Espeak()
    except (ImportError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_NO_ENGINE
    for part in json.load(sys.stdin)["parts"]:
        if not espeak.choose(part["voice"], part["rate"]):
            sys.stderr.write(f"no voice {part['voice']}\n")
            return EXIT_NO_VOICE
        sound = espeak.speak(part["text"])
        if not sound.frames:
            sys.stderr.write("no sound\n")
            return EXIT_NO_SOUND
        Path(part["out"]).write_bytes(to_wav(sound))
    return 0


if __name__ == "__main__":
    sys.exit(main())
