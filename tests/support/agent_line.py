"""An agent's line to the hall of this process, as `devices/host/uplink.py` speaks it."""

from __future__ import annotations

import contextlib
from typing import Any

import gevent

from support.web import Web


class Agent:
    """An agent of the hall with its line."""

    def __init__(self, web: Web, name: str, token: str = "") -> None:
        self.web, self.name = web, name
        self.token = token or web.small.hall.people.grant("agent", name)
        self.connect()

    def connect(self) -> None:
        """Dial out."""
        web = self.web
        auth = {"token": self.token}
        self.line = web.app.socketio.test_client(web.app.flask, namespace="/agent", auth=auth)

    def ended(self) -> bool:
        """Whether its line ends, once what runs beside the request is done."""
        with contextlib.suppress(gevent.Timeout), gevent.Timeout(5):
            while self.line.is_connected("/agent"):
                gevent.idle()
        return not self.line.is_connected("/agent")

    def say(self, event: str, data: Any) -> dict[str, Any]:
        """Say something and hear the answer."""
        told: dict[str, Any] = self.line.emit(event, data, namespace="/agent", callback=True)
        return told

    def hello(self, *devices: dict[str, str]) -> list[str]:
        """Announce devices; returns those that wait."""
        answer = self.say("hello", {"agent": self.name, "devices": list(devices)})
        assert answer["ok"], answer
        waiting: list[str] = answer.get("waiting", [])
        return waiting

    def event(self, device: str, kind: str, data: dict[str, Any], number: int = 1) -> Any:
        """Report something of a device; returns the code of the answer."""
        message = {"id": f"{kind}-{number}", "device": device, "kind": kind, "data": data}
        return self.say("event", message | {"age": 0.0}).get("code")

    def press(self, device: str, function: str, number: int = 1) -> Any:
        """Press a key."""
        return self.event(device, "key", {"function": function, "digits": "", "raw": ""}, number)

    def desired(self, device: str) -> list[dict[str, Any]]:
        """What the server told it to show or to hold since it was last asked."""
        got = self.line.get_received("/agent") if self.line.is_connected("/agent") else []
        told = [one["args"][0] for one in got if one["name"] == "desired"]
        return [one["state"] for one in told if one["device"] == device]
