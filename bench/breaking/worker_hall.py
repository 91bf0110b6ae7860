"""Hall of several workers on PostgreSQL with a worker bus; each process can be killed alone.

Started as `hall serve --workers N` starts one: a supervisor and its workers, without fork server.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.breaking.hall import FaultyHall
from support.hall_server import PATIENCE, HallServer
from support.redis_server import RedisServer


class Fleet(FaultyHall):
    """Reference hall of several workers. `redis` is their worker bus, and is broken as well."""

    def __init__(self, folder: Path, redis: RedisServer, workers: int, **words: Any) -> None:
        self.bus = redis
        super().__init__(folder, redis=redis.url, workers=workers, **words)

    @property
    def pid(self) -> int:
        """Process id of the supervisor."""
        return HallServer.pid.fget(self)  # type: ignore[attr-defined,no-any-return]

    def start(self, at: str | None = None) -> None:
        """Start the hall, whatever is left of the one before; return when its port is open."""
        HallServer.start(self, at)

    def kill(self) -> None:
        """Kill supervisor and workers at once with SIGKILL, as if the plug was pulled."""
        pids = self.workers()
        HallServer.kill(self)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _until_gone(pids)

    def kill_supervisor(self) -> None:
        """Kill the supervisor with SIGKILL; its workers notice it and end by themselves."""
        HallServer.kill(self)

    def kill_workers(self, pids: Iterable[int]) -> None:
        """Kill these workers with SIGKILL; return when others have replaced them."""
        pids, pause, end = list(pids), threading.Event(), time.monotonic() + PATIENCE
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        count = self._asked["workers"]
        while set(alive := self.workers()) & set(pids) or len(alive) < count:
            assert time.monotonic() < end, self.log()
            pause.wait(0.05)

    def stop(self) -> None:
        """Send SIGTERM, and wait."""
        HallServer.stop(self)

    def worker_of(self, port: int) -> int:
        """Return the worker whose connection has this port at the other end; 0 for none."""
        suffix = f":{port:04X}"
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        sockets = {f"socket:[{row[9]}]" for row in rows if row[2].endswith(suffix)}
        for pid in self.workers():
            with suppress(OSError):
                if any(str(fd.readlink()) in sockets for fd in Path(f"/proc/{pid}/fd").iterdir()):
                    return pid
        return 0


def _until_gone(pids: Iterable[int]) -> None:
    pause, end = threading.Event(), time.monotonic() + PATIENCE
    for pid in pids:
        while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
            pause.wait(0.02)
