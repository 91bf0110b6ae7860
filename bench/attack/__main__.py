"""Attack command `python -m bench.attack`: attacks a hall of its own and prints the results.

The exit code is 1 when something was found. `--seed` repeats a run; `--examples` sets its length.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bench.attack import api, codecs, files, flood, link_walk, live_connections, random_walk, tokens
from bench.attack.tally import Tally, table

PARTS: dict[str, Callable[[argparse.Namespace], Tally]] = {
    "api": lambda args: api.attack(args.seed, args.examples),
    "links": lambda args: link_walk.attack(args.seed, args.examples * 2),
    "addresses": lambda _: api.paths(),
    "walks": lambda args: random_walk.attack(args.seed, args.examples * 2),
    "lines": lambda args: live_connections.attack(args.seed, args.examples * 50, args.silent),
    "tokens": lambda args: tokens.attack(args.seed, args.examples * 20),
    "codecs": lambda args: codecs.attack(args.seed, args.examples * 500),
    "files": lambda _: files.attack(),
    "flood": lambda _: flood.attack(),
}


def main() -> int:
    """Attack; return 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.attack", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="repeats a run (1)")
    parser.add_argument("--examples", type=int, default=10, help="how much of each (10)")
    parser.add_argument("--silent", type=int, default=1000, help="lines that never speak (1000)")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--out", type=Path, metavar="DIR", help="also write the table there")
    args = parser.parse_args()
    # openpyxl warns about the parts of a hostile file that it skips.
    warnings.filterwarnings("ignore", module="openpyxl")
    tallies: list[Tally] = []
    for name in args.only:
        start = time.monotonic()
        tallies.append(PARTS[name](args))
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    print(table(tallies))
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
        path = args.out / f"attack-{datetime.now().astimezone():%Y-%m-%d}.md"
        path.write_text(f"`--seed {args.seed} --examples {args.examples}`\n\n{table(tallies)}\n")
        print(path)
    return 1 if any(tally.finds for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
