"""Small hall with its HTTP API in this process: people with sessions, devices with tokens."""

from __future__ import annotations

import json
from itertools import count
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app import App, build
from server.core.actors import Role
from server.web_api.limits import Limits
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall

PASSWORD = "only-for-this-test"
_keys = count(1)


class Browser:
    """Client of the API: a browser, or a device with a token."""

    def __init__(self, client: FlaskClient, token: str = "") -> None:
        self.client = client
        self._token = token
        self.csrf = ""
        self.why = ""
        """Reason that goes with every request, for changes of days that are over."""

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the headers of a request; `key` as in `post`."""
        headers = {}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if self.csrf:
            headers["X-CSRF-Token"] = self.csrf
        if self.why:
            headers["X-Hall-Reason"] = quote(self.why)
        if key is not None:
            headers["Idempotency-Key"] = key or f"test-{next(_keys)}"
        return headers

    def get(self, path: str) -> TestResponse:
        """Send a GET request."""
        return self.client.get(f"/api/v1{path}", headers=self.headers(None))

    def post(self, path: str, body: Any = None, *, key: str | None = "") -> TestResponse:
        """Send a command; `key` None omits the Idempotency-Key."""
        data = body if isinstance(body, (str, bytes)) else json.dumps(body or {})
        kind = "application/json"
        headers = self.headers(key)
        return self.client.post(f"/api/v1{path}", data=data, headers=headers, content_type=kind)

    def login(self, staff: str, password: str = PASSWORD) -> TestResponse:
        """Sign in and keep the CSRF token."""
        answer = self.post("/login", {"staff": staff, "password": password}, key=None)
        if answer.status_code == 200:
            self.csrf = answer.get_json()["csrf"]
        return answer


class Web:
    """App of the small hall with an account for every person."""

    def __init__(self, small: SmallHall, limits: Limits | None = None) -> None:
        self.small = small
        self.app: App = build(small.hall, start=_at_once, limits=limits)
        roles = dict.fromkeys(STAFF.values(), Role.CLERK)
        roles |= {MANAGER: Role.MANAGER, ADMINISTRATOR: Role.ADMINISTRATOR}
        small.hall.people.add_demo_accounts(roles, PASSWORD)

    @classmethod
    def at_a_moment(cls, small: SmallHall) -> Web:
        """Return an app whose rate limits count as if no time passed, however slow the machine."""
        return cls(small, Limits(lambda: 0.0))

    def browser(self) -> Browser:
        """Return a browser without a session."""
        return Browser(self.app.flask.test_client())

    def person(self, staff: str) -> Browser:
        """Return a browser with a person signed in."""
        browser = self.browser()
        assert browser.login(staff).status_code == 200
        return browser

    def clerk(self, window: str, *, seated: bool = True) -> Browser:
        """Return the browser of a window's clerk, signed in at the window if `seated`."""
        browser = self.person(STAFF[window])
        if seated:
            answer = browser.post("/counter/sign-in", {"window": window})
            assert answer.status_code == 200
        return browser

    def manager(self) -> Browser:
        """Return the browser of a manager."""
        return self.person(MANAGER)

    def administrator(self) -> Browser:
        """Return the browser of an administrator."""
        return self.person(ADMINISTRATOR)

    def device(self, kind: str, name: str) -> Browser:
        """Return the client of an enrolled kiosk, board or agent."""
        token = self.small.hall.people.grant(kind, name)
        return Browser(self.app.flask.test_client(), token)


def _at_once(call: Any, *args: Any, delay: float = 0.0) -> None:
    """Run background work in place: there is no server loop in these tests."""
    assert delay >= 0
    call(*args)
