"""Wait for what other programs bring about."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from support.hall_server import PATIENCE


def until(condition: Callable[[], object], pause_seconds: float = 0.05) -> None:
    """Return once the condition is true; fail after a minute."""
    end, pause = time.monotonic() + PATIENCE, threading.Event()
    while not condition():
        assert time.monotonic() < end, "it does not come about"
        pause.wait(pause_seconds)
