"""Log of a real agent: everything that it did, and no personal data."""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import socketserver
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.fingerprint.simulator import TimeClock
from devices.keypads.simulator import KeypadSimulator
from devices.simulate.config import simulator_plan
from devices.voice.wavs import silence, to_wav
from support.agent_server import AgentServer
from support.hardware import PATIENCE
from support.loopback_client import LoopbackClient
from support.standby_lease import NOON, ORIGIN, lease

ROOT = Path(__file__).parents[2]
NAME, IDENTITY, PHONE = "王秘密", "110101199003070010", "13800138000"
ENROLLED = "913700281"
TOKEN, CODE, COMM_KEY = "token-of-this-agent", "code-for-one-time", "918273"
PAGE = "secret-of-the-page"
SECRETS = (NAME, IDENTITY, PHONE, ENROLLED, TOKEN, CODE, COMM_KEY, PAGE)
LINES = [{"type": "text", "text": f"{NAME} {IDENTITY} {PHONE}"}]
LONG = {"lines": [*LINES * 40, {"type": "cut"}], "copy": False}
SHORT = {"lines": [*LINES, {"type": "cut"}], "copy": False}
SPEECH = [{"lang": "zh", "text": f"请{NAME}"}]
Json = dict[str, Any]


def forms(secret: str) -> set[str]:
    """Return the forms in which a secret may appear in a log."""
    codes = [secret.encode(coding) for coding in ("utf-8", "gb18030")]
    variants = {secret, json.dumps(secret)[1:-1]}
    variants |= {form for raw in codes for form in (raw.hex(), repr(raw)[2:-1])}
    return variants | ({bytes(map(int, secret)).hex()} if secret.isdigit() else set())


class _Junk(socketserver.BaseRequestHandler):
    """Time clock that answers everything with personal data."""

    def handle(self) -> None:
        while self.request.recv(1024):
            self.request.sendall(f"{NAME}{IDENTITY}".encode("gb18030") * 4)


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True


