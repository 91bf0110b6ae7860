"""Structured logs: one JSON object per line, no personal data, no addresses, no query strings."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

from flask import Request, Response

from server.core import trace

access = logging.getLogger("server.access")
FIELDS = ("code", "room", "event", "request", "route", "status", "who", "device")


class JsonLines(logging.Formatter):
    """Formatter that writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "from": record.name,
            "text": record.getMessage(),
        }
        request_id = trace.current()
        line |= {"request": request_id} if request_id else {}
        line |= {k: getattr(record, k) for k in FIELDS if hasattr(record, k)}
        if record.exc_info:
            # The trace contains files and lines only; the exception's message may quote data.
            kind = record.exc_info[0]
            line["error"] = kind.__name__ if kind else ""
            line["trace"] = _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def _places(trace: Any) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return places[-12:]


def start(level: str) -> None:
    """Log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("server.socketio", "server.engineio", "geventwebsocket", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("server.engineio").addFilter(_is_own_error)


def _is_own_error(record: logging.LogRecord) -> bool:
    """Return False for a client's error: Engine.IO logs the first of a kind with its data."""
    return record.funcName != "_log_error_once"


def request_done(request: Request, response: Response, g: Any) -> None:
    """Log a request in one line: route (not the address), status, kind of actor."""
    if response.status_code < 400 and not access.isEnabledFor(logging.DEBUG):
        return
    rule = request.url_rule.rule if request.url_rule else "-"
    level = logging.ERROR if response.status_code >= 500 else logging.INFO
    extra = {
        "request": g.get("request_id", ""),
        "route": f"{request.method} {rule}",
        "status": response.status_code,
        "who": g.get("actor_kind", "none"),
        "code": g.get("error_code", ""),
    }
    access.log(level, "request", extra=extra)
