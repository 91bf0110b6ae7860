"""Count of announcements that a recogniser understands: `python3 go.py bench --only voice`.

Seeded calls, worded by the product, turned into WAVs by its own drivers, heard by Whisper base,
which is fetched when this is run. Prints a table; `--engines`, `--count`, `--seed`, `--misheard`.
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

from bench.voice import hearing
from bench.voice.fetch import environment, recogniser
from devices.voice.clips import BANK, ClipEngine
from devices.voice.engines import Engine, EspeakEngine, Part, system_engine
from devices.voice.wavs import to_wav
from display.announcer import utterance
from server.domain.settings import Settings

LETTERS = "ABCDEFGHJKLMNPQRSTUVWX"
WINDOWS = 30
UNTUNED = 2
"""The seed on whose numbers no clip was chosen; 1, 11 and 12 were used for that."""
ENGINES: dict[str, Callable[[], Engine]] = {
    "clips": lambda: ClipEngine(BANK),
    "espeak": EspeakEngine,
    "pyttsx3": system_engine,
}
FORMS = ("zh", "short", "en")


@dataclass(frozen=True, slots=True)
class Call:
    """A call and its announcement in the forms that the product speaks."""

    number: str
    window: int
    said: dict[str, Part]


def calls(count: int, seed: int) -> Iterator[Call]:
    """Draw calls; every second with 幺 for 1."""
    chance = random.Random(seed)
    for n in range(count):
        number = f"{chance.choice(LETTERS)}{chance.randint(1, 999):03d}"
        window = chance.randint(1, WINDOWS)
        payload = utterance(number, window, "", Settings(voice_one="一幺"[n % 2]))
        said = {part["lang"]: Part(part["lang"], part["text"]) for part in payload["parts"]}
        said["short"] = Part("zh", payload["short"]["text"])
        yield Call(number, window, said)


@dataclass(slots=True)
class Score:
    """Counts of one form: number, window and both understood."""

    digits: int = 0
    window: int = 0
    both: int = 0
    letter: int = 0
    seconds: float = 0.0


def measure(name: str, form: str, drawn: Sequence[Call], misheard: bool) -> Score:
    """Speak, listen and count one form by one engine."""
    engine, score = ENGINES[name](), Score()
    python = environment("listen", built=("opencc-python-reimplemented",))
    with tempfile.TemporaryDirectory(prefix="voice-") as folder:
        orders = []
        for n, call in enumerate(drawn):
            sound = engine.render([call.said[form]])
            score.seconds += sound.seconds / len(drawn)
            file = Path(folder) / f"{n}.wav"
            file.write_bytes(to_wav(sound))
            orders.append(json.dumps({"file": str(file), "lang": call.said[form].lang}))
        words = [str(python), str(Path(__file__).with_name("listen.py")), str(recogniser(python))]
        told = subprocess.run(
            words, input="\n".join(orders) + "\n", text=True, check=True, stdout=subprocess.PIPE
        )
    for call, line in zip(drawn, told.stdout.splitlines(), strict=True):
        heard = json.loads(line)
        found = (
            hearing.english(heard["text"])
            if form == "en"
            else hearing.mandarin(heard["text"], heard["sounds"])
        )
        digits, window = found.number_is(call.number[1:]), found.window == str(call.window)
        score.digits += digits
        score.window += window
        score.both += digits and window
        score.letter += call.number[0] in found.letters
        if misheard and not (digits and window):
            print(f"  {call.number} {call.window}: {heard['text']}", file=sys.stderr)
    return score


def main() -> int:
    """Measure and print."""
    made = argparse.ArgumentParser(prog="go.py bench --only voice", description=__doc__)
    made.add_argument("--count", type=int, default=200, metavar="N")
    made.add_argument("--seed", type=int, default=UNTUNED)
    made.add_argument("--engines", nargs="+", default=["clips"], choices=list(ENGINES))
    made.add_argument("--forms", nargs="+", default=list(FORMS), choices=FORMS)
    made.add_argument("--misheard", action="store_true", help="what was not understood")
    asked = made.parse_args()
    drawn = list(calls(asked.count, asked.seed))
    print("| engine | form | of | digits right | window right | both | letter | mean seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in asked.engines:
        for form in asked.forms:
            s = measure(name, form, drawn, asked.misheard)
            part = f"{s.both} ({100 * s.both / len(drawn):.1f} %)"
            row = [name, form, len(drawn), s.digits, s.window, part, s.letter, f"{s.seconds:.2f}"]
            print("| " + " | ".join(map(str, row)) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
