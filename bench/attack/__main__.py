"""`python -m bench.attack`: attacks a hall of its own and prints what came of it.

Ends with 1 when something was found. `--seed` repeats a run; `--examples` is how long it takes.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bench.attack import api, codecs, files, flood, lines, linked, tokens, walks
from bench.attack.tally import Tally, table

PARTS: dict[str, Callable[[argparse.Namespace], Tally]] = {
    "api": lambda asked: api.attack(asked.seed, asked.examples),
    "links": lambda asked: linked.attack(asked.seed, asked.examples * 2),
    "addresses": lambda _: api.paths(),
    "walks": lambda asked: walks.attack(asked.seed, asked.examples * 2),
    "lines": lambda asked: lines.attack(asked.seed, asked.examples * 50, asked.silent),
    "tokens": lambda asked: tokens.attack(asked.seed, asked.examples * 20),
    "codecs": lambda asked: codecs.attack(asked.seed, asked.examples * 500),
    "files": lambda _: files.attack(),
    "flood": lambda _: flood.attack(),
}


def main() -> int:
    """Attack; 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.attack", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="repeats a run (1)")
    parser.add_argument("--examples", type=int, default=10, help="how much of each (10)")
    parser.add_argument("--silent", type=int, default=1000, help="lines that never speak (1000)")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--out", type=Path, metavar="DIR", help="also write the table there")
    asked = parser.parse_args()
    # openpyxl warns of what it passes over in a hostile file.
    warnings.filterwarnings("ignore", module="openpyxl")
    tallies: list[Tally] = []
    for name in asked.only:
        begun = time.monotonic()
        tallies.append(PARTS[name](asked))
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    print(table(tallies))
    if asked.out is not None:
        asked.out.mkdir(parents=True, exist_ok=True)
        path = asked.out / f"attack-{datetime.now().astimezone():%Y-%m-%d}.md"
        path.write_text(f"`--seed {asked.seed} --examples {asked.examples}`\n\n{table(tallies)}\n")
        print(path)
    return 1 if any(tally.finds for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
