"""How long a process lives: until SIGTERM, SIGINT, or the end of the process that started it.

A pipe written by the interpreter's C handler, instead of a threading.Event set by a Python handler:
the latter runs only when the main thread comes back from its wait, which may be never when the
signal arrives just before it, and may deadlock with that very wait.

A parent that wants its children to end with it, however it ends, sets HALL_PARENT to its own
process id; without the variable nobody is watched.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from types import FrameType

VARIABLE = "HALL_PARENT"
LOOK_SECONDS = 1.0


class Lifetime:
    """Made once, in the main thread; `wait` may be called from any."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, _nothing_more)
        signal.signal(signal.SIGINT, _nothing_more)
        named = os.environ.get(VARIABLE, "")
        if named.isdigit():
            threading.Thread(target=self._watch, args=(int(named),), daemon=True).start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; True when it has come, False after `seconds`."""
        # Nobody reads the pipe, so the end stays visible.
        return bool(select.select([self._reader], [], [], seconds)[0])

    def _watch(self, parent: int) -> None:
        while not self.wait(LOOK_SECONDS):
            # An orphan is handed to another process, so the number changes.
            if os.getppid() != parent:
                os.write(self._writer, b"x")
                return


def _nothing_more(_number: int, _frame: FrameType | None) -> None:
    """The byte in the pipe is enough."""
