"""Listens to WAVs with Whisper base; run by `bench.voice.understood` in an environment of its own.

Argument: the model's folder. Reads lines of JSON (`file`, `lang`), writes one line of JSON each:
the text heard, in simplified Chinese, and how each of its signs sounds. No hint is given to it.
"""

from __future__ import annotations

import json
import sys

from faster_whisper import WhisperModel
from opencc import OpenCC
from pypinyin import lazy_pinyin


def main() -> int:
    """Write down what is heard."""
    model = WhisperModel(
        sys.argv[1], device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True
    )
    simplified = OpenCC("t2s")
    for line in sys.stdin:
        asked = json.loads(line)
        found, _ = model.transcribe(
            asked["file"],
            language=asked["lang"],
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        text = simplified.convert("".join(part.text for part in found).strip())
        heard = {"text": text, "sounds": [lazy_pinyin(sign)[0] for sign in text]}
        print(json.dumps(heard, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
