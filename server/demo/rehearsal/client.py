"""HTTP client like a browser or kiosk: one kept connection, cookies, CSRF, idempotency."""

from __future__ import annotations

import http.client
import json
import time
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

TRIES = 20
PAUSE_SECONDS = 0.25
TIMEOUT_SECONDS = 10.0


class RefusedError(Exception):
    """Error for a request that the server rejects; `code` is the stable code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class Client:
    """Connection of one person or device to the server."""

    def __init__(self, server: str, token: str = "") -> None:
        self._at = urlsplit(server)
        self._token = token
        self._connection: http.client.HTTPConnection | None = None
        self._cookies: dict[str, str] = {}
        self._csrf = ""

    def get(self, path: str) -> Any:
        """Send a GET request and return the parsed answer."""
        return self._ask("GET", path, None, "")

    def post(self, path: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
        """Send a command; after a lost answer it is repeated under the same key."""
        return self._ask("POST", path, body or {}, key)

    def login(self, staff: str, password: str) -> dict[str, Any]:
        """Sign in and keep the session."""
        session: dict[str, Any] = self.post("/api/v1/login", {"staff": staff, "password": password})
        self._csrf = session["csrf"]
        return session

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, method: str, path: str, body: Any, key: str) -> Any:
        for attempt in range(TRIES):
            try:
                return self._once(method, path, body, key)
            except (OSError, http.client.HTTPException):
                self.close()
                if attempt == TRIES - 1 or (method == "POST" and not key):
                    raise
                time.sleep(PAUSE_SECONDS)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, path: str, body: Any, key: str) -> Any:
        connection = self._connection or http.client.HTTPConnection(
            self._at.hostname or "127.0.0.1", self._at.port, timeout=TIMEOUT_SECONDS
        )
        self._connection = connection
        data = None if body is None else json.dumps(body).encode()
        connection.request(method, path, data, self._headers(key))
        answer = connection.getresponse()
        raw = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self._cookies |= {k: m.value for k, m in SimpleCookie(value).items()}
        parsed = json.loads(raw) if raw else {}
        if answer.status >= 400:
            raise RefusedError(answer.status, str(parsed.get("code", "")))
        return parsed

    def _headers(self, key: str) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self._cookies.items())
        if self._csrf:
            headers["X-CSRF-Token"] = self._csrf
        return headers


def key_of(number: int) -> str:
    """Return an idempotency key that is the same in every run of a seed."""
    return str(UUID(int=number))
