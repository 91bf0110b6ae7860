"""A hall that is killed and started again hundreds of times: HallServer with a nursery.

The simulators run in a process of their own that nobody kills, as the devices do.
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

from bench.breaking.levers import Levers
from devices.simulate.plan import HallPlan, write_plan
from devices.voice.wavs import silence, to_wav
from server.reference import load
from support.hall_server import ADMINISTRATOR, MANAGER, PATIENCE, ROOT, Client, HallServer, moment

HALL = "reference"
AGENTS = ("kiosk", "counters", "display")
CLERKS = ("1009", "1004")
CLIPS_ZONE = "west"
"""Here the calls are spoken from clips made up here; everywhere else from the hall's bank."""
CLIPS = "请零一二三四五六七八九十号到窗口ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CLIP_SECONDS = 0.05
DATAGRAMS = "reader-2"
"""A time clock that is polled by UDP, wherever there is one that is polled."""
SOON = "poll_seconds = 1"
SHORT_CALLS = {"voice_repeats": 1, "voice_languages": "zh"}
"""A loudspeaker that says nothing is given up after the call's own length."""

UNHURRIED = {"kiosk_minute_numbers": 999, "kiosk_hour_numbers": 999}
"""A crowd that presses faster than people stand in a row is what this is about."""


class Nursery:
    """One process that bears many; not for several threads at once."""

    def __init__(self, kind: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.breaking.nursery", kind],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        )
        self._lock = threading.Lock()

    def bear(self, argv: Sequence[str], log: Path) -> int:
        """A new child's process id."""
        with self._lock:
            self._ask(argv=list(argv), log=str(log))
            return int(self._answer()["born"])

    def word(self) -> dict[str, Any]:
        """The next line that a child prints; empty when the nursery has ended."""
        return self._answer()

    def has_word(self, seconds: float) -> bool:
        """Whether a child prints something within so many seconds."""
        assert self._process.stdout is not None
        return bool(select.select([self._process.stdout], [], [], seconds)[0])

    def end(self, pid: int, how: signal.Signals = signal.SIGKILL) -> None:
        """End a child and wait for it; what it said before and nobody read is dropped."""
        with self._lock:
            os.kill(pid, how)
            self._ask(reap=pid)
            while "reaped" not in self._answer():
                pass

    def close(self) -> None:
        """End the nursery and every child."""
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


class BrokenHall(HallServer):
    """The reference hall at Tuesday, ten o'clock, borne by nurseries."""

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
        """Kind and name to the client: a second enrolment would end the first."""
        self.agents = tuple(agents)
        self.levers = Levers(folder / "levers")
        self._servers = Nursery("server")
        self._hosts = Nursery("agent")
        self._serving = 0
        self._agent_pids: dict[str, int] = {}
        self._fresh = True

    def __enter__(self) -> BrokenHall:
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
        """The server's process; 0 when there is none."""
        return self._serving

    def bear(self) -> None:
        """Begin a start, and do not wait for it."""
        asked = json.dumps({**self._asked, "now": self.now(), "fresh": self._fresh})
        argv = ("--data", str(self.data), "--asked", asked)
        self._serving = self._servers.bear(argv, self.folder / "server.log")

    def start(self, at: str | None = None) -> None:
        """Start it, on the same port and data as before; returns when its port is open."""
        if at is not None:
            self.put_clock(at)
        self.bear()
        while True:
            said = self._servers.word()
            if "port" in said:
                break
            assert "reaped" not in said, self.log()
        self._fresh = False

    def try_start(self, patience: float = 20.0) -> bool:
        """Start it; False when the process ends instead of opening its port."""
        self.bear()
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self._servers.has_word(0.05):
                return "port" in self._servers.word()
            if _is_over(self._serving):
                self.kill()
                return False
        self.kill()
        return False

    def put_clock(self, at: str) -> None:
        """The hall's time of day for the next start."""
        self._began, self._began_at = time.monotonic(), moment(at)

    def furnish_again(self) -> None:
        """The next start signs everybody in anew: after a restored backup, on a new day."""
        self._fresh = True

    def kill(self) -> None:
        """SIGKILL."""
        if self._serving:
            self._servers.end(self._serving)
            self._serving = 0

    def stop(self) -> None:
        """SIGTERM, and wait."""
        if self._serving:
            self._servers.end(self._serving, signal.SIGTERM)
            self._serving = 0

    def log(self) -> str:
        """The end of what the server has written."""
        path = self.folder / "server.log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def _start_simulators(self) -> None:
        """As in the tests, with time clocks that an agent polls too."""
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
        _differently(self._written.agents["display"])
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
        """Start an agent; enrols it the first time."""
        assert self._written is not None
        config = self._written.agents[name]
        token = config.with_name(f"{name}.token")
        if not token.exists():
            token.touch(mode=0o600)
            token.write_text(self.enrolled("agent", name).bearer)
        log = self.folder / f"{name}.log"
        self._agent_pids[name] = self._hosts.bear((name, str(config)), log)

    def kill_agent(self, name: str) -> None:
        """SIGKILL."""
        self._hosts.end(self._agent_pids.pop(name))

    def agent_pid(self, name: str) -> int:
        """An agent's process."""
        return self._agent_pids[name]

    # -- people --------------------------------------------------------------------------------

    def enrolled(self, kind: str, name: str) -> Client:
        """A kiosk, board or agent, enrolled with a one-time code like any other."""
        asked = {"kind": kind, "name": name}
        code = self.clerk(ADMINISTRATOR).post("/office/codes", asked)["code"]
        given = Client(self.base).post("/enrol", {"code": code, **asked})
        client = self.enrolments[kind, name] = Client(self.base, bearer=given["token"])
        return client

    def signed_in(self) -> dict[str, Client]:
        """Everybody who has signed in, by staff number."""
        return dict(self._clerks)

    def sign_in_again(self) -> None:
        """Everybody's session, after a day or a restore has ended it."""
        for staff, client in self._clerks.items():
            client.sign_in(staff, self.password)

    def devices_known(self) -> dict[str, str]:
        """Name to state, as the office sees it."""
        found = self.clerk(MANAGER).get("/office/today")["devices"]
        return {str(d["name"]): str(d["state"]) for d in found}


def _differently(config: Path) -> None:
    """What the demo hall has none of: clips for a voice, a time clock by UDP.

    Time clocks are asked more often, and a player that hangs is given up sooner, so that a fault
    of them is seen within seconds.
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
    """Whether a process has ended and only waits to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
