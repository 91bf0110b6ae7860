"""Agent log: one JSON object per line like the server's, with the request that caused a task.

A line names the device, its action and the outcome, never the printed or spoken content.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
import traceback
from types import TracebackType

log = logging.getLogger(__name__)

FIELDS = ("request", "device", "task", "state", "reason")
CHATTY = ("socketio", "engineio", "urllib3", "websocket", "PIL")
OWN_HANDLERS = ("socketio.client", "engineio.client")
"""Loggers that without a level of their own write to standard error, with full error texts."""


class JsonLines(logging.Formatter):
    """Formatter that writes a record as one line of JSON; of an error its type and code places."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "from": record.name,
            "text": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            # Code places only: the text of an exception or of its causes may quote data.
            frames = traceback.extract_tb(record.exc_info[2])[-12:]
            line["trace"] = [
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno}:{frame.name}"
                for frame in frames
            ]
        return json.dumps(line, ensure_ascii=False)


def start(*, verbose: bool) -> None:
    """Log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
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
