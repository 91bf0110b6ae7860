"""`go.py mutate`: counts the mutants of the rules that the tests in `tests/rules` kill.

Without an argument it takes every module that the import contract "rules are pure" names; with
arguments those modules (`server.queue`, `server/queue/routing.py`, `routing`). It prints for each
module the mutants, those killed, survived and equivalent, and the share killed of those that can be
killed, and exits with 1 if a room is below 95 %.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from support.mutation.equivalents import Equivalent, read_list
from support.mutation.mutants import ROOT, Mutant, copy_tree, mutate_module, rule_modules

FOLDER = ROOT / ".cache" / "mutation"
LEAST_PER_CENT = 95.0
MOST_PROCESSES = 2
MOST_SECONDS = 3600
PLUGINS_OFF = ("cacheprovider", "xdist", "schemathesis", "faulthandler")
KILLED = ("killed", "timeout")


def wanted_modules(words: Sequence[str]) -> list[str]:
    """Return the modules that the words name; raise ValueError if a word names no rules."""
    modules = rule_modules()
    if not words:
        return modules
    wanted = set()
    for word in words:
        name = word.removesuffix(".py").replace("/", ".").strip(".")
        matches = [module for module in modules if f".{name}." in f".{module}."]
        if not matches:
            raise ValueError(f"no rules in {word}; there are {', '.join(modules)}")
        wanted |= set(matches)
    return sorted(wanted)


def run_mutants(
    mutants: Sequence[Mutant], tests: Sequence[str], processes: int, folder: Path
) -> dict[str, str]:
    """Return the outcome of each mutant by its name."""
    tree = folder / "tree"
    names, results = folder / "mutants.json", folder / "results.json"
    names.write_text(json.dumps([mutant.name for mutant in mutants]))
    results.unlink(missing_ok=True)
    env = dict(os.environ) | {"PYTHONHASHSEED": "0"}
    env["PYTHONPATH"] = os.pathsep.join([str(tree), str(tree / "tests"), *tool_paths()])
    # Without these two pytest looks for its settings above the files that the options name.
    argv = [sys.executable, "-m", "pytest", f"--rootdir={tree}", "-c", str(tree / "pyproject.toml")]
    argv += ["-q", "--noconftest", "--tb=short", *tests]
    argv += [word for name in PLUGINS_OFF for word in ("-p", f"no:{name}")]
    argv += ["-p", "support.mutation.plugin", "--mutant-processes", str(processes)]
    argv += ["--mutants", str(names), "--mutant-results", str(results)]
    log = folder / "pytest.log"
    with log.open("w") as out:
        subprocess.run(argv, cwd=tree, env=env, stdout=out, timeout=MOST_SECONDS, check=False)
    if not results.exists():
        print(log.read_text())
        raise RuntimeError("the tests fail without any mutant")
    outcomes: dict[str, str] = json.loads(results.read_text())
    return outcomes


def tool_paths() -> list[str]:
    """Return the entries of the path that lead to mutmut."""
    return [path for path in sys.path if (Path(path) / "mutmut").is_dir()]


def stale_entries(
    entries: Sequence[Equivalent], mutants: Sequence[Mutant], outcomes: dict[str, str]
) -> list[str]:
    """Return the entries of the list that cover no mutant, or only mutants that a test kills."""
    modules = {mutant.module for mutant in mutants}
    states = {
        (mutant.module, mutant.function, mutant.before, mutant.after): outcomes[mutant.name]
        for mutant in sorted(
            mutants, key=lambda mutant: outcomes[mutant.name] in KILLED, reverse=True
        )
    }
    stale = []
    for entry in entries:
        if entry.module not in modules:
            continue
        for after in entry.after:
            outcome = states.get((entry.module, entry.function, entry.before, after))
            if outcome is None or outcome in KILLED:
                state = "does not exist" if outcome is None else "is killed"
                stale.append(f"{entry.module} {entry.function}: {after!r} {state}")
    return stale


def table_line(name: str, counts: Counter[str]) -> str:
    """Return the line of a module, a room or the total."""
    total = counts.total()
    killed = sum(counts[outcome] for outcome in KILLED)
    survived = counts["survived"] + counts["not reached"]
    numbers = f"{total:7d} {killed:7d} {survived:9d} {counts['equivalent']:11d}"
    return f"{name:38s} {numbers} {per_cent(counts):6.1f} %"


def per_cent(counts: Counter[str]) -> float:
    """Return the share of the mutants killed, of those that are not equivalent."""
    countable = counts.total() - counts["equivalent"]
    return 100 * sum(counts[outcome] for outcome in KILLED) / countable if countable else 100.0


def room(module: str) -> str:
    """Return the package of a room: `server.queue` for `server.queue.offline.lease_rules`."""
    return ".".join(module.split(".")[:2])


def report(
    mutants: Sequence[Mutant],
    outcomes: dict[str, str],
    entries: Sequence[Equivalent],
    *,
    show: bool,
) -> bool:
    """Print the table; return True if every room reaches the share."""
    survivors = []
    modules: dict[str, Counter[str]] = {}
    for mutant in mutants:
        outcome = outcomes[mutant.name]
        if outcome not in KILLED:
            if any(entry.covers(mutant) for entry in entries):
                outcome = "equivalent"
            else:
                survivors.append((mutant, outcome))
        modules.setdefault(mutant.module, Counter())[outcome] += 1
    if show:
        for mutant, outcome in survivors:
            path = mutant.module.replace(".", "/") + ".py"
            print(f"{path}:{mutant.line} {mutant.function} ({outcome})")
            print("".join(f"    - {line}\n" for line in mutant.before.splitlines()), end="")
            print("".join(f"    + {line}\n" for line in mutant.after.splitlines()))
    print(f"{'':38s} mutants  killed  survived  equivalent  killed")
    rooms: dict[str, Counter[str]] = {}
    for module, counts in sorted(modules.items()):
        print(table_line(module, counts))
        rooms.setdefault(room(module), Counter()).update(counts)
    print()
    for name, counts in sorted(rooms.items()):
        print(table_line(name, counts))
    print(table_line("all", sum(rooms.values(), Counter())))
    stale = stale_entries(entries, mutants, outcomes)
    for text in stale:
        print(f"equivalent_mutants.toml: {text}")
    return not stale and all(per_cent(counts) >= LEAST_PER_CENT for counts in rooms.values())


def main() -> int:
    """Make the mutants, run them, and print the table."""
    parser = argparse.ArgumentParser(prog="go.py mutate", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="rules to mutate; all")
    parser.add_argument("--show", action="store_true", help="print each mutant that survived")
    parser.add_argument(
        "--processes", type=int, default=MOST_PROCESSES, choices=range(1, MOST_PROCESSES + 1)
    )
    parser.add_argument(
        "--tests", action="append", metavar="PATH", help="tests to run (tests/rules); repeatable"
    )
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="folder of the copied tree (.cache/mutation)"
    )
    options = parser.parse_args()
    start = time.monotonic()
    try:
        modules = wanted_modules(options.modules)
    except ValueError as error:
        parser.error(str(error))
    tree = options.folder.absolute() / "tree"
    copy_tree(tree)
    mutants = [mutant for module in modules for mutant in mutate_module(module, tree)]
    tests = options.tests or ["tests/rules"]
    outcomes = run_mutants(mutants, tests, options.processes, tree.parent)
    good = report(mutants, outcomes, read_list(), show=options.show)
    print(f"{len(mutants)} mutants in {time.monotonic() - start:.0f} s")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
