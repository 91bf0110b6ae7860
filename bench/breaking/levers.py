"""What of a running server can be broken from outside: its clock, and how long a commit takes.

A file of two numbers that both sides have mapped; the server's clock and its commits, which are
arguments of the hall, look at it. Nothing of the product knows it.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.clock import Clock

FORM = struct.Struct("dd")


class Levers:
    """`commit`: seconds that each commit takes longer; `clock`: seconds the clock is off."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(FORM.pack(0.0, 0.0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), FORM.size)

    @property
    def commit(self) -> float:
        """Seconds each commit takes longer."""
        return float(FORM.unpack_from(self._map)[0])

    @property
    def clock(self) -> float:
        """Seconds the clock is off."""
        return float(FORM.unpack_from(self._map)[1])

    def pull(self, *, commit: float | None = None, clock: float | None = None) -> None:
        """Set one or both."""
        now = FORM.unpack_from(self._map)
        wanted = (now[0] if commit is None else commit, now[1] if clock is None else clock)
        FORM.pack_into(self._map, 0, *wanted)


class SteppedClock:
    """A clock that somebody steps while the hall is open."""

    def __init__(self, inner: Clock, levers: Levers) -> None:
        self._inner = inner
        self._levers = levers

    def now(self) -> int:
        return self._inner.now() + int(self._levers.clock * 1000)


def slow(
    commit: Callable[[Callable[[], None]], Any],
    levers: Levers,
    sleep: Callable[[float], None],
) -> Callable[..., Any]:
    """Commits that take as long as the lever says, in the native thread where they are made."""

    def run(call: Callable[[], None], /) -> Any:
        def late() -> None:
            if levers.commit:
                sleep(levers.commit)
            call()

        return commit(late)

    return run
