"""Polled time clocks: outstanding facts, from a real agent to the hall's database."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.config import agent_config
from devices.fingerprint.pull_simulator import PullModel, PullTerminal
from devices.fingerprint.simulator import Enrolled, PunchRecord
from devices.host.runtime import Agent
from devices.simulate.base import Journal
from server.core.actors import SYSTEM
from server.core.errors import CommonCode, HallError
from server.live.agent_gateway import DeviceRef
from server.time_clocks import actions as time_clocks_actions
from server.time_clocks import punch_queries
from server.time_clocks import queries as time_clocks_queries
from server.time_clocks.actions import Description
from server.time_clocks.polling_gateway import PolledTimeClocks
from support.agent_server import AgentServer
from support.halls import STAFF, SmallHall, at

REF = DeviceRef("clock-hall", "fingerprint", "", "display")
BASE = datetime.fromisoformat("2026-03-02T08:00:00")
LINES = [["7", "2026-03-02 08:20:00", "0", "1", "0"], ["8", "2026-03-02 08:21:00", "1", "1", "0"]]


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    hall = SmallHall(sqlite_url, tmp_path / "hall", at(9))
    yield hall
    hall.close()


def message(kind: str, **data: Any) -> dict[str, Any]:
    return {"id": "1", "device": REF.name, "kind": kind, "data": data, "age": 3.0}


def admit(small: SmallHall) -> None:
    time_clocks_actions.move(small.ctx, SYSTEM, "admit", REF.name, "admitted")
    time_clocks_actions.describe(small.ctx, SYSTEM, "name", REF.name, Description("大厅"))


def test_punches_wait_at_the_agent_until_the_time_clock_is_admitted(small: SmallHall) -> None:
    pulled = PolledTimeClocks(small.hall)
    with pytest.raises(HallError) as refused:
        pulled.receive(REF, message("punches", lines=LINES))
    assert refused.value.code is CommonCode.FORBIDDEN
    row = small.ctx.read(lambda c: time_clocks_queries.get(c, "small", REF.name))
    assert row is not None
    assert (row.state, row.way) == ("asking", "pull")
    admit(small)
    for _ in range(2):
        assert pulled.receive(REF, message("punches", lines=LINES)) == "ok"
    assert len(small.ctx.read(lambda c: punch_queries.latest(c, "small", 10))) == 2
    pulled.receive(REF, message("punches", lines=[], whole=True))
    assert small.ctx.read(lambda c: time_clocks_queries.delivered_until(c, "small")) == at(9) - 3000
    small.clock.advance(seconds=60)
    pulled.receive(REF, message("punches", lines=[], whole=True))
    assert (
        small.ctx.read(lambda c: time_clocks_queries.delivered_until(c, "small")) == at(9) + 57_000
    )


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"lines": "x"},
        {"lines": [None, 3, ["7"], ["x" * 99, "?"], {"a": 1}], "bad": [1, "ff"]},
        {"lines": [["7", "2026-02-30 08:00:00"]], "whole": "yes"},
    ],
)
def test_invalid_facts_are_acknowledged_and_store_no_punch(small: SmallHall, data: Any) -> None:
    time_clocks_actions.add(small.ctx, SYSTEM, "k", REF.name, "pull", Description("大厅"))
    assert PolledTimeClocks(small.hall).receive(REF, message("punches", **data)) in {
        "ok",
        "invalid",
    }
    assert small.ctx.read(lambda c: punch_queries.count(c, "small")) == 0


def test_orders_are_tasks_until_they_have_a_result(small: SmallHall) -> None:
    pulled = PolledTimeClocks(small.hall)
    time_clocks_actions.add(small.ctx, SYSTEM, "k", REF.name, "pull", Description("大厅"))
    time_clocks_actions.link(small.ctx, SYSTEM, "l", "7", STAFF["T1"], "2026-01-01")
    time_clocks_actions.order(small.ctx, SYSTEM, "n", REF.name, "names")
    [task] = pulled.outstanding_commands(REF)
    assert (task.kind, task.expires_in) == ("names", None)
    assert task.payload == {"users": [{"enrolment": "7", "name": "测试1"}]}
    pulled.result(REF, {"id": task.id, "state": "done", "detail": "1"})
    assert pulled.outstanding_commands(REF) == []


def test_punches_stay_outstanding_over_rejections_and_restarts(tmp_path: Path) -> None:
    people = [Enrolled("7", "甲"), Enrolled("8", "乙")]
    terminal = PullTerminal("t", PullModel(), people, Journal())
    terminal.remember([PunchRecord("7", BASE + timedelta(seconds=n)) for n in range(1200)])
    terminal.start()
    server = AgentServer()
    server.rejected_events.add("event")
    link = {"link": f"tcp:127.0.0.1:{terminal.port}", "poll_seconds": 1}
    table = {
        "agent": {"name": "test", "server": f"http://127.0.0.1:{server.port}"},
        "device": [{"name": "t", "kind": "fingerprint", "driver": "zk-pull", **link}],
    }
    try:
        first = Agent(agent_config(table, tmp_path), ("fingerprint",), chance=random.Random(1))
        first.start("secret")
        assert server.wait(lambda: any(e["kind"] == "punches" for e in server.events))
        first.stop()
        server.rejected_events.clear()
        server.events.clear()
        terminal.press("8")
        second = Agent(agent_config(table, tmp_path), ("fingerprint",), chance=random.Random(1))
        second.start("secret")
        assert server.wait(lambda: len(_lines(server)) >= 1201)
        assert server.wait(lambda: any(e["data"].get("whole") for e in server.events))
        second.stop()
    finally:
        server.stop()
        terminal.stop()
    sent_punches = [(line[0], line[1]) for line in _lines(server)]
    assert set(sent_punches) == {(t.number, t.device_time.isoformat(" ")) for t in terminal.memory}
    assert len(sent_punches) == len(set(sent_punches))


def _lines(server: AgentServer) -> list[list[str]]:
    facts = [e for e in list(server.events) if e["kind"] == "punches"]
    return [line for event in facts for line in event["data"]["lines"]]
