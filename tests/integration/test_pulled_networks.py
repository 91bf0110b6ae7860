"""Networks of a polled time clock, over a real connection: they hold for the agent's address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import socketio

from support.hall_server import ADMINISTRATOR, Client, HallServer
from support.live_line import hang_up

CLOCK = {"device": "clock-1", "kind": "fingerprint", "serves": "door"}
PUNCHES = {"lines": [["7", "2026-11-24 08:20:00", "0", "1", "0"]]}
PLACED = {"name": "东门", "place": "", "encoding": ""}


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[HallServer]:
    """Yield a hall with one person, in a process of its own."""
    with HallServer(tmp_path, seated=["W01"]) as running:
        yield running


def test_punches_are_accepted_only_from_the_time_clocks_networks(hall: HallServer) -> None:
    admin = hall.clerk(ADMINISTRATOR)
    clock = {"serial": "clock-1", "way": "pull", **PLACED}
    admin.post("/office/readers", {**clock, "networks": "10.0.0.0/8"})
    enrolment = {"kind": "agent", "name": "clocks"}
    code = admin.post("/office/codes", enrolment)["code"]
    token = Client(hall.base).post("/enrol", {"code": code, **enrolment})["token"]
    line: Any = socketio.Client(reconnection=False)
    line.connect(hall.base, auth={"token": token}, namespaces=["/agent"], transports=["websocket"])
    try:
        hello = {"agent": "clocks", "devices": [CLOCK]}
        assert line.call("hello", hello, namespace="/agent") == {"ok": True}
        event = {"id": "1", "device": "clock-1", "kind": "punches", "data": PUNCHES, "age": 1.0}
        refused = line.call("event", event, namespace="/agent")
        assert refused == {"ok": False, "code": "forbidden"}
        admin.post("/office/readers/clock-1", {**PLACED, "networks": "127.0.0.0/8"})
        assert line.call("event", event, namespace="/agent")["ok"]
    finally:
        hang_up(line)
