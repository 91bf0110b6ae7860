"""`python3 go.py bench`: every figure beside its own reference, in one table.

Each group starts what it needs in processes of its own on the loopback, in a temporary folder, and
ends it. Nothing is asserted here and the exit code says only whether the measuring worked.
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

from bench.run import Run
from bench.table import BY_NAME, WISHES, Figure, markdown, save

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Group:
    """A module of `bench` with `measure(run)`, and the figures it gives."""

    name: str
    module: str
    figures: tuple[str, ...]


GROUPS = (
    Group("tickets", "bench.tickets", ("tickets", "tickets-slow")),
    Group("choosing", "bench.choosing", ("choose",)),
    Group("http", "bench.http", ("http", "http-p99", "cpu-ticket", "cpu-call", "kiosk-alone")),
    Group("boards", "bench.boards", ("board-idle", "board-busy")),
    Group(
        "crowd",
        "bench.crowd",
        ("board-cpu", "screen-memory", "screens-memory", "boards-resting"),
    ),
    Group("paint", "bench.paint", ("painted", "heap")),
    Group("history", "bench.history", ("history-act", "history-start")),
)
APART = {
    "attendance": "bench.attendance",
    "terminal-backlog": "bench.terminal_backlog",
    "province": "bench.province",
    "voice": "bench.voice.understood",
    "voice-bank": "bench.voice.bank",
    "voice-burst": "bench.voice.burst",
}
"""Programs with tables of their own, run when they are named."""
MOST_ROUNDS = 5
"""A hall's day has 999 numbers for each unit; more rounds would use them up."""


def listed() -> str:
    """Every figure with its group and target, then the programs apart."""
    of = {figure: group.name for group in GROUPS for figure in group.figures}
    lines = [f"{w.name:<18}{of[w.name]:<10}{w.target:<9}  {w.what}" for w in WISHES]
    return "\n".join([*lines, *(f"{name:<18}apart" for name in APART)])


def chosen(names: list[str]) -> list[Group]:
    """The groups of these names (of a group or of a figure); all for none. Raises SystemExit."""
    unknown = set(names) - {g.name for g in GROUPS} - set(BY_NAME) - set(APART)
    if unknown:
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; --list names them")
    if not names:
        return list(GROUPS)
    return [g for g in GROUPS if g.name in names or set(g.figures) & set(names)]


def measure(groups: list[Group], run: Run) -> tuple[list[Figure], list[str]]:
    """The figures of these groups in the order of the table, and the groups that failed."""
    found: list[Figure] = []
    failed: list[str] = []
    for group in groups:
        begun = time.monotonic()
        print(f"{group.name} …", file=sys.stderr, flush=True)
        try:
            module = importlib.import_module(group.module)
            found += module.measure(run.apart(group.name))
        except Exception as error:  # noqa: BLE001 - the other groups are measured all the same
            print(f"{group.name} failed: {error!r}", file=sys.stderr, flush=True)
            failed.append(group.name)
        print(f"{group.name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    order = [wish.name for wish in WISHES]
    return sorted(found, key=lambda figure: order.index(figure.name)), failed


def about() -> dict[str, Any]:
    """What a reader must know of the machine."""
    return {
        "at": datetime.now().astimezone().isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="go.py bench", description=(__doc__ or "").splitlines()[0])
    made.add_argument("--only", nargs="+", default=[], metavar="NAME", help="groups or figures")
    rounds = range(1, MOST_ROUNDS + 1)
    made.add_argument("--rounds", type=int, default=MOST_ROUNDS, choices=rounds, metavar="N",
                      help=f"rounds of each measure (at most {MOST_ROUNDS})")  # fmt: skip
    made.add_argument("--quick", action="store_true", help="tiny numbers: does it run at all?")
    made.add_argument("--list", action="store_true", help="name every figure and its target")
    made.add_argument("--out", type=Path, default=ROOT / "bench" / "results", metavar="DIR")
    return made


def main() -> int:
    """Measure and print."""
    made = parser()
    asked, more = made.parse_known_args()
    if asked.list:
        print(listed())
        return 0
    groups = chosen(asked.only)
    apart = [name for name in asked.only if name in APART]
    if more and not apart:
        made.error(f"unknown: {' '.join(more)}")
    bad = 0
    for name in apart:
        sys.argv = [APART[name], *more]
        bad |= importlib.import_module(APART[name]).main() or 0
    if asked.only and not groups:
        return bad
    what = about()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        run = Run(Path(folder), asked.rounds, asked.quick)
        figures, failed = measure(groups, run)
    print(markdown(figures))
    missed = [figure.name for figure in figures if not figure.met]
    print(f"\n{len(figures) - len(missed)} of {len(figures)} met; not met: {missed or 'none'}")
    what |= {"rounds": run.rounds, "quick": run.quick, "failed": failed}
    day = datetime.now().astimezone().date().isoformat()
    whole = day if not asked.only else f"{day}-{'-'.join(asked.only)}"
    for path in save(asked.out, whole, figures, what):
        print(path)
    return 1 if failed else bad


if __name__ == "__main__":
    sys.exit(main())
