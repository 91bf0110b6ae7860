"""Real hall for browser tests: a server process on the reference hall, Tuesday, ten o'clock.

    with HallServer(folder) as hall:
        page.goto(hall.url("/kiosk/1"))
        clerk = hall.clerk("1004")            # signed in at the counter and at window W01
        clerk.post("/counter/call-next")
        hall.kill(); hall.start()             # kill -9, then again on the same port and data

Every window that is open on Tuesdays has its clerk, so a ticket can be issued for every item.
`devices=True` adds the simulated devices and their agents; `hall.fault("printer-1", "paper_out")`
breaks one. The clock runs like the machine's and continues over restarts;
`hall.start(at="12:30")` sets it.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from devices.simulate.demo_files import HallPlan, PlanFiles, write_plan
from server.catalogue.reference import load
from support.server_forks import ForkedServer, ServerForks

ROOT = Path(__file__).resolve().parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
TUESDAY = "2026-11-24"
PATIENCE = 60.0
ADMINISTRATOR, MANAGER = "1001", "1002"
Json = dict[str, Any]


def moment(clock: str) -> int:
    """Return milliseconds of HH:MM on the tests' Tuesday, or of 2026-11-20T10:00."""
    text = clock if "T" in clock else f"{TUESDAY}T{clock}"
    then = datetime.fromisoformat(f"{text}:00").replace(tzinfo=ZONE)
    return int(then.timestamp()) * 1000


def free_port() -> int:
    """Return a free TCP port."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        return port


def two_free_ports() -> int:
    """Return a free TCP port with a free one after it, for a program that takes it later.

    Both are below those that the machine gives to connections and to `free_port`, so that no other
    test takes them meanwhile.
    """
    begin = 12_000 + os.getpid() * 2 % 18_000
    for port in range(begin, begin + 2_000, 2):
        with socket.socket() as lower, socket.socket() as upper, contextlib.suppress(OSError):
            lower.bind(("127.0.0.1", port))
            upper.bind(("127.0.0.1", port + 1))
            return port
    raise AssertionError("no two free ports")


class RefusedError(Exception):
    """Rejected request: `status` and the Problem of the answer."""

    def __init__(self, status: int, problem: Json) -> None:
        super().__init__(f"{status} {problem}")
        self.status, self.problem = status, problem


@dataclass
class Client:
    """API client of a person with a session, or without one."""

    base: str
    cookie: str = ""
    csrf: str = ""
    bearer: str = ""
    why: str = ""
    """Reason that goes with every request, for changes of days that are over."""

    def get(self, path: str) -> Json:
        """Send GET /api/v1<path> and return the JSON."""
        return self._ask("GET", path, None, "")[0]

    def post(self, path: str, body: Json | None = None, key: str = "") -> Json:
        """Send POST /api/v1<path> as one command (`key`: to repeat it). Raises RefusedError."""
        return self._ask("POST", path, body or {}, key or uuid.uuid4().hex)[0]

    def sign_in(self, staff: str, password: str) -> None:
        """Sign in and keep the session's cookie and its CSRF token."""
        body, cookies = self._ask("POST", "/login", {"staff": staff, "password": password}, "")
        self.cookie = next(c.partition(";")[0] for c in cookies if c.startswith("hall_session="))
        self.csrf = body["csrf"]

    def upload(
        self, path: str, content: str | bytes, name: str = "file.csv", field: str = "file"
    ) -> Json:
        """Send POST /api/v1<path> with a file in a field. Raises RefusedError."""
        mark = uuid.uuid4().hex
        head = f'Content-Disposition: form-data; name="{field}"; filename="{name}"'
        data = content.encode() if isinstance(content, str) else content
        begin = f"--{mark}\r\n{head}\r\nContent-Type: text/csv\r\n\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        return self._send("POST", path, begin + data + f"\r\n--{mark}--\r\n".encode(), "", kind)[0]

    def _ask(self, method: str, path: str, body: Json | None, key: str) -> tuple[Json, list[str]]:
        data = None if body is None else json.dumps(body).encode()
        return self._send(method, path, data, key, "application/json")

    def _send(
        self, method: str, path: str, data: bytes | None, key: str, kind: str
    ) -> tuple[Json, list[str]]:
        headers = {"Accept": "application/json", "Content-Type": kind}
        marks = {"Cookie": self.cookie, "X-CSRF-Token": self.csrf, "Idempotency-Key": key}
        marks["X-Hall-Reason"] = urllib.parse.quote(self.why)
        headers |= {name: value for name, value in marks.items() if value}
        if self.bearer:
            headers["Authorization"] = f"Bearer {self.bearer}"
        url = f"{self.base}/api/v1{path}"
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.loads(answer.read()), answer.headers.get_all("Set-Cookie") or []
        except urllib.error.HTTPError as error:
            with error:
                raise RefusedError(error.code, json.loads(error.read())) from None


