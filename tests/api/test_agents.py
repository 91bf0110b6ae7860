"""What an agent tells of its devices' buses: kept, shown, and named when a bus fails."""

from __future__ import annotations

from typing import Any

import pytest

from support.web import Web

STRIPS = [
    {"device": f"{bus}-{n}", "kind": "led", "driver": "w1", "serves": "T1", "bus": bus}
    for bus in ("east", "west")
    for n in (1, 2)
]


def told(web: Web, devices: list[dict[str, Any]]) -> dict[str, Any]:
    """The office's day after an agent told of its devices, all of them on lost cables."""
    token = web.small.hall.people.grant("agent", "display")
    line = web.app.socketio.test_client(web.app.flask, namespace="/agent", auth={"token": token})
    hello = {"agent": "display", "devices": devices}
    assert line.emit("hello", hello, namespace="/agent", callback=True) == {"ok": True}
    for device in devices:
        lost = {"device": device["device"], "state": "failed", "code": "unreachable"}
        assert line.emit("health", lost, namespace="/agent", callback=True) == {"ok": True}
    day: dict[str, Any] = web.manager().get("/office/today").get_json()
    return day


def lines(day: dict[str, Any]) -> list[str]:
    """Of which devices, buses or PCs the office's list speaks."""
    return [one["subject"] for one in day["alarms"] if one["code"] == "device_unreachable"]


def test_two_buses_of_an_agent_are_two_lines_of_the_office(web: Web) -> None:
    day = told(web, STRIPS)
    assert {one["name"]: one["bus"] for one in day["devices"]} == {
        "east-1": "east",
        "east-2": "east",
        "west-1": "west",
        "west-2": "west",
    }
    assert lines(day) == ["display/east", "display/west"]


def test_an_agent_that_knows_no_bus_is_heard_as_before(web: Web) -> None:
    older = [{k: v for k, v in one.items() if k != "bus"} for one in STRIPS]
    day = told(web, older)
    assert {one["bus"] for one in day["devices"]} == {""}
    assert lines(day) == ["display/led"]


@pytest.mark.parametrize(("said", "kept"), [("b" * 70, "b" * 64), ("a\0b", "ab"), (7, "7")])
def test_a_bus_is_kept_plain(web: Web, said: object, kept: str) -> None:
    day = told(web, [{**STRIPS[0], "bus": said}])
    assert [one["bus"] for one in day["devices"]] == [kept]
