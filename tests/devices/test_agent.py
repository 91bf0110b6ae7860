"""Agent runtime against a small server over real sockets."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from devices.config import read_agent_config
from devices.host.main import EXIT_CONFIG, EXIT_ENROL, EXIT_RUNNING
from devices.host.runtime import Agent, AlreadyRunningError, only_one
from devices.printers.simulator import PrinterSimulator
from devices.registry import KINDS
from devices.simulate.base import Journal
from devices.simulate.config import simulator_plan
from support.agent_server import AgentServer
from support.hardware import PATIENCE, SLIP

ROOT = Path(__file__).parents[2]


class Hall:
    """A server, a few simulated devices, and the agent's configuration file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = AgentServer()
        self.plan = simulator_plan(
            {
                "simulator": {"pace": 0.0},
                "printer": [
                    {
                        "name": "printer-1",
                        "link": "tcp:127.0.0.1:0",
                        "seconds_per_line": 0.05,
                        "slow_seconds": 0.3,
                    }
                ],
                "strip_bus": [
                    {
                        "name": "leds",
                        "link": "serial:ttyLED0",
                        "strip": [{"name": "strip-W03", "address": 3, "driver": "w1"}],
                    }
                ],
                "keypad_bus": [
                    {
                        "name": "pads",
                        "link": "serial:ttyPAD0",
                        "keypad": [{"name": "keypad-W03", "address": 5}],
                    }
                ],
            },
            folder,
        )
        for device in self.plan.devices:
            device.start()
        self.journal: Journal = self.plan.journal
        self.devices = {device.name: device for device in self.plan.devices}
        printer = self.devices["printer-1"]
        assert isinstance(printer, PrinterSimulator)
        self.printer = printer
        self.file = folder / "agent.toml"
        self.write_file()

    def write_file(self, code: str = "") -> None:
        port = getattr(self.printer.wire, "port", 0)
        self.file.write_text(
            f"""
[agent]
name = "agent-1"
server = "{self.server.url}"
token_file = "agent.token"
enrol_code = "{code}"
state_dir = "state"
[[bus]]
name = "leds"
link = "serial:ttyLED0"
[[bus]]
name = "pads"
link = "serial:ttyPAD0"
[[device]]
name = "printer-1"
kind = "printers"
driver = "escpos"
link = "tcp:127.0.0.1:{port}"
serves = "1"
answer_seconds = 0.3
busy_seconds = 0.5
finish_seconds = 4
probe_seconds = 0.3
[[device]]
name = "strip-W03"
kind = "led"
driver = "w1"
bus = "leds"
address = 3
serves = "W03"
[[device]]
name = "keypad-W03"
kind = "keypads"
driver = "a4"
bus = "pads"
address = 5
serves = "W03"
""",
            encoding="utf-8",
        )

    def papers(self) -> int:
        return sum(event["kind"] == "paper" for event in self.journal.since(0, 0))

    def shown(self, device: str, text: str) -> bool:
        def match(event: Mapping[str, object]) -> bool:
            return event["device"] == device and event.get("text") == text

        return self.journal.wait_for(match, PATIENCE) is not None

    def agent(self) -> Agent:
        agent = Agent(read_agent_config(self.file), tuple(KINDS))
        agent.start("secret")
        return agent

    def process(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "devices.host", "--config", str(self.file)]
        return subprocess.Popen(command, cwd=ROOT)

    def stop(self) -> None:
        self.server.stop()
        self.journal.close()
        for device in self.plan.devices:
            device.stop()


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    yield hall
    hall.stop()


@pytest.fixture
def agent(hall: Hall) -> Iterator[Agent]:
    agent = hall.agent()
    assert hall.server.wait(lambda: hall.server.hellos)
    yield agent
    agent.stop()


