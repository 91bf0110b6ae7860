"""Hall that is killed and started hundreds of times: HallServer with a fork server.

The simulators run in a separate process that is never killed, like the devices.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.breaking.controls import Controls
from devices.simulate.demo_files import HallPlan, write_plan
from devices.voice.wavs import silence, to_wav
from server.catalogue.reference import load
from support.hall_server import ADMINISTRATOR, MANAGER, PATIENCE, ROOT, Client, HallServer, moment

HALL = "reference"
AGENTS = ("kiosk", "counters", "display")
CLERKS = ("1009", "1004")
CLIPS_ZONE = "west"
"""Zone whose calls are spoken from clips generated here; all others use the hall's bank."""
CLIPS = "请零一二三四五六七八九十号到窗口ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CLIP_SECONDS = 0.05
DATAGRAMS = "reader-2"
"""Time clock that is polled over UDP, in every setting with polled time clocks."""
SOON = "poll_seconds = 1"
SHORT_CALLS = {"voice_repeats": 1, "voice_languages": "zh"}
"""Settings of short calls: a silent loudspeaker is given up after the call's own length."""

UNHURRIED = {"kiosk_minute_numbers": 999, "kiosk_hour_numbers": 999}
"""Issue rate limits that do not apply: the crowd presses faster than people in a row do."""


