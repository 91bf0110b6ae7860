"""Way to the main server over HTTP."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from server.branches.joining import read_token
from server.branches.line import LineCutError, RefusedError
from server.branches.messages import Exchange, Exchanged, Start, Started

M = TypeVar("M", bound=BaseModel)
ANSWER_SECONDS = 15.0
"""Seconds without a byte after which the line counts as cut."""


class HttpTransport:
    """Line over HTTP; the token is in the branch's data folder."""

    def __init__(self, main: str, folder: Path, timeout: float = ANSWER_SECONDS) -> None:
        self._main = main
        self._folder = folder
        self._timeout = timeout

    def exchange(self, request: Exchange) -> Exchanged:
        """Send a delivery and return the answer; raises LineCutError, RefusedError."""
        text = post(self._main, "branch/exchange", request, read_token(self._folder), self._timeout)
        return _parsed(Exchanged, text)


def start(main: str, token: str, request: Start) -> Started:
    """Begin a run of the branch at the main server; raises LineCutError, RefusedError."""
    return _parsed(Started, post(main, "branch/start", request, token, ANSWER_SECONDS))


def enrol(main: str, site: str, code: str) -> str:
    """Exchange a one-time code for the branch's token; raises LineCutError, RefusedError."""
    body = json.dumps({"code": code, "kind": "branch", "name": site}).encode()
    answer = json.loads(_post(main, "enrol", body, "", ANSWER_SECONDS))
    return str(answer["token"])


def post(main: str, path: str, request: BaseModel, token: str, timeout: float) -> bytes:
    """Send a message and return the body of the answer; raises LineCutError, RefusedError."""
    return _post(main, path, request.model_dump_json().encode(), token, timeout)


def _post(main: str, path: str, body: bytes, token: str, timeout: float) -> bytes:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    message = urllib.request.Request(f"{main}/api/v1/{path}", body, headers)  # noqa: S310 - a checked URL
    try:
        with urllib.request.urlopen(message, timeout=timeout) as answer:  # noqa: S310
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            raise _problem(error) from None
    except (OSError, http.client.HTTPException) as error:
        raise LineCutError(str(error)) from None


def _problem(error: urllib.error.HTTPError) -> Exception:
    """Return the refusal that an answer holds; a server in trouble counts as a cut line."""
    try:
        code = str(json.loads(error.read())["code"])
    except (ValueError, KeyError, TypeError, OSError):
        return LineCutError(f"HTTP {error.code}")
    is_passing = error.code >= http.client.INTERNAL_SERVER_ERROR or code == "too_many"
    return LineCutError(code) if is_passing else RefusedError(code)


def _parsed(kind: type[M], text: bytes) -> M:
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        raise LineCutError(str(error)) from None
