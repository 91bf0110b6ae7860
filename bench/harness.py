"""Common tools of the benchmarks: run options, child processes, CPU and memory of a process."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the benchmarks: folder to write to, number of rounds, quick trial or not."""

    folder: Path
    rounds: int
    quick: bool = False

    def subfolder(self, name: str) -> Run:
        """Return the same run with a subfolder of its own."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return replace(self, folder=folder)

    def scaled(self, number: int, quick: int) -> int:
        """Return `number`, or `quick` in a quick trial."""
        return quick if self.quick else number


@contextmanager
def gc_paused() -> Iterator[None]:
    """Disable garbage collection of this process while something is timed."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def cpu_of(pid: int) -> float:
    """Return the CPU seconds that a process has used, all threads, to the nanosecond (Linux)."""
    # The kernel's clock id of another process's CPU clock: clock_getcpuclockid(3).
    return time.clock_gettime((~pid << 3) | 2)


def resident(pid: int) -> int:
    """Return the resident memory of a process in bytes (Rss of smaps_rollup)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, empty_hall = line.partition(":")
        if name == "Rss":
            return int(empty_hall.split()[0]) * 1024
    raise LookupError(pid)


class Child:
    """Child process that answers each line of JSON with another and ends with its input."""

    def __init__(self, module: str, *argv: str) -> None:
        self._module = module
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *argv],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        )
        self.pid = self._process.pid

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_ended: object) -> None:
        self.close()

    def request(self, **request: Any) -> Any:
        """Send one request and return its reply. Raises EOFError when the child has died."""
        self.send(**request)
        return self.receive()

    def send(self, **request: Any) -> None:
        """Send one request; `receive` returns the reply."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def receive(self) -> Any:
        """Return the next reply."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise EOFError(f"{self._module} has died")
        return json.loads(line)

    def close(self) -> None:
        """Close the child's input and wait; kill a child that does not end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def serve_requests(act: Callable[[dict[str, Any]], Any]) -> None:
    """Run the loop of a child process: pass each line of input to `act` and print its result."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(act(json.loads(line))) + "\n")
        sys.stdout.flush()
