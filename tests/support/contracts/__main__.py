"""`go.py contract`: prints what differs between the code and the golden files of its contracts.

Without an option it compares the code of now with `tests/golden/` and exits with 1 if they differ.
`--accept` writes the golden files anew. `--since REF` compares the golden files with those of a
tag or commit: what a release changes for data, agents, pages and scripts that are in use.
"""

from __future__ import annotations

import argparse
import difflib
import subprocess
import sys
import tempfile
from pathlib import Path

from support.contracts import CONTRACTS, GOLDEN, generate, golden_file

ROOT = GOLDEN.parents[1]


def difference(name: str, before: str, after: str) -> str:
    """Return a unified diff of a contract, "" if nothing changed."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{name} before", f"{name} now", lineterm="", n=2
    )
    return "\n".join(lines)


def of_ref(name: str, ref: str) -> str:
    """Return a golden file as it was in the commit `ref`, "" if it was not there."""
    path = golden_file(name).relative_to(ROOT)
    shown = subprocess.run(
        ["git", "show", f"{ref}:{path}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return shown.stdout


def golden(name: str) -> str:
    """Return a golden file's text, "" if there is none yet."""
    path = golden_file(name)
    return path.read_text(encoding="utf-8") if path.exists() else ""


def now(name: str) -> str:
    """Return a contract as the code has it now."""
    with tempfile.TemporaryDirectory(prefix="contract-") as folder:
        return generate(name, Path(folder))


def main() -> int:
    """Compare, print, and write if it is asked for."""
    made = argparse.ArgumentParser(prog="go.py contract", description=__doc__)
    made.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CONTRACTS)}")
    made.add_argument("--accept", action="store_true", help="write the golden files anew")
    made.add_argument("--since", metavar="REF", help="compare with a tag or commit")
    options = made.parse_args()
    names = options.names or list(CONTRACTS)
    if unknown := sorted(set(names) - set(CONTRACTS)):
        made.error(f"no contract {', '.join(unknown)}")
    changed = 0
    for place, name in enumerate(names, 1):
        print(f"\r{place} of {len(names)} {name:20}", end="", file=sys.stderr, flush=True)
        before = of_ref(name, options.since) if options.since else golden(name)
        after = golden(name) if options.since else now(name)
        if before != after:
            changed += 1
            print(f"\n{difference(name, before, after)}")
            if options.accept and not options.since:
                golden_file(name).write_text(after, encoding="utf-8")
    print(f"\r{changed} of {len(names)} contracts changed{' ' * 20}")
    return 1 if changed and not (options.accept or options.since) else 0


if __name__ == "__main__":
    sys.exit(main())
