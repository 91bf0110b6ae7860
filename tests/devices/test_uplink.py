"""The agent's line alone: what it does when the server does not take what it says."""

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
    """An agent with a printer and nothing to do."""

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


def test_it_asks_again_until_the_agent_that_had_its_devices_is_gone() -> None:
    server = AgentServer()
    server.refuses.add("hello")
    uplink = Uplink(server.url, "secret", OnePrinter(), time.monotonic, random.Random(1))
    uplink.start()
    assert server.wait(lambda: len(server.hellos) >= 2)
    assert (len(server.tokens), server.healths) == (1, [])
    server.refuses.clear()
    assert server.wait(lambda: server.health_of("printer-1"))
    uplink.stop(PATIENCE)
    server.stop()
