"""In which order workers side by side run the tests: what takes long first, whole files together.

`--dist worksteal` gives each worker an equal, unbroken part of the list; who is done takes from the
end of another's. So each part begins with its share of the long files, which nobody then cuts in
two (a file's hall would be started twice), and ends with short tests, which even out the end.
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
    "tests/past/": 35,
    "tests/services/test_machine.py": 20,
    "tests/browser/test_board.py": 25,
    "tests/browser/test_dead_time.py": 25,
    "tests/browser/test_kiosk.py": 25,
    "tests/browser/test_without_server.py": 25,
    "tests/browser/": 12,
    "tests/bench/": 12,
}
"""Roughly what a file takes; a folder's name stands for each of its files that has no line."""
SHARED = "tests/past/"
"""The files of this folder share one hall that takes long to make."""


def dealt(items: Sequence[T], path: Callable[[T], str], workers: int) -> list[T]:
    """The same items, in as many parts of equal number as there are workers."""
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
    whole: list[T] = []
    for number, part in enumerate(parts):
        after = sum(len(other) for other in parts[number + 1 :])
        size = (len(part) + after + len(short)) // (workers - number)
        room = max(0, size - len(part))
        whole += part + short[:room]
        short = short[room:]
    return whole


def seconds(file: str) -> int:
    """Roughly what a file takes; 0 for a short one."""
    return SECONDS.get(file) or SECONDS.get(f"{file.rpartition('/')[0]}/", 0)
