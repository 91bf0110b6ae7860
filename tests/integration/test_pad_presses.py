"""A press on a rating pad survives a killed server and a killed agent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.hall_server import MANAGER, HallServer
from support.waiting import until

CLERK, PAD = "1009", "pad-W05"


@pytest.fixture
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with its simulated devices and their agents."""
    with HallServer(tmp_path_factory.mktemp("pads"), devices=True) as running:
        yield running


def serve(hall: HallServer) -> None:
    """Serve a person at window 5."""
    clerk = hall.clerk(CLERK)
    hall.ticket("scjg-01")
    clerk.post("/counter/call-next")
    clerk.post("/counter/start")
    clerk.post("/counter/finish", {"outcome": "done"})


def press(hall: HallServer, key: str) -> None:
    """Press a key of the pad; return once the pad thanks for it."""
    seen = newest(hall)
    hall.control(f"/devices/{PAD}/press", {"keys": key})
    wait_for(hall, "thanks", seen)


def newest(hall: HallServer) -> int:
    number: int = hall.control("/events?since=0&wait=0")["seq"]
    return number


def wait_for(hall: HallServer, face: str, since: int) -> None:
    """Wait until the pad shows a face."""

    def shown() -> bool:
        events: list[dict[str, Any]] = hall.control(f"/events?since={since}&wait=1")["events"]
        return any(e["device"] == PAD and e.get("text") == face for e in events)

    until(shown)


def state_of_pad(hall: HallServer) -> str:
    """Return the code of the pad's health, as its agent reported it."""
    devices = hall.clerk(MANAGER).get("/office/today")["devices"]
    return next((str(entry["code"]) for entry in devices if entry["name"] == PAD), "")


def levels(hall: HallServer) -> list[int]:
    """Return how often each level was given, the best first."""
    counts: list[int] = hall.clerk(MANAGER).get("/office/ratings")["total"]["levels"]
    return counts


def test_a_press_outlives_server_and_agent(hall: HallServer) -> None:
    until(lambda: state_of_pad(hall) == "not_heard")
    seen = newest(hall)
    serve(hall)
    wait_for(hall, "asks", seen)
    hall.kill()
    press(hall, "3")
    hall.kill_agent("counters")
    hall.start()
    assert levels(hall) == [0, 0, 0, 0, 0]
    hall.start_agent("counters")
    until(lambda: levels(hall) == [1, 0, 0, 0, 0])
    redresses = hall.clerk(MANAGER).get("/office/redresses")["redresses"]
    assert redresses == []