class ForkServer:
    """Process that forks many children; not thread-safe."""

    def __init__(self, kind: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.breaking.fork_server", kind],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        )
        self._lock = threading.Lock()

    def fork(self, argv: Sequence[str], log: Path) -> int:
        """Fork a child and return its process id."""
        with self._lock:
            self._ask(argv=list(argv), log=str(log))
            return int(self._answer()["born"])

    def read_message(self) -> dict[str, Any]:
        """Return the next line that a child prints; empty when the fork server has ended."""
        return self._answer()

    def has_message(self, seconds: float) -> bool:
        """Return True if a child prints something within `seconds`."""
        assert self._process.stdout is not None
        return bool(select.select([self._process.stdout], [], [], seconds)[0])

    def end(self, pid: int, how: signal.Signals = signal.SIGKILL) -> None:
        """End a child and wait for it; its unread output is dropped."""
        with self._lock:
            os.kill(pid, how)
            self._ask(reap=pid)
            while "reaped" not in self._answer():
                pass

    def close(self) -> None:
        """End the fork server and every child."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()

    def _ask(self, **words: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return dict(json.loads(line)) if line else {"reaped": 0}


class FaultyHall(HallServer):
    """Reference hall at Tuesday, ten o'clock, started by fork servers."""

    def __init__(
        self,
        folder: Path,
        *,
        agents: Sequence[str] = AGENTS,
        at: str = "10:00",
        polled: Sequence[str] = (),
        **words: Any,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        words["settings"] = SHORT_CALLS | UNHURRIED | (words.get("settings") or {})
        super().__init__(folder, devices=True, at=at, **words)
        self._polled = (*polled, DATAGRAMS) if polled else ()
        self.enrolments: dict[tuple[str, str], Client] = {}
        """Clients by kind and name: a second enrolment would end the first."""
        self.agents = tuple(agents)
        self.levers = Controls(folder / "levers")
        self._servers = ForkServer("server")
        self._hosts = ForkServer("agent")
        self._serving = 0
        self._agent_pids: dict[str, int] = {}
        self._fresh = True

    def __enter__(self) -> FaultyHall:
        try:
            self._start_simulators()
            self.start()
            for name in self.agents:
                self.start_agent(name)
            self.wait_for_device("printer-1")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._servers.close()
        self._hosts.close()
        super().__exit__(None, None, None)

    # -- server --------------------------------------------------------------------------------

    @property
    def data(self) -> Path:
        """The server's data folder."""
        return self.folder / "data"

    @property
    def pid(self) -> int:
        """The server's process id; 0 when there is none."""
        return self._serving

    def begin_start(self) -> None:
        """Fork a server without waiting for its start."""
        start_options = json.dumps({**self._asked, "now": self.now(), "fresh": self._fresh})
        argv = ("--data", str(self.data), "--asked", start_options)
        self._serving = self._servers.fork(argv, self.folder / "server.log")

    def start(self, at: str | None = None) -> None:
        """Start the server on the same port and data as before; return when its port is open."""
        if at is not None:
            self.set_clock(at)
        self.begin_start()
        while True:
            message = self._servers.read_message()
            if "port" in message:
                break
            assert "reaped" not in message, self.log()
        self._fresh = False

    def try_start(self, patience: float = 20.0) -> bool:
        """Start the server; return False when the process ends instead of opening its port."""
        self.begin_start()
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self._servers.has_message(0.05):
                return "port" in self._servers.read_message()
            if _is_over(self._serving):
                self.kill()
                return False
        self.kill()
        return False

    def set_clock(self, at: str) -> None:
        """Set the hall's time of day for the next start."""
        self._began, self._began_at = time.monotonic(), moment(at)

    def has_data(self) -> None:
        """Start on the data that are there: nothing is created at the first start."""
        self._fresh = False

    def refill_at_next_start(self) -> None:
        """Let the next start sign everybody in again: after a restored backup, on a new day."""
        self._fresh = True

    def kill(self) -> None:
        """Kill the server with SIGKILL."""
        if self._serving:
            self._servers.end(self._serving)
            self._serving = 0

    def stop(self) -> None:
        """Send SIGTERM, and wait."""
        if self._serving:
            self._servers.end(self._serving, signal.SIGTERM)
            self._serving = 0

    def log(self) -> str:
        """Return the end of the server's log."""
        path = self.folder / "server.log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def _start_simulators(self) -> None:
        """Start the simulators as in the tests, with time clocks that an agent polls too."""
        book = load()
        rooms = {z.code: [w.code for w in book.windows if w.zone == z.code] for z in book.zones}
        plan = HallPlan(
            self.base,
            ("1", "2"),
            rooms,
            ("main", *rooms),
            pace=0.05,
            doors=self._doors,
            polled=self._polled,
            people={person.number: person.name for person in book.staff},
        )
        self._written = write_plan(plan, self.folder / "devices")
        _customise(self._written.agents["display"])
        self._asked["simulators"] = f"http://127.0.0.1:{self._written.control_port}"
        config = str(self._written.simulator)
        self._others["simulators"] = subprocess.Popen(
            [sys.executable, "-m", "devices.simulate", "--config", config],
            cwd=ROOT,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(ROOT), "HALL_PARENT": str(os.getpid())},
        )

    # -- agents --------------------------------------------------------------------------------

    def start_agent(self, name: str) -> None:
        """Start an agent; enrol it the first time."""
        assert self._written is not None
        config = self._written.agents[name]
        token = config.with_name(f"{name}.token")
        if not token.exists():
            token.touch(mode=0o600)
            token.write_text(self.enrolled("agent", name).bearer)
        log = self.folder / f"{name}.log"
        self._agent_pids[name] = self._hosts.fork((name, str(config)), log)

    def kill_agent(self, name: str) -> None:
        """Kill an agent with SIGKILL."""
        self._hosts.end(self._agent_pids.pop(name))

    def agent_pid(self, name: str) -> int:
        """Return an agent's process id."""
        return self._agent_pids[name]

    # -- people --------------------------------------------------------------------------------

    def enrolled(self, kind: str, name: str) -> Client:
        """Enrol a kiosk, board or agent with a one-time code; return its client."""
        body = {"kind": kind, "name": name}
        code = self.clerk(ADMINISTRATOR).post("/office/codes", body)["code"]
        enrolment = Client(self.base).post("/enrol", {"code": code, **body})
        client = self.enrolments[kind, name] = Client(self.base, bearer=enrolment["token"])
        return client

    def signed_in(self) -> dict[str, Client]:
        """Return the clients of all signed-in people, by staff number."""
        return dict(self._clerks)

    def sign_in_again(self) -> None:
        """Sign everybody in again after a day or a restore has ended the sessions."""
        for staff, client in self._clerks.items():
            client.sign_in(staff, self.password)

    def device_states(self) -> dict[str, str]:
        """Return name and state of each device, as the office shows it."""
        devices = self.clerk(MANAGER).get("/office/today")["devices"]
        return {str(d["name"]): str(d["state"]) for d in devices}


def _customise(config: Path) -> None:
    """Change the agent's configuration: clips for a voice, a time clock over UDP.

    The demo hall has neither. Time clocks are polled more often, and a player that hangs is given
    up sooner, so their faults show within seconds.
    """
    text = config.read_text(encoding="utf-8")
    clips = config.with_name("clips") / "zh"
    clips.mkdir(parents=True, exist_ok=True)
    for name in CLIPS:
        (clips / f"{name}.wav").write_bytes(to_wav(silence(CLIP_SECONDS)))
    head = f'name = "speaker-{CLIPS_ZONE}"\nkind = "voice"\ndriver = '
    text = text.replace(f'{head}"clips"', f'{head}"clips"\nclips = "{clips.parent.name}"')
    text = text.replace('kind = "voice"\n', 'kind = "voice"\nplayer_grace_seconds = 2.0\n')
    head = f'name = "{DATAGRAMS}"\nkind = "fingerprint"\ndriver = "zk-pull"\nlink = '
    text = text.replace(f'{head}"tcp:', f'{head}"udp:').replace("poll_seconds = 5", SOON)
    config.write_text(text, encoding="utf-8")


def _is_over(pid: int) -> bool:
    """Return True if a process has ended and is only waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