def ended(process: subprocess.Popen[bytes]) -> int:
    """Send SIGTERM and return the exit code, or that of the kill if it does not end."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(PATIENCE)


def paper_out(hall: Hall, *, on: bool) -> None:
    hall.printer.faults.switch("paper_out", on=on)


def test_the_agent_announces_devices_and_reports_their_health(hall: Hall, agent: Agent) -> None:
    assert agent.config.name == "agent-1"
    hello = hall.server.hellos[0]
    assert hello["agent"] == "agent-1"
    assert {each.pop("device"): each for each in hello["devices"]} == {
        "printer-1": {"kind": "printers", "driver": "escpos", "serves": "1", "bus": ""},
        "strip-W03": {"kind": "led", "driver": "w1", "serves": "W03", "bus": "leds"},
        "keypad-W03": {"kind": "keypads", "driver": "a4", "serves": "W03", "bus": "pads"},
    }
    server = hall.server
    assert server.wait(lambda: (server.health_of("printer-1") or {}).get("state") == "ok")
    paper_out(hall, on=True)
    assert server.wait(lambda: (server.health_of("printer-1") or {}).get("code") == "paper_out")
    latest = server.health_of("printer-1")
    assert latest is not None
    assert latest["readings"] == {"paper": "out", "cover": "closed", "cutter": "ok", "online": "no"}


@pytest.mark.usefixtures("agent")
def test_a_slip_is_printed_and_confirmed(hall: Hall) -> None:
    assert hall.server.task(id="t1", device="printer-1", payload=SLIP) == {"accepted": True}
    result = hall.server.result_of("t1")
    assert (result["state"], result["device"]) == ("printed", "printer-1")
    assert hall.papers() == 1
    # The same task again gets the same answer and prints no second slip.
    hall.server.results.clear()
    hall.server.task(id="t1", device="printer-1", payload=SLIP)
    assert hall.server.result_of("t1")["state"] == "printed"
    assert hall.papers() == 1


@pytest.mark.usefixtures("agent")
def test_without_paper_nothing_is_sent(hall: Hall) -> None:
    paper_out(hall, on=True)
    hall.server.task(id="t1", device="printer-1", payload=SLIP)
    result = hall.server.result_of("t1")
    assert (result["state"], result["reason"]) == ("failed", "paper_out")
    paper_out(hall, on=False)
    hall.server.task(id="t2", device="printer-1", payload=SLIP)
    assert hall.server.result_of("t2")["state"] == "printed"
    assert hall.papers() == 1


@pytest.mark.usefixtures("agent")
def test_impossible_tasks_fail_with_a_reason(hall: Hall) -> None:
    hall.server.task(id="a", device="nobody")
    assert hall.server.result_of("a")["reason"] == "no_such_device"
    hall.server.task(id="b", device="printer-1", payload={"lines": [{"type": "fax"}]})
    assert hall.server.result_of("b")["reason"] == "bad_document"
    hall.server.task(id="c", device="printer-1", payload=SLIP, expires_in=-1)
    assert hall.server.result_of("c")["reason"] == "expired"
    hall.server.task(id="d", device="strip-W03", kind="beep")
    assert hall.server.result_of("d")["reason"] == "not_supported"
    hall.server.task(id="e", device="keypad-W03", kind="beep")
    assert hall.server.result_of("e")["state"] == "done"
    assert hall.server.task(id=5, device="printer-1") == {"accepted": False}
    assert hall.papers() == 0


@pytest.mark.usefixtures("agent")
def test_the_newest_state_is_shown(hall: Hall) -> None:
    hall.server.send_desired_state(
        "strip-W03", 2, {"mode": "call", "text": "A012", "colour": "green"}
    )
    assert hall.shown("strip-W03", "A012")
    hall.server.send_desired_state(
        "strip-W03", 1, {"mode": "idle", "text": "旧的", "colour": "red"}
    )
    hall.server.send_desired_state(
        "strip-W03", 3, {"mode": "paused", "text": "暂停服务", "colour": "red"}
    )
    assert hall.shown("strip-W03", "暂停服务")
    texts = [e.get("text") for e in hall.journal.since(0, 0) if e["kind"] == "strip"]
    assert "旧的" not in texts
    hall.server.send_desired_state("keypad-W03", 1, {"waiting": 7, "ticket": 12})
    assert hall.shown("keypad-W03", "  7012")


@pytest.mark.usefixtures("agent")
def test_a_key_press_reaches_the_server_once(hall: Hall) -> None:
    pad = hall.devices["keypad-W03"]
    pad.faults.switch("key_bounce", on=True)
    pad.press("1 2 13")  # type: ignore[attr-defined]
    assert hall.server.wait(lambda: hall.server.events)
    echo = hall.journal.wait_for(lambda event: event["kind"] == "echo", PATIENCE)
    assert echo is not None
    event = hall.server.events[0]
    assert event["data"]["function"] == "transfer"
    assert event["data"]["digits"] == "12"
    pad.press("0D")  # type: ignore[attr-defined]
    assert hall.server.wait(
        lambda: any(e["data"]["function"] == "recall" for e in hall.server.events)
    )
    assert [e["data"]["function"] for e in hall.server.events] == ["transfer", "recall"]


@pytest.mark.usefixtures("agent")
def test_the_agent_reconnects_after_a_server_restart(hall: Hall) -> None:
    server = hall.server
    hall.server.send_desired_state(
        "strip-W03", 9, {"mode": "call", "text": "A001", "colour": "red"}
    )
    assert hall.shown("strip-W03", "A001")
    server.stop()
    # A restarted server counts its versions from the beginning.
    server.desired.append(
        {"device": "strip-W03", "version": 1, "state": {"text": "A002", "colour": "red"}}
    )
    server.start()
    assert server.wait(lambda: len(server.hellos) >= 2)
    assert hall.shown("strip-W03", "A002")
    server.task(id="t1", device="printer-1", payload=SLIP)
    assert server.result_of("t1")["state"] == "printed"


@pytest.mark.usefixtures("agent")
def test_a_result_is_sent_until_it_is_acknowledged(hall: Hall) -> None:
    server = hall.server
    server.unanswered_events.add("result")
    server.task(id="t1", device="printer-1", payload=SLIP)
    assert server.result_of("t1")["state"] == "printed"
    assert server.wait(lambda: len(server.results) >= 2)
    server.unanswered_events.clear()
    count = len(server.results)
    assert server.wait(lambda: len(server.results) > count)
    server.task(id="t2", device="printer-1", payload=SLIP)
    server.result_of("t2")
    assert hall.papers() == 2


@pytest.mark.usefixtures("agent")
def test_a_rejected_result_is_sent_on_the_next_connection(hall: Hall) -> None:
    server = hall.server
    server.rejected_events.add("result")
    server.task(id="t1", device="printer-1", payload=SLIP)
    server.result_of("t1")
    server.task(id="t2", device="printer-1", payload=SLIP)
    server.result_of("t2")
    assert [result["id"] for result in server.results] == ["t1", "t2"]
    server.rejected_events.clear()
    server.results.clear()
    server.stop()
    server.start()
    server.result_of("t1")
    server.result_of("t2")
    assert hall.papers() == 2


def test_the_agent_ends_with_its_parent_process(hall: Hall) -> None:
    (hall.folder / "agent.token").write_text("secret\n", encoding="utf-8")
    script = (
        "import os, subprocess, sys, time\n"
        "os.environ['HALL_PARENT'] = str(os.getpid())\n"
        "child = subprocess.Popen([sys.executable, *sys.argv[1:]])\n"
        "print(child.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, "-m", "devices.host", "--config", str(hall.file)]
    parent = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert int(parent.stdout.readline()) > 0
    assert hall.server.wait(lambda: hall.server.hellos)
    parent.kill()
    parent.communicate(timeout=PATIENCE)
    assert hall.server.wait(lambda: hall.server.disconnects)


def test_an_agent_killed_while_printing_does_not_print_again(hall: Hall) -> None:
    (hall.folder / "agent.token").write_text("secret\n", encoding="utf-8")
    server = hall.server
    first = hall.process()
    try:
        assert server.wait(lambda: server.hellos)
        # The slip is so long that the kill comes in the middle.
        long_slip = {"lines": [{"type": "text", "text": f"第{n}行"} for n in range(80)]}
        server.task(id="t1", device="printer-1", payload=long_slip)
        assert hall.journal.wait_for(lambda event: event["kind"] == "begun", PATIENCE)
    finally:
        first.kill()
        first.wait(PATIENCE)
    server.on_hello.append(
        {"id": "t1", "device": "printer-1", "kind": "print", "payload": long_slip}
    )
    second = hall.process()
    try:
        result = server.result_of("t1")
        assert (result["state"], result["reason"]) == ("unknown", "interrupted")
    finally:
        assert ended(second) == 0
    raw = bytes(hall.printer._paper.slip.raw) + bytes(hall.printer._buffer)
    assert raw.count("第".encode("gb18030") + b"0\x1c") == 1


def test_the_agent_enrols_once_and_stores_the_token(hall: Hall) -> None:
    hall.server.codes["ABC-123"] = "secret"
    hall.write_file("ABC-123")
    for _ in range(2):
        process = hall.process()
        try:
            assert hall.server.wait(hall.server.hellos.__len__)
            hall.server.hellos.clear()
        finally:
            assert ended(process) == 0
    token = hall.folder / "agent.token"
    assert token.read_text(encoding="utf-8") == "secret\n"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600


def run_agent(module: str, file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, "--config", str(file)]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, env=environment, check=False
    )


def test_a_wrong_enrolment_code_ends_the_agent_with_a_message(hall: Hall) -> None:
    hall.write_file("WRONG")
    ended = run_agent("devices.host", hall.file)
    assert ended.returncode == EXIT_ENROL
    assert "登记码只能用一次" in ended.stderr
    hall.write_file()
    assert "enrol_code" in run_agent("devices.host", hall.file).stderr


def test_each_agent_program_hosts_its_own_kinds(hall: Hall) -> None:
    for module, own in (("kiosk", "printers"), ("counters", "keypads"), ("display", "led")):
        ended = run_agent(f"{module}.agent", hall.file)
        assert ended.returncode == EXIT_CONFIG
        assert f"does not host '{own}'" not in ended.stderr
        assert ended.stderr.count("does not host") == 2


def test_two_agents_do_not_share_a_state_folder(hall: Hall) -> None:
    with only_one(hall.folder / "state"):
        with pytest.raises(AlreadyRunningError), only_one(hall.folder / "state"):
            pass
        assert run_agent("devices.host", hall.file).returncode == EXIT_RUNNING
