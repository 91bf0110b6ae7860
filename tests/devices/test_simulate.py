"""Simulator process: its control channel, a whole hall's plan, and agents on it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.config import read_agent_config
from devices.led.codecs import CODECS
from devices.link import parse_link
from devices.printers.document import Document
from devices.printers.driver import EscposPrinter
from devices.registry import build_drivers
from devices.simulate.cable import CableLog
from devices.simulate.config import read_simulator_config
from devices.simulate.demo_files import HallPlan, main, write_plan
from support.hardware import PATIENCE, SLIP, ReportRecorder

ROOT = Path(__file__).parents[2]
EAST = [f"W{n:02}" for n in range(1, 15)]
WEST = [f"W{n:02}" for n in range(15, 28)]


class Client:
    """Client of the control channel."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"

    def get(self, path: str) -> Any:
        return json.loads(self.raw(path))

    def raw(self, path: str) -> bytes:
        with urllib.request.urlopen(self.base + path, timeout=PATIENCE) as answer:
            data: bytes = answer.read()
            return data

    def post(self, path: str, body: object) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code if json.load(error)["error"] else 0

    def shows(self, name: str) -> Any:
        return next(d for d in self.get("/state")["devices"] if d["name"] == name)["shows"]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Client, Path]]:
    """Yield a simulator process with one printer, one strip, one keypad and one speaker."""
    with simulator(tmp_path) as client:
        yield client, tmp_path


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Yield such a simulator process for requests that change nothing."""
    with simulator(tmp_path_factory.mktemp("bench")) as client:
        yield client


@contextlib.contextmanager
def simulator(folder: Path) -> Iterator[Client]:
    plan = HallPlan("http://127.0.0.1:1", ["1"], {"east": ["W01"]}, ["main"], pace=0.0)
    write_plan(plan, folder)
    command = [sys.executable, "-m", "devices.simulate", "--config"]
    process = subprocess.Popen(
        [*command, str(folder / "simulator.toml")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    yield Client(ready["port"])
    process.terminate()
    assert process.wait(PATIENCE) == 0
    process.stdout.close()


def test_a_printed_slip_is_visible_over_http(running: tuple[Client, Path]) -> None:
    client, folder = running
    assert client.get("/healthz") == {"ok": True}
    agent = tomllib.loads((folder / "agent-kiosk.toml").read_text(encoding="utf-8"))
    printer = EscposPrinter(parse_link(agent["device"][0]["link"]))
    outcome, _ = printer.print_document(Document.from_json(SLIP), lambda: None)
    assert outcome.state == "printed"
    events = client.get("/events?since=0&wait=20")
    number = events["seq"]
    paper = next(event for event in events["events"] if event["kind"] == "paper")
    assert "A012" in paper["text"]
    assert client.raw(paper["png"]).startswith(b"\x89PNG")
    assert client.raw(paper["png"].replace(".png", ".bin")).startswith(b"\x1b@")
    assert client.shows("printer-1")["papers"][0]["number"] == paper["number"]
    assert client.get(f"/events?since={number}&wait=0") == {"events": [], "seq": number}


def test_faults_are_switched_while_it_runs(running: tuple[Client, Path]) -> None:
    client, folder = running
    agent = tomllib.loads((folder / "agent-kiosk.toml").read_text(encoding="utf-8"))
    printer = EscposPrinter(parse_link(agent["device"][0]["link"]))
    for fault, code in (("paper_out", "paper_out"), ("cable_pulled", "unreachable")):
        assert client.post("/devices/printer-1/fault", {"name": fault, "on": True}) == 200
        assert printer.probe().code == code
        assert client.post("/devices/printer-1/fault", {"name": fault, "on": False}) == 200
        assert printer.probe().code == "ok"
    kinds = [event["kind"] for event in client.get("/events?since=0")["events"]]
    assert kinds == ["fault"] * 4


def test_keys_are_pressed_over_http(running: tuple[Client, Path]) -> None:
    client, _ = running
    assert client.post("/devices/keypad-W01/press", {"keys": "0C"}) == 200
    events = client.get("/events?since=0&wait=20")["events"]
    assert events[0]["kind"] == "press"
    assert events[0]["face"] == "呼叫"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/devices/nobody/fault", {"name": "silent", "on": True}, 404),
        ("/devices/printer-1/fault", {"name": "rain", "on": True}, 400),
        ("/devices/printer-1/fault", {"name": "silent"}, 400),
        ("/devices/printer-1/press", {"keys": "0C"}, 400),
        ("/devices/keypad-W01/press", {"keys": "ZZ"}, 400),
        ("/devices/keypad-W01/press", b"not json", 400),
        ("/devices/keypad-W01/press", b"x" * 10_001, 413),
        ("/reset", {}, 404),
    ],
)
def test_wrong_commands_are_refused_with_a_reason(
    path: str, body: object, status: int, shared: Client
) -> None:
    assert shared.post(path, body) == status


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/events?since=x", 400),
        ("/devices/printer-1/paper/1.png", 404),
        ("/devices/printer-1/sound/1.wav", 404),
        ("/devices/speaker-main/sound/1.wav", 404),
    ],
)
def test_wrong_pages_are_refused_with_a_reason(path: str, status: int, shared: Client) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        shared.raw(path)
    with caught.value as error:
        assert error.code == status


def test_the_plan_of_a_hall_is_consistent(tmp_path: Path) -> None:
    plan = HallPlan(
        "http://127.0.0.1:9",
        ["1", "2"],
        {"east": EAST, "west": WEST},
        enrol_codes={"kiosk": "AB-12"},
        first_port=21700,
    )
    written = write_plan(plan, tmp_path)
    assert written.control_port == 21700
    simulated = read_simulator_config(written.simulator)
    names = {device.name for device in simulated.devices}
    kinds = {
        "kiosk": ("printers", "standby"),
        "counters": ("keypads", "ratingpads"),
        "display": ("led", "voice"),
    }
    hosted: set[str] = set()
    serves: dict[str, set[str]] = {}
    for name, path in written.agents.items():
        config = read_agent_config(path)
        build_drivers(config, ReportRecorder(), kinds[name])
        # The loopback server of a kiosk has no cable: its other end is the browser.
        hosted |= {device.name for device in config.devices if device.kind != "standby"}
        for device in config.devices:
            serves.setdefault(device.kind, set()).add(device.serves)
    assert hosted == names - {
        "strips-east",
        "strips-west",
        "strips-annex",
        "keypads-east",
        "keypads-west",
        "ratings-east",
        "ratings-west",
    }
    assert serves["led"] == serves["keypads"] == serves["ratingpads"] == {*EAST, *WEST}
    assert serves["voice"] == {"main", "east", "west"}
    text = written.agents["kiosk"].read_text(encoding="utf-8")
    assert 'enrol_code = "AB-12"' in text
    assert "columns = 32" in text
    drivers = {device["driver"] for device in _display(written.agents["display"])}
    assert drivers == {"w1", "w2", "w7", "clips"}


def _display(path: Path) -> list[dict[str, Any]]:
    devices: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["device"]
    return devices


def test_the_plan_s_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--out", str(tmp_path / "a"), "--windows-east", "W01,W02", "--kiosks", "1"]
    assert main(arguments) == 0
    answer = json.loads(capsys.readouterr().out)
    assert Path(answer["agents"]["display"]).is_file()
    fields = {"server": "http://x", "kiosks": ["1"], "rooms": {"east": ["W01"]}, "pace": 0.5}
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(fields), encoding="utf-8")
    assert main(["--out", str(tmp_path / "b"), "--json", str(file)]) == 0
    simulator = tomllib.loads((tmp_path / "b" / "simulator.toml").read_text(encoding="utf-8"))
    assert simulator["simulator"]["pace"] == 0.5


def test_each_device_tells_its_bus_and_the_bytes_of_its_last_frames(
    running: tuple[Client, Path],
) -> None:
    client, folder = running
    cables = {entry["name"]: entry["cable"] for entry in client.get("/state")["devices"]}
    plan = tomllib.loads((folder / "simulator.toml").read_text(encoding="utf-8"))
    (bus,) = plan["strip_bus"]
    (entry,) = bus["strip"]
    strip = cables["strip-W01"]
    place = [strip[key] for key in ("driver", "bus", "address", "baud")]
    assert place == [entry["driver"], bus["name"], entry["address"], 9600]
    assert strip["link"] == bus["link"].partition("?")[0]
    assert (strip["frames"], cables["printer-1"]["baud"]) == ([], None)
    frame = CODECS[entry["driver"]](entry["address"], "1号", "green")
    with (folder / bus["link"].partition("?")[0].partition(":")[2]).open("wb", 0) as line:
        line.write(frame)
    client.get("/events?since=0&wait=20")
    devices = client.get("/state")["devices"]
    (sent,) = next(d for d in devices if d["name"] == "strip-W01")["cable"]["frames"]
    assert (sent["direction"], sent["hex"]) == ("in", frame.hex(" ").upper())
    assert sent["length"] == len(frame)


def test_bytes_that_follow_at_once_are_one_frame_and_a_long_one_shows_its_head() -> None:
    times = iter((1.0, 1.1, 2.0, 3.0))
    log = CableLog("escpos", wall=lambda: next(times))
    log.part("in", b"\x1b@")
    log.part("in", b"A")
    log.part("in", b"\x0a")
    log.part("out", bytes(100))
    cable: Any = log.facts()
    first, second, last = cable["frames"]
    assert (first["at"], first["hex"]) == (1000, "1B 40 41")
    assert second["hex"] == "0A"
    assert (last["direction"], last["length"], len(last["hex"])) == ("out", 100, 48 * 3 - 1)
