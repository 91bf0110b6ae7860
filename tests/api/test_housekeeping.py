"""Periodic work of the server: continues though one slip, one device or one step fails."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import gevent
from gevent.event import Event as Flag

from server.core.events import HallChanged
from server.live.agent_gateway import DeviceRef, Task
from server.queue import calling, slip_printing, slip_queries
from server.queue.events import SlipOwed
from server.runtime.server import HallApp, HallRouter
from server.runtime.worker_bus import NoWorkerBus
from support.web import Web

PATIENCE = 20.0
DEVICES = {
    "devices": [
        {"device": "led-1", "kind": "led", "serves": "T1"},
        {"device": "printer-1", "kind": "printers", "serves": "1"},
        {"device": "voice-1", "kind": "voice", "serves": "east"},
    ]
}


def agent(web: Web) -> Any:
    """Return the connection of an agent that has announced its devices."""
    token = web.small.hall.people.grant("agent", "a")
    line = web.app.socketio.test_client(web.app.flask, namespace="/agent", auth={"token": token})
    assert line.emit("hello", DEVICES, namespace="/agent", callback=True) == {"ok": True}
    return line


def tasks(line: Any) -> list[str]:
    """Return the ids of the tasks that an agent received since the last call."""
    packets = line.get_received("/agent")
    return [packet["args"][0]["id"] for packet in packets if packet["name"] == "task"]


def test_a_slip_that_cannot_be_rendered_delays_no_other(web: Web) -> None:
    agent(web)
    requested: list[str] = []

    def owed(ref: DeviceRef) -> list[Task]:
        requested.append(ref.name)
        return []

    web.app.agents.outstanding["voice"] = owed

    def broken(tx: Any) -> None:
        slip_queries.enqueue(
            tx,
            slip_id="s",
            kind="ticket",
            ticket_id="",
            device="printer-1",
            document="{}",
            copy=True,
            by="clerk:1001",
        )

    web.small.ctx.write(broken)
    web.app.agents.resend_outstanding()
    assert requested == ["voice-1"]


def test_a_device_whose_desired_state_fails_delays_no_other(web: Web) -> None:
    requested = Flag()

    def shape(_ref: DeviceRef) -> dict[str, Any]:
        raise KeyError("version")

    def owed(_ref: DeviceRef) -> list[Task]:
        requested.set()
        return []

    web.app.agents.desired["led"] = shape
    web.app.agents.outstanding["voice"] = owed
    agent(web)
    assert requested.wait(PATIENCE)


class Tired:
    """Agents whose `remind` always fails."""

    def resend_outstanding(self) -> None:
        """Raise KeyError."""
        raise KeyError("version")


def test_a_failing_step_does_not_keep_a_day_from_opening(web: Web) -> None:
    opened = Flag()
    hall = web.app.hall
    hall.ctx.bus.subscribe(lambda event: opened.set() if event == HallChanged("day") else None)
    feeds = SimpleNamespace(run=lambda: None)
    served = SimpleNamespace(hall=hall, flask=web.app.flask, feeds=feeds, agents=Tired())
    house = HallRouter(lambda _hall: cast("HallApp", served), {}, NoWorkerBus(alone=True))
    keeping = gevent.spawn(house.run)
    try:
        assert opened.wait(PATIENCE)
    finally:
        keeping.kill()


def test_the_slip_of_an_ended_ticket_is_not_printed(web: Web) -> None:
    small = web.small
    web.clerk("T1")
    agent(web).disconnect(namespace="/agent")
    ticket = small.issue("tax-1")
    [slip] = small.ctx.read(lambda c: slip_queries.of_ticket(c, "small", ticket.id))
    assert slip.state == "owed"
    calling.cancel(small.ctx, small.clerk("T1"), small.key(), ticket.id)
    line = agent(web)
    web.app.agents.resend_outstanding()
    small.ctx.bus.publish([SlipOwed(slip.id, slip.device)])
    assert tasks(line) == []
    slip_printing.settle_slip(small.ctx, "a", slip.id, "failed", "void")
    small.ctx.bus.publish([SlipOwed(slip.id, slip.device)])
    assert tasks(line) == []
    again = slip_printing.reprint(small.ctx, small.clerk("T1"), small.key(), ticket.id, "1")
    assert tasks(line) == [again], "by hand it is"
