"""Whole agent with a loopback server, a simulated printer, and a server that goes away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.printers.simulator import PrinterSimulator
from devices.simulate.config import simulator_plan
from support.agent_server import AgentServer
from support.hardware import PATIENCE
from support.loopback_client import LoopbackClient
from support.standby_lease import NOON, ORIGIN, lease

ROOT = Path(__file__).parents[2]


class Kiosk:
    """A kiosk's PC; its agent is a process of its own, so that it can be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = AgentServer()
        printer = {"name": "printer-1", "link": "tcp:127.0.0.1:0", "seconds_per_line": 0.02}
        self.plan = simulator_plan({"simulator": {"pace": 0.0}, "printer": [printer]}, folder)
        for device in self.plan.devices:
            device.start()
        printer_device = self.plan.devices[0]
        assert isinstance(printer_device, PrinterSimulator)
        self.printer = printer_device
        (folder / "agent.token").write_text("secret")
        self.server.desired = [{"device": "standby-1", "version": 1, "state": lease(now=NOON)}]
        self.write_file()
        self.process = self.start()

    def write_file(self) -> None:
        port = getattr(self.printer.wire, "port", 0)
        (self.folder / "agent.toml").write_text(
            f"""
[agent]
name = "kiosk"
server = "{self.server.url}"
state_dir = "state"
[[device]]
name = "printer-1"
kind = "printers"
driver = "escpos"
link = "tcp:127.0.0.1:{port}"
serves = "1"
answer_seconds = 0.3
busy_seconds = 0.5
finish_seconds = 4
[[device]]
name = "standby-1"
kind = "standby"
driver = "standby"
serves = "1"
port = 0
printer = "printer-1"
origins = ["{ORIGIN}"]
""",
            encoding="utf-8",
        )

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "kiosk.agent", "--config", "agent.toml"]
        env = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, cwd=self.folder, env=env)

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Return reported facts, each once; an unanswered one is repeated with its id."""
        events = {event["id"]: event for event in self.server.events}
        return [event["data"] for event in events.values() if event["kind"] == kind]

    def line(self, nth: int) -> LoopbackClient:
        """Return a client of the loopback server of the n-th start, once it has its lease."""
        assert self.server.wait(lambda: len(self.told("line")) >= nth)
        assert self.server.wait(lambda: self.health() == "ok")
        return LoopbackClient(str(self.told("line")[nth - 1]["line"]), ORIGIN, "a-secret")

    def health(self) -> str:
        health = self.server.health_of("standby-1")
        return str(health["code"]) if health else ""

    def papers(self) -> int:
        return sum(e["kind"] == "paper" for e in self.plan.journal.since(0, 0))

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(PATIENCE)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.end(signal.SIGTERM)
        self.server.stop()
        self.plan.journal.close()
        for device in self.plan.devices:
            device.stop()


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    made = Kiosk(tmp_path)
    yield made
    made.stop()


def test_offline_numbers_are_printed_and_reported_in_order(kiosk: Kiosk) -> None:
    line = kiosk.line(1)
    kiosk.server.stop()
    assert line.issue("k1", "x-1")["number"] == "A980"

    def printed(event: Any) -> bool:
        return bool(event["kind"] == "paper")

    assert kiosk.plan.journal.wait_for(printed, PATIENCE) is not None
    kiosk.end(signal.SIGKILL)
    kiosk.process = kiosk.start()
    kiosk.server.start()
    line = kiosk.line(2)
    assert line.issue("k1", "x-1")["number"] == "A980"
    assert line.issue("k2", "x-1")["number"] == "A981"
    assert kiosk.server.wait(lambda: len(kiosk.told("slip")) == 2)
    kinds = [event["kind"] for event in kiosk.server.events if event["kind"] in ("ticket", "slip")]
    assert kinds[0] == "ticket"
    assert [fact["id"] for fact in kiosk.told("ticket")] == ["20260302-A980", "20260302-A981"]
    ends = {fact["slip"]: fact["state"] for fact in kiosk.told("slip")}
    # The first may have been killed between its print and its last status request.
    assert ends["standby-20260302-A980"] in ("printed", "unknown")
    assert ends["standby-20260302-A981"] == "printed"
    assert kiosk.papers() == 2
    # A slip that this PC printed by itself is reported as a fact, never as the result of a task.
    assert kiosk.server.results == []
    assert kiosk.told("line")[0]["book"] == kiosk.told("line")[1]["book"]


def test_an_older_slip_waits_until_the_offline_numbers_are_imported(kiosk: Kiosk) -> None:
    line = kiosk.line(1)
    kiosk.server.stop()
    line.issue("k1", "x-1")
    kiosk.server.rejected_events = {"event"}
    kiosk.server.start()
    assert kiosk.server.wait(lambda: kiosk.told("ticket"))
    assert kiosk.server.task(id="older", device="printer-1") == {"accepted": False}
    assert kiosk.server.task(id="new", device="printer-1", resend=False) == {"accepted": True}