class Place:
    """PC with one of each device, its agent a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = AgentServer(TOKEN)
        self.server.codes[CODE] = TOKEN
        state = lease(now=NOON, secret=PAGE)
        self.server.desired = [{"device": "standby-1", "version": 1, "state": state}]
        printer = {"name": "printer-1", "link": "tcp:127.0.0.1:0", "seconds_per_line": 0.02}
        clock = {"name": "clock-1", "way": "pull", "link": "tcp:127.0.0.1:0"}
        pads = [{"name": "keypad-W03", "address": 5}]
        self.plan = simulator_plan(
            {
                "simulator": {"pace": 0.0},
                "printer": [printer],
                "keypad_bus": [{"name": "pads", "link": "serial:ttyPAD0", "keypad": pads}],
                "speaker": [{"name": "speaker-1"}],
                "time_clock": [
                    {**clock, "comm_key": int(COMM_KEY), "people": [f"{ENROLLED} {NAME}"]}
                ],
            },
            folder,
        )
        for device in self.plan.devices:
            device.start()
        self.devices: dict[str, Any] = {device.name: device for device in self.plan.devices}
        self.junk = _Listener(("127.0.0.1", 0), _Junk)
        threading.Thread(target=self.junk.serve_forever, args=(0.05,), daemon=True).start()
        for clip in ("请", NAME):
            (folder / "clips" / "zh").mkdir(parents=True, exist_ok=True)
            (folder / "clips" / "zh" / f"{clip}.wav").write_bytes(to_wav(silence(0.3)))
        self.file().write_text(self.toml(), encoding="utf-8")
        self.log = folder / "agent.log"
        self.process = self.start()

    def file(self) -> Path:
        return self.folder / "agent.toml"

    def toml(self) -> str:
        printer = self.devices["printer-1"].wire.port
        to = f"127.0.0.1:{self.devices['speaker-1'].port}"
        player = [sys.executable, "-m", "devices.simulate.player", "--to", to, "{wav}"]
        tables: list[tuple[str, Json]] = [
            ("agent", {"name": "pc", "server": self.server.url, "enrol_code": CODE}),
            ("[bus]", {"name": "pads", "link": "serial:ttyPAD0"}),
            *self.device("printer-1", "printers", "escpos", link=f"tcp:127.0.0.1:{printer}"),
            *self.device("keypad-W03", "keypads", "a4", bus="pads", address=5),
            ("device.keys", {"13": "transfer"}),
            *self.device(
                "speaker-1", "voice", "clips", clips="clips", missing="refuse", player=player
            ),
            *self.clock("clock-1", self.devices["clock-1"].port),
            *self.clock("clock-2", self.junk.server_address[1]),
            *self.device("standby-1", "standby", "standby", port=0, printer="printer-1"),
        ]
        return "".join(
            f"[{name}]\n" + "".join(f"{key} = {json.dumps(v)}\n" for key, v in table.items())
            for name, table in tables
        )

    def device(self, name: str, kind: str, driver: str, **more: object) -> list[tuple[str, Json]]:
        origins = {"origins": [ORIGIN]} if kind == "standby" else {}
        quick = (
            {"answer_seconds": 0.3, "finish_seconds": 4, "busy_seconds": 0.5}
            if kind == "printers"
            else {}
        )
        return [
            (
                "[device]",
                {"name": name, "kind": kind, "driver": driver, "serves": "1"}
                | {**origins, **quick, **more},
            )
        ]

    def clock(self, name: str, port: int) -> list[tuple[str, Json]]:
        quick = {"poll_seconds": 1, "answer_seconds": 0.5, "comm_key": int(COMM_KEY)}
        link = f"tcp:127.0.0.1:{port}"
        return self.device(name, "fingerprint", "zk-pull", link=link, **quick)

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "devices.host", "--verbose", "--config", str(self.file())]
        with self.log.open("wb") as log:
            return subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, env=os.environ | {"PYTHONPATH": ""}
            )

    def until(self, right: Callable[[], object]) -> None:
        """Wait for data that the server receives."""
        assert self.server.wait(right, PATIENCE), [h for h in self.server.healths if h["code"]]

    def is_now(self, device: str, code: str) -> bool:
        """Return True if this is the newest health of a device."""
        return (self.server.health_of(device) or {}).get("code") == code

    def does(self, name: str, device: str, kind: str, payload: Json) -> tuple[str, str]:
        """Send a task; return its state and reason."""
        self.server.task(id=name, device=device, kind=kind, payload=payload, trace=f"of-{name}")
        result = self.server.result_of(name)
        return result["state"], result["reason"]

    def ended(self) -> list[Json]:
        """End the agent; return its log, every line of which is JSON."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.server.stop()
        self.junk.shutdown()
        self.junk.server_close()
        self.plan.journal.close()
        for device in self.plan.devices:
            device.stop()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.close()


def busy(place: Place) -> None:
    """Do everything that works, with personal data in it."""
    place.until(lambda: place.server.hellos)
    assert place.server.tokens == [TOKEN], "by the code that works once"
    assert place.does("slip", "printer-1", "print", SHORT) == ("printed", "")
    assert place.does("voice", "speaker-1", "speak", {"parts": SPEECH}) == ("spoken", "")
    names = {"users": [{"enrolment": ENROLLED, "name": NAME * 2}]}
    assert place.does("names", "clock-1", "names", names) == ("done", "")
    clock = place.devices["clock-1"]
    assert isinstance(clock, TimeClock)
    clock.press(ENROLLED)
    place.until(lambda: any(ENROLLED in json.dumps(event) for event in place.server.events))
    pad = place.devices["keypad-W03"]
    assert isinstance(pad, KeypadSimulator)
    pad.press(" ".join(PHONE) + " 13")
    place.until(lambda: any(e["data"].get("digits") == PHONE for e in place.server.events))
    line_url = next(e["data"]["line"] for e in place.server.events if e["kind"] == "line")
    place.until(lambda: place.is_now("standby-1", "ok"))
    LoopbackClient(line_url, ORIGIN, PAGE).issue("k1", "x-1")
    place.until(lambda: any(e["kind"] == "slip" for e in place.server.events))


