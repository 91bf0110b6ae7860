"""A kiosk page's hands on its own PC's line: what a browser would send, over a real socket."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any


class Line:
    """The line at `address`, asked as the page of `origin` with `secret`."""

    def __init__(self, address: str, origin: str, secret: str) -> None:
        self.address = address
        self.origin = origin
        self.secret = secret

    def ask(
        self, path: str, body: dict[str, Any] | None = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Status and answer; a body makes it a POST. Raises URLError where nobody listens."""
        sent = {"Authorization": f"Bearer {self.secret}", "Origin": self.origin, **headers}
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self.address + path, data, sent)
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def take(self, key: str, item: str, applicant: str = "ordinary") -> dict[str, Any]:
        """A number; asserts that it is given."""
        status, answer = self.ask(
            "/standby/tickets", {"key": key, "item": item, "applicant": applicant}
        )
        assert status == 200, answer
        ticket: dict[str, Any] = answer["ticket"]
        return ticket

    def slip(self, key: str) -> str:
        """What the printer did so far with the slip of a press."""
        return str(self.ask(f"/standby/tickets/{key}")[1]["ticket"]["slip"]["state"])
