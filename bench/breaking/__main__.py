"""Fault injection command `python3 go.py break`: breaks a hall and verifies its history.

It prints the results. The exit code is 1 when a promise was broken. `--seed` repeats the plan of a
run: which fault follows after how many actions. The scheduling of the machine's threads differs
every time.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from datetime import datetime
from pathlib import Path

from bench.breaking.evidence import BOARD_WITHIN
from bench.breaking.faults import WORKERS
from bench.breaking.history import count_by_kind
from bench.breaking.player import SIDE_BY_SIDE, Plan, names, play
from bench.breaking.run import Outcome
from bench.breaking.soak import soak

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"
KILLS = 500
SHOWN = 20


def options() -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="go.py break", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="which plan to play (1)")
    parser.add_argument("--kills", type=int, default=KILLS, help=f"how many kills ({KILLS})")
    parser.add_argument("--minutes", type=float, help="begin nothing new after so many minutes")
    parser.add_argument("--only", nargs="+", metavar="FAULT", help="only these; see --list")
    parser.add_argument("--list", action="store_true", help="show the faults and stop")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--out", type=Path, help="where the result goes (bench/results)")
    parser.add_argument("--soak", type=int, metavar="DAYS", help="instead: so many days in a row")
    parser.add_argument(
        "--workers", type=int, help=f"only the fault `workers`, so many ({WORKERS})"
    )
    parser.add_argument("--one-by-one", action="store_true", help="never two halls side by side")
    return parser.parse_args()


def main() -> int:
    """Play the requested faults; return 1 when a promise was broken."""
    args = options()
    if args.list:
        for name, text in names():
            print(f"{name:14} {text}")
        return 0
    if args.soak:
        return soak(args.soak, args.seed, args.out or RESULTS, args.minutes or 0.0)
    width = 1 if args.one_by_one else SIDE_BY_SIDE
    only = args.only or (("workers",) if args.workers else ())
    workers, minutes = max(2, args.workers or WORKERS), args.minutes or 0.0
    plan = Plan(args.seed, args.kills, args.database, only, minutes, width, workers)
    start, outcomes = time.monotonic(), []
    try:
        for (name, seed, count), outcome in play(plan):
            outcomes.append(outcome)
            what = f"{name}, seed {seed}" + (f", {count} kills" if count > 1 else "")
            result = outcome.skipped or f"{len(outcome.violations)} violations"
            print(f"  {what}: {outcome.acks} acts, {result}, {outcome.seconds:.0f} s", flush=True)
    except ValueError as error:
        print(f"no such fault: {error}; see --list", file=sys.stderr)
        return 2
    _table(outcomes, time.monotonic() - start)
    _write(args, outcomes, time.monotonic() - start)
    return int(any(o.violations for o in outcomes))


# -- output ----------------------------------------------------------------------------------------


def _table(outcomes: list[Outcome], seconds: float) -> None:
    print(f"\n{'run':14} {'faults':>7} {'acts':>7} {'violations':>11} {'seconds':>8}")
    for name in dict.fromkeys(o.name for o in outcomes):
        rows = [o for o in outcomes if o.name == name]
        faults = sum(sum(o.faults.values()) for o in rows)
        acts, wrong = sum(o.acks for o in rows), sum(len(o.violations) for o in rows)
        took = sum(o.seconds for o in rows)
        skip_note = rows[0].skipped and f"  skipped: {rows[0].skipped}"
        print(f"{name:14} {faults:7} {acts:7} {wrong:11} {took:8.0f}{skip_note}")
    print(
        f"{'all':14} {sum(sum(o.faults.values()) for o in outcomes):7} "
        f"{sum(o.acks for o in outcomes):7} {sum(len(o.violations) for o in outcomes):11} "
        f"{seconds:8.0f}"
    )
    for outcome in outcomes:
        for note in outcome.notes:
            print(f"  {outcome.name}: {note}")
    for outcome in outcomes:
        for violation in outcome.violations[:SHOWN]:
            print(f"  VIOLATED {outcome.name}: {violation.kind}: {violation.text}")


def _write(args: argparse.Namespace, outcomes: list[Outcome], seconds: float) -> None:
    folder = args.out or RESULTS
    folder.mkdir(parents=True, exist_ok=True)
    kinds: dict[str, int] = {}
    for outcome in outcomes:
        for fault, times in outcome.faults.items():
            kinds[fault] = kinds.get(fault, 0) + times
    result = {
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "machine": f"{platform.machine()} {platform.system()} Python {platform.python_version()}",
        "seed": args.seed,
        "database": args.database,
        "seconds": round(seconds),
        "faults": dict(sorted(kinds.items())),
        "acts": sum(o.acks for o in outcomes),
        "violations": count_by_kind([v for o in outcomes for v in o.violations]),
        "board_within_seconds": BOARD_WITHIN,
        "runs": [
            {
                "name": o.name,
                "acts": o.acks,
                "faults": sum(o.faults.values()),
                "violations": [f"{v.kind}: {v.text}" for v in o.violations[:SHOWN]],
                "seconds": round(o.seconds),
                "skipped": o.skipped,
            }
            for o in outcomes
        ],
    }
    names = [
        f"{datetime.now().astimezone():%Y-%m-%d}",
        *(args.only or (["workers"] if args.workers else [])),
    ]
    path = folder / f"break-{'-'.join(names)}.json"
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    print(f"\n{path}")


if __name__ == "__main__":
    sys.exit(main())
