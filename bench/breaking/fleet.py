"""A hall of several workers on PostgreSQL with a bell, each part of which can be killed alone.

Started as `hall serve --workers N` starts one: a supervisor and its workers, no nursery.
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

from bench.breaking.hall import BrokenHall
from support.hall_server import PATIENCE, HallServer
from support.redis_server import RedisServer


class Fleet(BrokenHall):
    """The reference hall of several workers. `redis` is their bell, and is broken as well."""

    def __init__(self, folder: Path, redis: RedisServer, workers: int, **words: Any) -> None:
        self.bell = redis
        super().__init__(folder, redis=redis.url, workers=workers, **words)

    @property
    def pid(self) -> int:
        """The supervisor."""
        return HallServer.pid.fget(self)  # type: ignore[attr-defined,no-any-return]

    def start(self, at: str | None = None) -> None:
        """Start it, whatever is left of the one before; returns when its port is open."""
        HallServer.start(self, at)

    def kill(self) -> None:
        """SIGKILL of supervisor and workers at once: the plug."""
        left = self.workers()
        HallServer.kill(self)
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _until_gone(left)

    def kill_supervisor(self) -> None:
        """SIGKILL of the supervisor; its workers notice by themselves and end."""
        HallServer.kill(self)

    def kill_workers(self, pids: Iterable[int]) -> None:
        """SIGKILL of these; returns when others have taken their places."""
        pids, pause, end = list(pids), threading.Event(), time.monotonic() + PATIENCE
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        count = self._asked["workers"]
        while set(there := self.workers()) & set(pids) or len(there) < count:
            assert time.monotonic() < end, self.log()
            pause.wait(0.05)

    def stop(self) -> None:
        """SIGTERM, and wait."""
        HallServer.stop(self)

    def worker_of(self, port: int) -> int:
        """The worker that holds the line whose other end has this port; 0 for none."""
        wanted = f":{port:04X}"
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        held = {f"socket:[{row[9]}]" for row in rows if row[2].endswith(wanted)}
        for pid in self.workers():
            with suppress(OSError):
                if any(str(fd.readlink()) in held for fd in Path(f"/proc/{pid}/fd").iterdir()):
                    return pid
        return 0


def _until_gone(pids: Iterable[int]) -> None:
    pause, end = threading.Event(), time.monotonic() + PATIENCE
    for pid in pids:
        while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
            pause.wait(0.02)
