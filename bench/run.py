"""What every measure is told: where it may write, how many rounds, whether only to try itself."""

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
    """One run of the benchmarks."""

    folder: Path
    rounds: int
    quick: bool = False

    def apart(self, name: str) -> Run:
        """The same run in a folder of its own."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return replace(self, folder=folder)

    def many(self, number: int, quick: int) -> int:
        """`number`, or `quick` of a run that only tries itself."""
        return quick if self.quick else number


@contextmanager
def steady() -> Iterator[None]:
    """No collections of garbage while something is timed in this process."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used, all its threads, to the nanosecond (Linux)."""
    # The kernel's own name for another process's CPU clock: clock_getcpuclockid(3).
    return time.clock_gettime((~pid << 3) | 2)


def resident(pid: int) -> int:
    """Bytes of a process that are its own: resident, without what it shares with others."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == "Rss":
            return int(rest.split()[0]) * 1024
    raise LookupError(pid)


class Child:
    """A process of its own that answers one line of JSON with another, and ends with its input."""

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

    def ask(self, **asked: Any) -> Any:
        """Send one question and wait for its answer; raises EOFError when the child has died."""
        self.tell(**asked)
        return self.told()

    def tell(self, **asked: Any) -> None:
        """Send one question; `told` takes the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()

    def told(self) -> Any:
        """The next answer."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise EOFError(f"{self._module} has died")
        return json.loads(line)

    def close(self) -> None:
        """End its input and wait; a child that stays is killed."""
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


def answer(act: Callable[[dict[str, Any]], Any]) -> None:
    """A child's own loop: each line of its input is a question for `act`."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(act(json.loads(line))) + "\n")
        sys.stdout.flush()
