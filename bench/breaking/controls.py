"""Controls of a running server from outside: clock offset and duration of a commit.

A file of two numbers that both sides map into memory. The server's clock and its commits, which are
arguments of the hall, read it. The product contains no code for it.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.core.clock import Clock

FORM = struct.Struct("dd")


class Controls:
    """Shared controls. `commit`: extra seconds of each commit; `clock`: clock offset in seconds."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(FORM.pack(0.0, 0.0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), FORM.size)

    @property
    def commit(self) -> float:
        """Extra seconds of each commit."""
        return float(FORM.unpack_from(self._map)[0])

    @property
    def clock(self) -> float:
        """Clock offset in seconds."""
        return float(FORM.unpack_from(self._map)[1])

    def set(self, *, commit: float | None = None, clock: float | None = None) -> None:
        """Set one or both."""
        now = FORM.unpack_from(self._map)
        values = (now[0] if commit is None else commit, now[1] if clock is None else clock)
        FORM.pack_into(self._map, 0, *values)


class SteppedClock:
    """Clock whose offset changes while the hall is open."""

    def __init__(self, inner: Clock, levers: Controls) -> None:
        self._inner = inner
        self._levers = levers

    def now(self) -> int:
        return self._inner.now() + int(self._levers.clock * 1000)


def slow_commits(
    commit: Callable[[Callable[[], None]], Any],
    levers: Controls,
    sleep: Callable[[float], None],
) -> Callable[..., Any]:
    """Return a commit function with the extra seconds, in the native thread that commits."""

    def run(call: Callable[[], None], /) -> Any:
        def late() -> None:
            if levers.commit:
                sleep(levers.commit)
            call()

        return commit(late)

    return run