class HallServer:
    """One hall in processes of its own.

    `seated`: windows with a clerk; None for all. `accounts`: staff numbers with the account that
    `clerk` signs in to. Unless `demo` is off, every demo browser that opens /kiosk/<id> or
    /board/<zone> is enrolled by itself. `doors`: name to serial number of simulated time clocks
    that push; none is admitted yet. `workers`: number of processes that share the port; more than
    one needs PostgreSQL, and `redis` as worker bus. `proxy`: address of the hall behind a trusted
    proxy. `staged`: the clock stands still until a rehearsal moves it, `speed` times as fast as the
    machine's clock. `buildings`: the west room is a building of its own, the branch `north`.
    """

    nursery: ClassVar[ServerForks | None] = None
    """Nursery that forks servers while the tests run; without it each server is a new program."""

    def __init__(
        self,
        folder: Path,
        *,
        at: str = "10:00",
        seated: Sequence[str] | None = None,
        accounts: Sequence[str] = (ADMINISTRATOR, MANAGER, "1004", "1009"),
        settings: Json | None = None,
        demo: bool = True,
        devices: bool = False,
        agents: Sequence[str] = ("kiosk", "counters", "display"),
        time_clocks: Mapping[str, str] | None = None,
        database: str = "",
        redis: str = "",
        workers: int = 1,
        staged: bool = False,
        speed: float = 1.0,
        proxy: str = "",
        buildings: bool = False,
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.password = secrets.token_urlsafe(12)
        self._began, self._began_at = time.monotonic(), moment(at)
        self._asked: Json = {
            "seated": None if seated is None else list(seated),
            "accounts": list(accounts),
            # Tests take one item again and again; who tests the question turns it on.
            "settings": {"again_minutes": 0} | (settings or {}),
            "demo": demo,
            "simulators": "",
            "database": database,
            "redis": redis,
            "workers": workers,
            "password": self.password,
            "port": self.port,
            "speed": speed,
            "staged": staged,
            "proxy": proxy,
            "buildings": buildings,
        }
        self._devices = devices
        self._agents = tuple(agents)
        self._doors = time_clocks or {}
        self._written: PlanFiles | None = None
        self._server: subprocess.Popen[str] | ForkedServer | None = None
        self._others: dict[str, subprocess.Popen[str]] = {}
        self._clerks: dict[str, Client] = {}
        self._taken: list[str] = []

    @property
    def base(self) -> str:
        """Base URL of the server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Process id of the server."""
        assert self._server is not None
        return self._server.pid

    def url(self, path: str) -> str:
        """Return the URL of a page."""
        return self.base + path

    def __enter__(self) -> HallServer:
        with contextlib.ExitStack() as undo:
            undo.push(self.__exit__)
            self._begin()
            undo.pop_all()
        return self

    def _begin(self) -> None:
        if self._devices:
            self._start_simulators()
        self.start()
        if self._devices:
            for name in self._agents:
                self.start_agent(name)
            self.wait_for_device("printer-1")

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for child in [*reversed(self._others.values()), self._server]:
            if child is not None:
                _end(child, signal.SIGTERM)

    def now(self) -> int:
        """Return the hall's time in milliseconds."""
        return self._began_at + int((time.monotonic() - self._began) * 1000)

    def start(self, at: str | None = None) -> None:
        """Start the server on the same port and data as before; `at` sets its clock.

        `at` is read by `moment`. On another day people sign in anew: their sessions have ended.
        """
        if at is not None and "T" in at:
            self._clerks.clear()
        if at is not None or self._server is None:  # a day begins to the millisecond
            self._began = time.monotonic()
            self._began_at = moment(at) if at is not None else self._began_at
        order = json.dumps({**self._asked, "now": self.now(), "since": time.monotonic()})
        words = ("--data", str(self.folder / "data"), "--asked", order)
        program = str(Path(__file__).with_name("hall_process.py"))
        if self.nursery is None:
            self._server = _program("server", self.folder, program, *words)
        else:
            self._server = self.nursery.fork_server(words, self.folder)
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        assert line, (self.folder / "server.log").read_text()

    def stop(self) -> None:
        """Send SIGTERM and wait for the end."""
        assert self._server is not None
        _end(self._server, signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL, like a power cut."""
        assert self._server is not None
        _end(self._server, signal.SIGKILL)

    def workers(self) -> list[int]:
        """Return the process ids of the live workers, if there are several."""
        assert self._server is not None
        pid = self._server.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(word) for word in children.split()]

    def kill_worker(self, pid: int) -> None:
        """Kill one worker with SIGKILL; return when another has replaced it."""
        os.kill(pid, signal.SIGKILL)
        end, pause, count = time.monotonic() + PATIENCE, threading.Event(), self._asked["workers"]
        while pid in (pids := self.workers()) or len(pids) < count:
            assert time.monotonic() < end
            pause.wait(0.05)

    def clerk(self, staff: str = "1004") -> Client:
        """Return the client of a person, signed in by number; 1004 is at W01, 1009 at W05."""
        if staff not in self._clerks:
            client = Client(self.base)
            client.sign_in(staff, self.password)
            self._clerks[staff] = client
        return self._clerks[staff]

    def put_in_force(self, rule: Json) -> None:
        """Put a shift rule in force; for days that are over 1001 confirms as second person."""
        office = self.clerk(MANAGER)
        rule_draft, office.why = office.post("/office/rules", rule), "大厅启用考勤"
        try:
            office.post(f"/office/rules/{rule_draft['id']}/start")
        except RefusedError as refused:
            change = refused.problem["data"]["change"]
            self.clerk("1001").post(f"/office/past-changes/{change}/confirm")

    def ticket(self, item: str = "gaj-01", applicant: str = "ordinary") -> Json:
        """Issue a ticket at the desk and return its TicketView."""
        body = {"item": item, "applicant": applicant, "print": False}
        ticket: Json = self.clerk(MANAGER).post("/tickets", body)["ticket"]
        self._taken.append(ticket["id"])
        return ticket

    def clear(self) -> None:
        """Finish and cancel the tickets of this test, so that the next one finds an empty hall."""
        for clerk in self._clerks.values():
            with contextlib.suppress(RefusedError):
                while (current := clerk.get("/counter")["current"]) is not None:
                    if current["state"] == "called":
                        clerk.post("/counter/start")
                    clerk.post("/counter/finish", {"outcome": "accepted"})
        for ticket in self._taken:
            with contextlib.suppress(RefusedError):
                self.clerk(MANAGER).post(f"/tickets/{ticket}/cancel")
        self._taken.clear()

    def fault(self, device: str, name: str, on: bool = True) -> None:
        """Switch a fault of a simulated device: paper_out, cover_open, silent ..."""
        self.control(f"/devices/{device}/fault", {"name": name, "on": on})

    def device(self, name: str) -> Json:
        """Return a simulated device's part of the simulators' state."""
        device_state: Json = next(d for d in self.control("/state")["devices"] if d["name"] == name)
        return device_state

    def wait_for_device(self, device: str, state: str = "ok") -> None:
        """Wait until the server reports a device in this state."""
        end, pause = time.monotonic() + PATIENCE, threading.Event()
        devices: list[Json] = []
        while time.monotonic() < end:
            devices = self.clerk(MANAGER).get("/office/today")["devices"]
            if any(entry["name"] == device and entry["state"] == state for entry in devices):
                return
            pause.wait(0.1)
        raise AssertionError(f"{device} is not {state}: {devices}")

    def control(self, path: str, body: Json | None = None) -> Any:
        """Send a request to the simulators' control channel and return the JSON."""
        assert self._written is not None, "HallServer(devices=True) has simulators"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._written.control_port}{path}",
            data,
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())

    def _start_simulators(self) -> None:
        catalogue = load()
        rooms = {
            z.code: [w.code for w in catalogue.windows if w.zone == z.code] for z in catalogue.zones
        }
        people = {person.number: person.name for person in catalogue.staff}
        plan = HallPlan(
            self.base,
            ("1", "2"),
            rooms,
            ("main", *rooms),
            pace=0.05,
            doors=self._doors,
            people=people,
        )
        self._written = write_plan(plan, self.folder / "devices")
        self._asked["simulators"] = f"http://127.0.0.1:{self._written.control_port}"
        simulator = str(self._written.simulator)
        self._others["simulators"] = _program(
            "simulators", self.folder, "-m", "devices.simulate", "--config", simulator
        )

    def start_agent(self, name: str) -> None:
        """Start the agent `kiosk`, `counters` or `display`; enrol it the first time."""
        assert self._written is not None
        config = self._written.agents[name]
        token = config.with_name(f"{name}.token")
        if not token.exists():
            device = {"kind": "agent", "name": name}
            code = self.clerk(ADMINISTRATOR).post("/office/codes", device)["code"]
            enrolment = Client(self.base).post("/enrol", {"code": code, **device})
            token.touch(mode=0o600)
            token.write_text(enrolment["token"])
        self._others[name] = _program(
            name, self.folder, "-m", f"{name}.agent", "--config", str(config)
        )

    def kill_agent(self, name: str) -> None:
        """Kill an agent with SIGKILL."""
        _end(self._others.pop(name), signal.SIGKILL)


def _program(name: str, folder: Path, *argv: str) -> subprocess.Popen[str]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, *argv],
            cwd=ROOT,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if name == "server" else log,
            stderr=log,
            env=os.environ | {"PYTHONPATH": str(ROOT), "HALL_PARENT": str(os.getpid())},
        )


def _end(child: subprocess.Popen[str] | ForkedServer, how: signal.Signals) -> None:
    if child.poll() is None:
        child.send_signal(how)
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if child.stdout is not None:
        child.stdout.close()
