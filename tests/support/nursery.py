"""Bears halls' servers quickly: everything is imported once for a session, each server is a fork.

Importing costs a server two thirds of its start, and the tests start sixty of them. A server from
here is a process like any other: it has its own memory, kill -9 takes all it had, and the workers
of several are started from nothing, as `hall serve` does. `Nursery` is the tests' end,
`hall_process` the other. All that was born ends with the nursery, the nursery with the tests.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

ROOT = Path(__file__).resolve().parents[2]


class Born:
    """A process that was born elsewhere, in the words of subprocess.Popen."""

    def __init__(self, pid: int, stdout: IO[str]) -> None:
        self.pid, self.stdout = pid, stdout
        self._watch = os.pidfd_open(pid)  # the nursery keeps the dead until it is asked again
        self._over = False

    def poll(self) -> int | None:
        """0 when it has ended, however; its own end is not told."""
        if not self._over and select.select([self._watch], [], [], 0)[0]:
            self._over = True
            os.close(self._watch)
        return 0 if self._over else None

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired after so many seconds."""
        if not self._over and not select.select([self._watch], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        self.poll()
        return 0

    def send_signal(self, sig: signal.Signals) -> None:
        """Nothing where it has ended already."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._watch, sig)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """Begun when the first server is asked for."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            with self._process as process:
                assert process.stdin is not None
                process.stdin.close()

    def bear(self, argv: Sequence[str], folder: Path) -> Born:
        """A server with these words; it writes `server.log` in `folder`."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("hall_process.py")), "--nursery"],
                cwd=ROOT,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        folder.mkdir(parents=True, exist_ok=True)
        said = folder / "server.said"
        said.unlink(missing_ok=True)
        os.mkfifo(said)
        asked = {"argv": list(argv), "said": str(said), "log": str(folder / "server.log")}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        return Born(pid, said.open())
