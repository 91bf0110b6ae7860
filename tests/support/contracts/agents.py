"""Contract between agents and the server: a scripted session of an agent, both directions.

The session is one agent with a device of each kind at the small test hall, from `hello` to a
punch. The agent's half is a script of version 0.1 and does not change with `devices/`: while the
golden file stays the same, an agent of that version works with the server of now.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import gevent

from devices.host.ledger import Ledger
from support.halls import SmallHall, at
from support.web import Web

NAMESPACE = "/agent"
AGENT = "hall-pc"
WINDOW = "T1"
FINGER = "7"
DEVICES: list[dict[str, str]] = [
    {"device": "printer-1", "kind": "printers", "driver": "escpos", "serves": "1"},
    {"device": "strip-1", "kind": "led", "driver": "w1", "serves": WINDOW, "bus": "strips"},
    {"device": "pad-1", "kind": "keypads", "driver": "a4", "serves": WINDOW, "bus": "pads"},
    {
        "device": "speaker",
        "kind": "voice",
        "driver": "clips",
        "serves": "east",
        "reports": "spoken",
    },
    {"device": "line-1", "kind": "standby", "driver": "standby", "serves": "1"},
    {"device": "door", "kind": "fingerprint", "driver": "zk-pull", "serves": ""},
]
"""An agent's devices as an agent of version 0.1 announces them."""


def messages(folder: Path) -> Any:
    """Play the script at a new hall in `folder`; return every message in order."""
    small = SmallHall(f"sqlite:///{folder / 'hall.db'}", folder, at(9))
    try:
        return _Session(Web(small)).play()
    finally:
        small.close()


class _Session:
    """A scripted session; `lines` collects what was sent, answered and received."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._line: Any = None
        self.lines: list[Any] = []

    def play(self) -> list[Any]:
        """Run the script and return the recorded lines."""
        web = self._web
        token = web.small.hall.people.grant("agent", AGENT)
        self._line = web.app.socketio.test_client(
            web.app.flask, namespace=NAMESPACE, auth={"token": token}
        )
        self._send("hello", {"agent": AGENT, "devices": DEVICES})
        for device in DEVICES:
            health = {"device": device["device"], "state": "ok", "code": "", "readings": {}}
            self._send("health", health)
        clerk = web.clerk(WINDOW)
        self._receive()
        kiosk = web.device("kiosk", "1")
        assert kiosk.post("/tickets", {"item": "tax-1"}).status_code == 200
        for task in self._receive():
            self._send("result", _result(task, "printed"))
        assert clerk.post("/counter/call-next").status_code == 200
        for task in self._receive():
            self._send("result", _result(task, "spoken"))
        self._send("event", _event("pad-1", "key", function="start", digits=""))
        self._receive()
        punches = _event("door", "punches", lines=[[FINGER, "2026-03-02 08:59:30", "0", "1", "0"]])
        self._send("event", punches)
        assert web.administrator().post("/office/readers/door/admit").status_code == 200
        self._send("event", _event("door", "clock", said="2026-03-02 09:00:00", records="1"))
        self._send("event", punches)
        self._send("event", _event("door", "punches", lines=[], whole=True))
        self._receive()
        self._send("event", _event("unknown", "key", function="start", digits=""))
        self._send("hello", {"devices": "none"})
        return self.lines

    def _send(self, event: str, message: dict[str, Any]) -> None:
        answer = self._line.emit(event, message, namespace=NAMESPACE, callback=True)
        self.lines.append({"agent": event, "message": message, "answer": answer})

    def _receive(self) -> list[dict[str, Any]]:
        """Record what the server sent since, in order of device; return the tasks."""
        gevent.idle()  # until every background task of the server has run
        packets = [
            (packet["name"], packet["args"][0]) for packet in self._line.get_received(NAMESPACE)
        ]
        packets.sort(key=lambda packet: (packet[0], packet[1]["device"]))
        for name, message in packets:
            shown = {key: value for key, value in message.items() if key != "trace"}
            self.lines.append({"server": name, "message": shown})
        return [message for name, message in packets if name == "task"]


def _event(device: str, kind: str, **data: Any) -> dict[str, Any]:
    return {"id": "debt-1", "device": device, "kind": kind, "data": data, "age": 0.0}


def _result(task: dict[str, Any], state: str) -> dict[str, Any]:
    return {
        "id": task["id"],
        "device": task["device"],
        "state": state,
        "reason": "",
        "detail": "",
    }


def database(folder: Path) -> Any:
    """Return the tables of the file in which an agent keeps its tasks and facts."""
    path = folder / "agent.db"
    Ledger(path, lambda: 0.0).close()
    with sqlite3.connect(path) as base:
        rows = base.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    base.close()
    return {name: " ".join(sql.split()) for name, sql in sorted(rows)}
