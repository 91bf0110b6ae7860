"""Client of a kiosk PC's loopback server: sends what the kiosk page would, over a real socket."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any


class LoopbackClient:
    """Client of the loopback server at `address`, with the page's `origin` and `secret`."""

    def __init__(self, address: str, origin: str, secret: str) -> None:
        self.address = address
        self.origin = origin
        self.secret = secret

    def ask(
        self, path: str, body: dict[str, Any] | None = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Return status and answer; a body makes it a POST.

        Raises URLError if no server listens.
        """
        all_headers = {"Authorization": f"Bearer {self.secret}", "Origin": self.origin, **headers}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, all_headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"{}")

    def issue(self, key: str, item: str, applicant: str = "ordinary") -> dict[str, Any]:
        """Issue a number and return the ticket; fail if it is rejected."""
        status, answer = self.ask(
            "/standby/tickets", {"key": key, "item": item, "applicant": applicant}
        )
        assert status == 200, answer
        ticket: dict[str, Any] = answer["ticket"]
        return ticket

    def slip(self, key: str) -> str:
        """Return the state of the slip of a press."""
        return str(self.ask(f"/standby/tickets/{key}")[1]["ticket"]["slip"]["state"])
