"""Agent log: one JSON object per line like the server's, with the request that caused a task.

A line names the device, its action and the outcome, never the printed or spoken content.
"""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType

from devices.json_lines import JsonLines

log = logging.getLogger(__name__)

FIELDS = ("request", "device", "task", "state", "reason")
CHATTY = ("socketio", "engineio", "urllib3", "websocket", "PIL")
OWN_HANDLERS = ("socketio.client", "engineio.client")
"""Loggers that without a level of their own write to standard error, with full error texts."""


def start(*, verbose: bool) -> None:
    """Log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(FIELDS))
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, handlers=[handler], force=True
    )
    for chatty in CHATTY + OWN_HANDLERS:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = lambda a: _uncaught(a.exc_type, a.exc_value, a.exc_traceback)
    sys.unraisablehook = lambda a: _uncaught(a.exc_type, a.exc_value, a.exc_traceback)


def _uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    """Log an uncaught error in the same format: Python itself would print the error's message."""
    if not issubclass(kind, SystemExit):
        log.error("not caught", exc_info=(kind, error or kind(), trace))
