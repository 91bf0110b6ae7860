"""Socket.IO connection of an agent to the hall of this process, like `devices/host/uplink.py`."""

from __future__ import annotations

import contextlib
from typing import Any

import gevent

from support.web import Web


class Agent:
    """An agent of the hall with its Socket.IO connection."""

    def __init__(self, web: Web, name: str, token: str = "") -> None:
        self.web, self.name = web, name
        self.token = token or web.small.hall.people.grant("agent", name)
        self.connect()

    def connect(self) -> None:
        """Open the connection with the agent's token."""
        web = self.web
        auth = {"token": self.token}
        self.line = web.app.socketio.test_client(web.app.flask, namespace="/agent", auth=auth)

    def is_closed(self) -> bool:
        """Return True if the server closes the connection within 5 s.

        It may close it from a greenlet that runs beside the request.
        """
        with contextlib.suppress(gevent.Timeout), gevent.Timeout(5):
            while self.line.is_connected("/agent"):
                gevent.idle()
        return not self.line.is_connected("/agent")

    def send(self, event: str, data: Any) -> dict[str, Any]:
        """Send an event and return the server's answer."""
        answer: dict[str, Any] = self.line.emit(event, data, namespace="/agent", callback=True)
        return answer

    def hello(self, *devices: dict[str, str]) -> list[str]:
        """Announce devices and return the names of those that wait for confirmation."""
        answer = self.send("hello", {"agent": self.name, "devices": list(devices)})
        assert answer["ok"], answer
        waiting: list[str] = answer.get("waiting", [])
        return waiting

    def event(self, device: str, kind: str, data: dict[str, Any], number: int = 1) -> Any:
        """Report an event of a device and return the code of the answer."""
        message = {"id": f"{kind}-{number}", "device": device, "kind": kind, "data": data}
        return self.send("event", message | {"age": 0.0}).get("code")

    def press(self, device: str, function: str, number: int = 1) -> Any:
        """Report the press of a key of a keypad and return the code of the answer."""
        return self.event(device, "key", {"function": function, "digits": "", "raw": ""}, number)

    def desired_states(self, device: str) -> list[dict[str, Any]]:
        """Return the desired states that the server sent for a device since the last call."""
        packets = self.line.get_received("/agent") if self.line.is_connected("/agent") else []
        messages = [message["args"][0] for message in packets if message["name"] == "desired"]
        return [message["state"] for message in messages if message["device"] == device]
