"""Agent connection alone: its behaviour when the server rejects what it sends."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence

from devices.health import STARTING, Health
from devices.host.ledger import OutstandingFact, Result
from devices.host.uplink import Uplink
from support.agent_server import AgentServer

PATIENCE = 20.0


class OnePrinter:
    """Agent with a printer and without tasks."""

    def hello(self) -> dict[str, object]:
        return {"agent": "spare", "devices": [{"device": "printer-1", "kind": "printers"}]}

    def health_reports(self) -> Mapping[str, Health]:
        return {"printer-1": STARTING}

    def on_desired(self, data: Mapping[str, object]) -> None:
        raise AssertionError(data)

    def on_task(self, _data: Mapping[str, object]) -> bool:
        return False

    def outstanding_results(self) -> Sequence[Result]:
        return []

    def acknowledge_result(self, task_id: str) -> None:
        raise AssertionError(task_id)

    def outstanding_facts(self) -> Sequence[OutstandingFact]:
        return []

    def acknowledge_fact(self, debt: int) -> None:
        raise AssertionError(debt)


def test_the_hello_is_repeated_until_the_previous_agent_is_gone() -> None:
    server = AgentServer()
    server.rejected_events.add("hello")
    uplink = Uplink(server.url, "secret", OnePrinter(), time.monotonic, random.Random(1))
    uplink.start()
    assert server.wait(lambda: len(server.hellos) >= 2)
    assert (len(server.tokens), server.healths) == (1, [])
    server.rejected_events.clear()
    assert server.wait(lambda: server.health_of("printer-1"))
    uplink.stop(PATIENCE)
    server.stop()
