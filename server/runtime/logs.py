"""Structured logs: one JSON object per line, no personal data, no addresses, no query strings."""

from __future__ import annotations

import logging
import sys
from typing import Any

from flask import Request, Response

from devices.json_lines import JsonLines
from server.core import trace

access = logging.getLogger("server.access")
FIELDS = ("code", "room", "event", "request", "route", "status", "who", "device")


def _request_id() -> dict[str, str]:
    request_id = trace.current()
    return {"request": request_id} if request_id else {}


def start(level: str) -> None:
    """Log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(FIELDS, _request_id))
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
