"""Agent with loudspeakers, connected to the API in this process."""

from __future__ import annotations

from typing import Any

from support.web import Web

AGENT = "/agent"


class Loudspeakers:
    """Agent with a loudspeaker for each named zone, as the server sees it."""

    def __init__(self, web: Web, *zones: str, name: str = "display", **more: str) -> None:
        token = web.small.hall.people.grant("agent", name)
        self._line = web.app.socketio.test_client(
            web.app.flask, namespace=AGENT, auth={"token": token}
        )
        devices = [
            {"device": f"{name}-{n}", "kind": "voice", "driver": "clips", "serves": zone, **more}
            for n, zone in enumerate(zones)
        ]
        assert self.tell("hello", {"agent": name, "devices": devices}) == {"ok": True}

    def tell(self, event: str, message: dict[str, Any]) -> Any:
        """Send a message of the agent and return the server's answer."""
        return self._line.emit(event, message, namespace=AGENT, callback=True)

    def tasks(self) -> list[dict[str, Any]]:
        """Return the announcements received since the last call."""
        packets = self._line.get_received(AGENT)
        return [packet["args"][0] for packet in packets if packet["name"] == "task"]

    def ended(self, task: dict[str, Any], state: str, reason: str = "") -> None:
        """Report how an announcement ended."""
        report = {"id": task["id"], "device": task["device"], "state": state, "reason": reason}
        assert self.tell("result", report) == {"ok": True}

    def leave(self) -> None:
        """Close the connection."""
        self._line.disconnect(AGENT)
