"""Benchmark of understood announcements: `python3 go.py bench --only voice`.

Seeded calls, worded by the product, are rendered to WAVs by its own drivers and transcribed by
Whisper base, which is fetched when this runs. Prints a table; options `--engines`, `--count`,
`--seed`, `--misheard`.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.voice import transcript_parser
from bench.voice.fetch import environment, recogniser
from devices.voice.clips import BANK, ClipEngine
from devices.voice.engines import Engine, EspeakEngine, Part, system_engine
from devices.voice.wavs import to_wav
from display.announcer import utterance
from server.core.settings import Settings

LETTERS = "ABCDEFGHJKLMNPQRSTUVWX"
WINDOWS = 30
UNTUNED = 2
"""Default seed: no clip was chosen on its numbers; 1, 11 and 12 were used for that."""
ENGINES: dict[str, Callable[[], Engine]] = {
    "clips": lambda: ClipEngine(BANK),
    "espeak": EspeakEngine,
    "pyttsx3": system_engine,
}
FORMS = ("zh", "short", "en")


@dataclass(frozen=True, slots=True)
class Call:
    """Call and its announcement in the forms that the product speaks."""

    number: str
    window: int
    forms: dict[str, Part]


def calls(count: int, seed: int) -> Iterator[Call]:
    """Yield random calls; every second one says 幺 for 1."""
    chance = random.Random(seed)
    for n in range(count):
        number = f"{chance.choice(LETTERS)}{chance.randint(1, 999):03d}"
        window = chance.randint(1, WINDOWS)
        payload = utterance(number, window, "", Settings(voice_one="一幺"[n % 2]))
        forms = {part["lang"]: Part(part["lang"], part["text"]) for part in payload["parts"]}
        forms["short"] = Part("zh", payload["short"]["text"])
        yield Call(number, window, forms)


@dataclass(slots=True)
class Score:
    """Counts of one form: number, window and both understood."""

    digits: int = 0
    window: int = 0
    both: int = 0
    letter: int = 0
    seconds: float = 0.0


def measure(name: str, form: str, drawn: Sequence[Call], misheard: bool) -> Score:
    """Render, transcribe and count one form with one engine."""
    engine, score = ENGINES[name](), Score()
    python = environment("transcriber", built=("opencc-python-reimplemented",))
    with tempfile.TemporaryDirectory(prefix="voice-") as folder:
        orders = []
        for n, call in enumerate(drawn):
            sound = engine.render([call.forms[form]])
            score.seconds += sound.seconds / len(drawn)
            file = Path(folder) / f"{n}.wav"
            file.write_bytes(to_wav(sound))
            orders.append(json.dumps({"file": str(file), "lang": call.forms[form].lang}))
        words = [
            str(python),
            str(Path(__file__).with_name("transcriber.py")),
            str(recogniser(python)),
        ]
        transcripts = subprocess.run(
            words, input="\n".join(orders) + "\n", text=True, check=True, stdout=subprocess.PIPE
        )
    for call, line in zip(drawn, transcripts.stdout.splitlines(), strict=True):
        transcript = json.loads(line)
        result = (
            transcript_parser.english(transcript["text"])
            if form == "en"
            else transcript_parser.mandarin(transcript["text"], transcript["sounds"])
        )
        digits, window = result.number_is(call.number[1:]), result.window == str(call.window)
        score.digits += digits
        score.window += window
        score.both += digits and window
        score.letter += call.number[0] in result.letters
        if misheard and not (digits and window):
            print(f"  {call.number} {call.window}: {transcript['text']}", file=sys.stderr)
    return score


def main() -> int:
    """Measure and print."""
    top = argparse.ArgumentParser(prog="go.py bench --only voice", description=__doc__)
    top.add_argument("--count", type=int, default=200, metavar="N")
    top.add_argument("--seed", type=int, default=UNTUNED)
    top.add_argument("--engines", nargs="+", default=["clips"], choices=list(ENGINES))
    top.add_argument("--forms", nargs="+", default=list(FORMS), choices=FORMS)
    top.add_argument("--misheard", action="store_true", help="what was not understood")
    args = top.parse_args()
    drawn = list(calls(args.count, args.seed))
    print("| engine | form | of | digits right | window right | both | letter | mean seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in args.engines:
        for form in args.forms:
            s = measure(name, form, drawn, args.misheard)
            part = f"{s.both} ({100 * s.both / len(drawn):.1f} %)"
            row = [name, form, len(drawn), s.digits, s.window, part, s.letter, f"{s.seconds:.2f}"]
            print("| " + " | ".join(map(str, row)) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
