"""Buses of an agent's devices: stored, shown, and named when a bus fails."""

from __future__ import annotations

from typing import Any

import pytest

from support.web import Web

STRIPS = [
    {"device": f"{bus}-{n}", "kind": "led", "driver": "w1", "serves": "T1", "bus": bus}
    for bus in ("east", "west")
    for n in (1, 2)
]


def day_after_hello(web: Web, devices: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the office's day after an agent announced devices, all unreachable."""
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
    """Return the devices, buses or PCs that the office's alarms are about."""
    return [alarm["subject"] for alarm in day["alarms"] if alarm["code"] == "device_unreachable"]


def test_two_buses_of_an_agent_are_two_lines_of_the_office(web: Web) -> None:
    day = day_after_hello(web, STRIPS)
    assert {device["name"]: device["bus"] for device in day["devices"]} == {
        "east-1": "east",
        "east-2": "east",
        "west-1": "west",
        "west-2": "west",
    }
    assert lines(day) == ["display/east", "display/west"]


def test_an_agent_that_names_no_bus_is_accepted(web: Web) -> None:
    older = [{k: v for k, v in device.items() if k != "bus"} for device in STRIPS]
    day = day_after_hello(web, older)
    assert {device["bus"] for device in day["devices"]} == {""}
    assert lines(day) == ["display/led"]


@pytest.mark.parametrize(("announced", "stored"), [("b" * 70, "b" * 64), ("a\0b", "ab"), (7, "7")])
def test_the_name_of_a_bus_is_stored_as_short_plain_text(
    web: Web, announced: object, stored: str
) -> None:
    day = day_after_hello(web, [{**STRIPS[0], "bus": announced}])
    assert [device["bus"] for device in day["devices"]] == [stored]
