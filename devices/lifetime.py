"""Process lifetime: ends on SIGTERM, SIGINT or the end of the parent process.

Signals are written to a pipe by the interpreter's C handler. A threading.Event set by a Python
handler would not do: that handler runs only when the main thread returns from its wait, which may
be never if the signal arrives just before the wait, and setting the event may deadlock with that
wait.

A parent that wants its children to end with it, however it ends, sets HALL_PARENT to its own
process id. Without the variable no parent is watched.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from types import FrameType

VARIABLE = "HALL_PARENT"
PARENT_CHECK_SECONDS = 1.0


class Lifetime:
    """End-of-process signal. Create it once, in the main thread; any thread may call `wait`."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, _nothing_more)
        signal.signal(signal.SIGINT, _nothing_more)
        parent = os.environ.get(VARIABLE, "")
        if parent.isdigit():
            threading.Thread(target=self._watch, args=(int(parent),), daemon=True).start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end of the process; False if `seconds` pass first, otherwise True."""
        # The pipe is never read, so the signal stays visible to every later call.
        return bool(select.select([self._reader], [], [], seconds)[0])

    def _watch(self, parent: int) -> None:
        while not self.wait(PARENT_CHECK_SECONDS):
            # The kernel gives an orphan a new parent, so the parent's id changes.
            if os.getppid() != parent:
                os.write(self._writer, b"x")
                return


def _nothing_more(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the byte in the pipe is the signal."""
