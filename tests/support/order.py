"""Order of the tests for parallel workers: long tests first, whole files together.

`--dist worksteal` gives each worker an equal, contiguous part of the list; a worker that is done
takes tests from the end of another's part. So each part begins with its share of the long files,
which then are not split (a file's hall would be started twice), and ends with short tests, which
even out the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
SECONDS = {
    "tests/integration/test_end_to_end.py": 45,
    "tests/integration/test_production.py": 30,
    "tests/integration/test_terminals.py": 25,
    "tests/integration/": 25,
    "tests/demo/": 35,
    "tests/rooms/queue/test_ticket_state_machine.py": 25,
    "tests/rooms/queue/test_snapshot_of_every_act.py": 35,
    "tests/rooms/leave/test_workflow_machine.py": 10,
    "tests/rooms/test_hello.py": 18,
    "tests/browser/test_board.py": 25,
    "tests/browser/test_dead_time.py": 25,
    "tests/browser/test_kiosk.py": 25,
    "tests/browser/test_without_server.py": 25,
    "tests/browser/": 12,
    "tests/bench/": 12,
}
"""Approximate seconds of a file.

A folder's name stands for each of its files without a line here.
"""
SHARED = "tests/demo/"
"""Folder whose files share one hall that takes long to make."""


def distribute(items: Sequence[T], path: Callable[[T], str], workers: int) -> list[T]:
    """Return the same items, ordered in `workers` parts of equal number."""
    long: dict[str, list[T]] = {}
    short: list[T] = []
    for item in items:
        file = path(item)
        if seconds(file):
            long.setdefault(SHARED if file.startswith(SHARED) else file, []).append(item)
        else:
            short.append(item)
    parts: list[list[T]] = [[] for _ in range(workers)]
    loads = [0] * workers
    for file, tests in sorted(long.items(), key=lambda entry: -seconds(entry[0])):
        least = loads.index(min(loads))
        parts[least] += tests
        loads[least] += seconds(file)
    ordered: list[T] = []
    for number, part in enumerate(parts):
        after = sum(len(other) for other in parts[number + 1 :])
        size = (len(part) + after + len(short)) // (workers - number)
        room = max(0, size - len(part))
        ordered += part + short[:room]
        short = short[room:]
    return ordered


def seconds(file: str) -> int:
    """Return approximate seconds of a file; 0 for a short one."""
    return SECONDS.get(file) or SECONDS.get(f"{file.rpartition('/')[0]}/", 0)