def hung_up(address: str) -> None:
    """Close a page's connection in the middle of its request, without an orderly close."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), PATIENCE) as line:
        line.sendall(f"GET /standby/items/{NAME}".encode())
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def broken(place: Place) -> None:
    """Do everything that fails, with personal data in it."""
    place.until(lambda: place.is_now("clock-2", "garbled"))
    hung_up(next(e["data"]["line"] for e in place.server.events if e["kind"] == "line"))
    missing = {"parts": [{"lang": "en", "text": PHONE}]}
    assert place.does("clip", "speaker-1", "speak", missing) == ("failed", "clip_missing")
    endless = {"parts": SPEECH, "volume": math.inf}
    assert place.does("loud", "speaker-1", "speak", endless) == ("failed", "internal")
    odd = {"lines": [{"type": NAME, IDENTITY: PHONE}]}
    assert place.does("odd", "printer-1", "print", odd) == ("failed", "bad_document")
    pad = place.devices["keypad-W03"]
    before = place.plan.journal.number
    pad.press(" ".join(PHONE) + " 0D")  # a key without a function
    assert place.plan.journal.wait_for(lambda e: e["kind"] == "echo", PATIENCE, before)
    before = place.plan.journal.number
    place.server.task(id="torn", device="printer-1", payload=LONG, trace="of-torn")
    assert place.plan.journal.wait_for(lambda e: e["kind"] == "begun", PATIENCE, before)
    place.devices["printer-1"].faults.switch("cable_pulled", on=True)
    torn = place.server.result_of("torn")
    assert (torn["state"], torn["reason"]) == ("unknown", "cable")
    # Half a character, which no file can hold.
    spoilt = lease(now=NOON, secret=PAGE) | {"ticket": {"name": NAME + "\ud800", "id": IDENTITY}}
    place.server.send_desired_state("standby-1", 2, spoilt)
    place.until(lambda: place.is_now("standby-1", "internal"))


def test_an_agents_log_has_its_actions_and_no_personal_data(place: Place) -> None:
    busy(place)
    broken(place)
    lines = place.ended()
    text = place.log.read_text("utf-8")
    leaks = [x for x in text.splitlines() if any(f in x for s in SECRETS for f in forms(s))]
    assert leaks == []
    done = {(x["request"], x["device"], x["state"], x["reason"]) for x in lines if "task" in x}
    assert done >= {
        ("of-slip", "printer-1", "printed", ""),
        ("of-voice", "speaker-1", "spoken", ""),
        ("of-names", "clock-1", "done", ""),
        ("of-clip", "speaker-1", "failed", "clip_missing"),
        ("of-loud", "speaker-1", "failed", "internal"),
        ("of-odd", "printer-1", "failed", "bad_document"),
        ("of-torn", "printer-1", "unknown", "cable"),
    }
    assert any(x.get("task", "").startswith("standby-") for x in lines)
    crashed = {x["error"]: x["trace"] for x in lines if "error" in x}
    assert set(crashed) == {"OverflowError", "UnicodeEncodeError", "ConnectionResetError"}
    assert all(places for places in crashed.values())
    log_text = "\n".join(x["text"] for x in lines)
    assert "keypad-W03: key 0D has no function" in log_text
    assert "clock-2 is degraded (garbled)" in log_text


NOBODY_CATCHES = """
import sys, threading
from devices.host import logs
logs.start(verbose=True)
def fail(): raise ValueError(sys.argv[1])
class Thing:
    def __del__(self): fail()
thread = threading.Thread(target=fail)
thread.start()
thread.join()
Thing()
fail()
"""


def test_an_uncaught_error_is_logged_without_its_message() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", NOBODY_CATCHES, NAME],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 1
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["error"] for line in lines] == ["ValueError"] * 3
    assert all(line["trace"][-1].endswith(":fail") for line in lines)
    assert NAME not in ended.stderr
