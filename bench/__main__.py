"""Benchmark command `python3 go.py bench`: every figure next to its own reference, in one table.

Each group starts the processes that it needs on the loopback, in a temporary folder, and stops
them. Nothing is asserted: the exit code tells only whether the measuring worked.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.harness import Run
from bench.table import BY_NAME, TARGETS, Figure, markdown, save

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Group:
    """Module of `bench` with `measure(run)`, and the names of the figures that it returns."""

    name: str
    module: str
    figures: tuple[str, ...]


GROUPS = (
    Group("tickets", "bench.tickets", ("tickets", "tickets-slow")),
    Group("choosing", "bench.next_ticket", ("choose", "choose-memory")),
    Group("http", "bench.http", ("http", "http-p99", "cpu-ticket", "cpu-call", "kiosk-alone")),
    Group("boards", "bench.boards", ("board-idle", "board-busy")),
    Group(
        "crowd",
        "bench.many_boards",
        ("board-cpu", "screen-memory", "screens-memory", "boards-resting"),
    ),
    Group("paint", "bench.browser_paint", ("painted", "heap")),
    Group("felt", "bench.felt", ("press-paper", "call-sound", "sign-in-call")),
    Group(
        "first-paint",
        "bench.first_paint",
        tuple(
            f"paint-{page}-{state}"
            for page in ("kiosk", "board", "phone", "counter")
            for state in ("cold", "warm")
        ),
    ),
    Group("ratings", "bench.ratings", ("rating-given", "ratings-list")),
    Group(
        "cases",
        "bench.cases",
        ("cases-due", "cases-wall", "cases-list", "cases-unit", "cases-desk", "cases-calendar"),
    ),
    Group(
        "case-rooms",
        "bench.case_rooms",
        (
            *("fees-desk", "fees-unpaid", "fees-day", "fees-month", "issuing-desk"),
            *("issuing-unit", "joint-wall", "joint-parts", "assistance-list", "green-desk"),
        ),
    ),
    Group("reports", "bench.reports", ("report-month",)),
    Group(
        "assessment",
        "bench.assessment",
        (
            "assess-year-first",
            "assess-year-open",
            "assess-person-open",
            "assess-year",
            "assess-person",
            "assess-month",
            "assess-year-later",
            "assess-person-later",
        ),
    ),
    Group("history", "bench.history", ("history-act", "history-start")),
)
SEPARATE = {
    "attendance": "bench.attendance",
    "terminal-backlog": "bench.time_clock_backlog",
    "province": "bench.province",
    "voice": "bench.voice.recognition",
    "voice-bank": "bench.voice.render_bank",
    "voice-burst": "bench.voice.burst",
    "waits": "bench.waits",
    "bookings": "bench.bookings",
    "bursts": "bench.bursts",
    "clock": "bench.clock",
    "signs": "bench.case_signs",
}
"""Programs with tables of their own; they run only when they are named."""
MOST_ROUNDS = 5
"""Maximum number of rounds: a unit has 999 numbers per day, and more rounds would use them up."""


def figure_list() -> str:
    """Return every figure with its group and target, then the separate programs."""
    of = {figure: group.name for group in GROUPS for figure in group.figures}
    lines = [f"{w.name:<18}{of[w.name]:<10}{w.text:<9}  {w.what}" for w in TARGETS]
    return "\n".join([*lines, *(f"{name:<18}apart" for name in SEPARATE)])


def select_groups(names: list[str]) -> list[Group]:
    """Return the groups with these names (of a group or of a figure); all groups for no name.

    Raises SystemExit for an unknown name.
    """
    unknown = set(names) - {g.name for g in GROUPS} - set(BY_NAME) - set(SEPARATE)
    if unknown:
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; --list names them")
    if not names:
        return list(GROUPS)
    return [g for g in GROUPS if g.name in names or set(g.figures) & set(names)]


def measure(groups: list[Group], run: Run) -> tuple[list[Figure], list[str]]:
    """Return the figures of these groups in table order, and the names of the failed groups."""
    figures: list[Figure] = []
    failed: list[str] = []
    for group in groups:
        start = time.monotonic()
        print(f"{group.name} …", file=sys.stderr, flush=True)
        try:
            module = importlib.import_module(group.module)
            figures += module.measure(run.subfolder(group.name))
        except Exception as error:  # noqa: BLE001 - the other groups are measured all the same
            print(f"{group.name} failed: {error!r}", file=sys.stderr, flush=True)
            failed.append(group.name)
        print(f"{group.name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    order = [target.name for target in TARGETS]
    return sorted(figures, key=lambda figure: order.index(figure.name)), failed


def machine_facts() -> dict[str, Any]:
    """Return the facts of the machine that a reader of the table needs."""
    return {
        "at": datetime.now().astimezone().isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="go.py bench", description=(__doc__ or "").splitlines()[0])
    top.add_argument("--only", nargs="+", default=[], metavar="NAME", help="groups or figures")
    rounds = range(1, MOST_ROUNDS + 1)
    top.add_argument("--rounds", type=int, default=MOST_ROUNDS, choices=rounds, metavar="N",
                      help=f"rounds of each measure (at most {MOST_ROUNDS})")  # fmt: skip
    top.add_argument("--quick", action="store_true", help="tiny numbers: does it run at all?")
    top.add_argument("--list", action="store_true", help="name every figure and its target")
    top.add_argument("--out", type=Path, default=ROOT / "bench" / "results", metavar="DIR")
    return top


def main() -> int:
    """Measure and print."""
    top = parser()
    args, more = top.parse_known_args()
    if args.list:
        print(figure_list())
        return 0
    groups = select_groups(args.only)
    apart = [name for name in args.only if name in SEPARATE]
    if more and not apart:
        top.error(f"unknown: {' '.join(more)}")
    bad = 0
    for name in apart:
        sys.argv = [SEPARATE[name], *more]
        bad |= importlib.import_module(SEPARATE[name]).main() or 0
    if args.only and not groups:
        return bad
    facts = machine_facts()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        run = Run(Path(folder), args.rounds, args.quick)
        figures, failed = measure(groups, run)
    print(markdown(figures))
    missed = [figure.name for figure in figures if not figure.met]
    print(f"\n{len(figures) - len(missed)} of {len(figures)} met; not met: {missed or 'none'}")
    facts |= {"rounds": run.rounds, "quick": run.quick, "failed": failed}
    day = datetime.now().astimezone().date().isoformat()
    whole = day if not args.only else f"{day}-{'-'.join(args.only)}"
    for path in save(args.out, whole, figures, facts):
        print(path)
    return 1 if failed else bad


if __name__ == "__main__":
    sys.exit(main())
