"""Ends a child process when the process that started it is gone, however it went.

A parent that wants this sets HALL_PARENT to its own process id. It refuses to watch anyone else:
without the variable nothing happens.
"""

from __future__ import annotations

import os
import threading

VARIABLE = "HALL_PARENT"
LOOK_SECONDS = 1.0


def end_with_parent(stop: threading.Event) -> None:
    """Set `stop` once the parent named in HALL_PARENT is not our parent any more."""
    named = os.environ.get(VARIABLE, "")
    if not named.isdigit():
        return

    def watch() -> None:
        while not stop.wait(LOOK_SECONDS):
            # An orphan is handed to another process, so the number changes.
            if os.getppid() != int(named):
                stop.set()

    threading.Thread(target=watch, name="parent", daemon=True).start()
