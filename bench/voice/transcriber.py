"""Recogniser process: transcribes WAVs with Whisper base in an environment of its own.

`bench.voice.recognition` runs it. Argument: the model's folder. It reads lines of JSON (`file`,
`lang`) and writes one line of JSON each: the transcript in simplified Chinese, and the pinyin of
each of its characters. The model gets no hint.
"""

from __future__ import annotations

import json
import sys

from faster_whisper import WhisperModel
from opencc import OpenCC
from pypinyin import lazy_pinyin


def main() -> int:
    """Transcribe every file of standard input."""
    model = WhisperModel(
        sys.argv[1], device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True
    )
    simplified = OpenCC("t2s")
    for line in sys.stdin:
        request = json.loads(line)
        parts, _ = model.transcribe(
            request["file"],
            language=request["lang"],
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        text = simplified.convert("".join(part.text for part in parts).strip())
        transcript = {"text": text, "sounds": [lazy_pinyin(sign)[0] for sign in text]}
        print(json.dumps(transcript, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
