"""An agent's log: one JSON object a line, as the server's, with the request a task came from.

Says which device did what and how it ended; never what stood on the paper or was spoken.
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
"""Without a level of their own these write to standard error by themselves, errors in full."""


class JsonLines(logging.Formatter):
    """A record as one line of JSON; an error as its kind and the places it went through."""

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
            # Places only: an exception's text, and those it came from, may quote data.
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
    """What nobody catches goes the same way: Python itself would write the error's own words."""
    if not issubclass(kind, SystemExit):
        log.error("not caught", exc_info=(kind, error or kind(), trace))
