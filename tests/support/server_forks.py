"""Nursery: forks hall servers from a process that has everything imported.

Importing costs a server two thirds of its start, and the tests start sixty of them. A server from
here is a process like any other: it has its own memory, kill -9 loses all that is in it, and
several workers are started as new programs, as `hall serve` does. `Nursery` is the end in the
tests, `hall_process` the other. Every server ends with the nursery, the nursery with the tests.
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


class ForkedServer:
    """Server process forked by the nursery, with the interface of subprocess.Popen."""

    def __init__(self, pid: int, stdout: IO[str]) -> None:
        self.pid, self.stdout = pid, stdout
        self._watch = os.pidfd_open(pid)  # the nursery reaps ended servers at its next request only
        self._over = False

    def poll(self) -> int | None:
        """Return 0 once the process has ended, None before; the real exit status is unknown."""
        if not self._over and select.select([self._watch], [], [], 0)[0]:
            self._over = True
            os.close(self._watch)
        return 0 if self._over else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Raises subprocess.TimeoutExpired after `timeout` seconds."""
        if not self._over and not select.select([self._watch], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        self.poll()
        return 0

    def send_signal(self, sig: signal.Signals) -> None:
        """Send a signal; do nothing if the process has ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._watch, sig)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


class ServerForks:
    """Client of the nursery process, which starts with the first request for a server."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> ServerForks:
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

    def fork_server(self, argv: Sequence[str], folder: Path) -> ForkedServer:
        """Fork a server with these arguments; it writes `server.log` in `folder`."""
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
        pipe = folder / "server.said"
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe)
        order = {"argv": list(argv), "said": str(pipe), "log": str(folder / "server.log")}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        return ForkedServer(pid, pipe.open())
