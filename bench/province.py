"""A province's day, compressed: a hundred halls on four workers, PostgreSQL and Redis.

    PYTHONPATH=.:tests .venv/bin/python -m bench.province [--halls 100] [--tickets 1000]

First one hall plays its day alone, on workers of its own, then all of them theirs: half of the
numbers are taken before anybody is called, the other half while clerks call, until nobody waits.
Told are the CPU of a number with its call (workers, PostgreSQL and Redis together) and how long
calls take, one hall against a hundred; and whether any number was given or called twice.
PostgreSQL syncs every commit.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.province_host import halls
from bench.run import PATIENCE, ROOT, cpu_of
from bench.table import quantile
from bench.wire import CHUNK, answered, asking, opened
from server.storage.engine import open_engine
from support import postgres
from support.hall_server import free_port
from support.redis_server import RedisServer

TICKETS, NEXT = "/api/v1/tickets", "/api/v1/counter/call-next"
WIDTH = 32
"""Requests on the way at once."""
BOTH = "both"
"""The part of a day in which numbers are taken and called by turns, while half of all wait."""
SHOWN_EVERY = 500
FEWEST = 1000
"""Numbers of the one hall: fewer would be too few to tell its cost."""
WANTED = 1.2


@dataclass(frozen=True, slots=True)
class Job:
    """One request: of which hall, what, and who asks."""

    hall: str
    path: str
    who: str
    body: dict[str, Any]


@dataclass
class Played:
    """What came of a day."""

    issued: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    called: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """As the books have it: an answer shows whom the window has by then."""
    calls: int = 0
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    full: list[float] = field(default_factory=list)
    """Calls while as many waited as ever: for each a number was given."""
    part: str = ""
    deepest: int = 0
    seconds: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def tickets(self) -> int:
        """Numbers given."""
        return sum(map(len, self.issued.values()))

    def faults(self) -> list[str]:
        """Whatever must not be, in words."""
        found = []
        for hall, numbers in self.issued.items():
            found += [f"{hall}: {n} given {c} times" for n, c in Counter(numbers).items() if c > 1]
            calls = Counter(self.called[hall])
            found += [f"{hall}: {n} called {c} times" for n, c in calls.items() if c > 1]
            if set(calls) != set(numbers):
                found.append(f"{hall}: {len(set(numbers) ^ set(calls))} given and not called")
        return found


def jobs(who: dict[str, Any], count: int) -> tuple[list[Job], list[Job], list[Job]]:
    """A day in three parts: numbers; numbers and calls by turns; calls."""
    issues, calls = [], []
    for n in range(count):
        for hall, own in who.items():
            items = sorted(own["own"])
            item = items[n % len(items)]
            host = f"X-Forwarded-Host: {hall}.example\r\n"
            token = own["kiosks"][n % len(own["kiosks"])]
            body = {"item": item, "applicant": "ordinary", "print": False}
            issues.append(Job(hall, TICKETS, f"{host}Authorization: Bearer {token}\r\n", body))
            secret, csrf = own["clerks"][own["own"][item]]
            clerk = f"{host}Cookie: hall_session={secret}\r\nX-CSRF-Token: {csrf}\r\n"
            calls.append(Job(hall, NEXT, clerk, {"complete": "done"}))
    half = len(issues) // 2
    mixed = chain.from_iterable(zip_longest(issues[half:], calls[:half]))
    return issues[:half], [job for job in mixed if job is not None], calls[half:]


class Load:
    """So many connections, each asking again as soon as it is answered."""

    def __init__(self, port: int, played: Played, width: int) -> None:
        self._played = played
        self._loop = selectors.DefaultSelector()
        self._buffers: dict[int, bytes] = {}
        self._asked: dict[int, tuple[Job, float]] = {}
        self._lines = [opened(port) for _ in range(width)]
        for line in self._lines:
            self._loop.register(line, selectors.EVENT_READ, line)

    def play(self, work: list[Job], name: str) -> None:
        """Until every job is answered."""
        todo, left = iter(work), len(work)
        for line in self._lines:
            self._next(line, todo)
        while left:
            for key, _ in self._loop.select(PATIENCE):
                if self._answer(key.data):
                    left -= 1
                    if left % SHOWN_EVERY == 0:
                        print(f"\r{name}: {left:7} left ", end="", file=sys.stderr, flush=True)
                    self._next(key.data, todo)

    def close(self) -> None:
        """Hang up."""
        for line in self._lines:
            line.close()

    def _next(self, line: Any, todo: Iterator[Job]) -> None:
        job = next(todo, None)
        if job is None:
            return
        self._buffers[line.fileno()] = b""
        self._asked[line.fileno()] = job, time.perf_counter()
        line.sendall(asking(job.path, job.who, job.body))

    def _answer(self, line: Any) -> bool:
        number = line.fileno()
        more = line.recv(CHUNK)
        if not more:
            raise EOFError("a worker hung up")
        self._buffers[number] += more
        found = answered(self._buffers[number])
        if found is None:
            return False
        job, begun = self._asked[number]
        if found[0] != 200:
            raise RuntimeError(job.hall, found)
        said, played = json.loads(found[1]), self._played
        waited = time.perf_counter() - begun
        played.waits[job.path].append(waited)
        if played.part == BOTH and job.path == NEXT:
            played.full.append(waited)
        if job.path == TICKETS:
            played.issued[job.hall].append(said["ticket"]["number"])
        else:
            played.calls += 1
        return True


def day(
    port: int, who: dict[str, Any], count: int, width: int, cpu: Callable[[], dict[str, float]]
) -> Played:
    """Play the day of these halls, `width` requests at once."""
    played = Played()
    load = Load(port, played, width)
    before, begun = cpu(), time.monotonic()
    for name, work in zip(("taking", BOTH, "calling"), jobs(who, count), strict=True):
        played.part = name
        load.play(work, f"{len(who)} halls, {name}")
        played.deepest = max(played.deepest, played.tickets - played.calls)
    print(file=sys.stderr)
    played.seconds = time.monotonic() - begun
    played.cpu = {name: used - before[name] for name, used in cpu().items()}
    load.close()
    return played


def _children(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _until_open(port: int, hosts: list[str]) -> None:
    """Each hall has answered; with as many connections as are used later, most workers have."""
    lines = [opened(port) for _ in range(WIDTH)]
    for host in hosts:
        for line in lines[:: max(1, WIDTH // 8)]:
            line.settimeout(10 * PATIENCE)
            line.sendall(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            buffer = b""
            while answered(buffer) is None:
                buffer += line.recv(CHUNK)
    for line in lines:
        line.close()


def measure(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """One hall on a deployment of its own, then all; returns what is told."""
    with RedisServer() as redis:
        # As much at once for one hall as for each of a hundred, not more: what comes at the same
        # time shares a transaction and costs less.
        alone, _, fine = _deployed(asked, folder / "alone", redis, 0, asked.workers)
        every, memory, fine_too = _deployed(asked, folder / "all", redis, asked.halls, WIDTH)
    return {
        "halls": asked.halls,
        "workers": asked.workers,
        "one": _told(alone),
        "all": _told(every),
        "ratio": _cost(every) / _cost(alone),
        "worker_mb": memory,
        "check": 0 if fine and fine_too else 1,
    }


def _deployed(
    asked: argparse.Namespace, folder: Path, redis: RedisServer, count: int, width: int
) -> tuple[Played, list[int], bool]:
    """A day on workers and a database of its own; their memory in MB; whether the books are well.

    `count` halls; 0: the one that is measured alone.
    """
    folder.mkdir()
    with postgres.server(durable=True) as database:
        url, port = database.url(database.create()), free_port()
        words = [sys.executable, "-m", "bench.province_host", "--data", str(folder)]
        words += ["--database", url, "--redis", redis.url, "--port", str(port)]
        words += ["--halls", str(count), "--workers", str(asked.workers)]
        words += ["--since", str(time.monotonic())]
        (folder / "hall.toml").write_text("trusted_proxy = true\n")
        env = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
        made = subprocess.run(
            [*words, "--prepare"], cwd=ROOT, env=env, stdout=subprocess.PIPE, check=True, text=True
        )
        who = json.loads(made.stdout)
        server = subprocess.Popen(
            words,
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=postgres.end_with_parent,  # noqa: PLW1509 - one system call, no lock taken
        )
        assert server.stdout is not None
        try:
            server.stdout.readline()
            _until_open(port, list(halls(count).values()))
            workers = _children(server.pid)

            def cpu() -> dict[str, float]:
                return {
                    "workers": sum(map(cpu_of, workers)),
                    "redis": cpu_of(redis.pid),
                    "postgres": database.cpu_seconds(),
                }

            tickets = asked.tickets if count else max(asked.tickets, FEWEST)
            played = day(port, who, tickets, width, cpu)
            _look_up(url, played)
            memory = [round(_resident(pid) / 1e6) for pid in workers]
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(PATIENCE)
            server.stdout.close()
        check = [sys.executable, "-m", "server.cli", "check", "--data", str(folder)]
        checked = subprocess.run([*check, "--database", url], cwd=ROOT, check=False)
    return played, memory, checked.returncode == 0


def _look_up(url: str, played: Played) -> None:
    """Fill in who was called, from the facts of every call."""
    engine = open_engine(url)
    asked = (
        "SELECT c.hall_id, t.number FROM call c "
        "JOIN ticket t ON t.hall_id = c.hall_id AND t.id = c.ticket_id"
    )
    with engine.connect() as conn:
        found = conn.execute(text(asked)).all()
    engine.dispose()
    for hall, number in found:
        played.called[hall].append(number)


def _resident(pid: int) -> int:
    line = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(line) * os.sysconf("SC_PAGE_SIZE")


def _cost(played: Played) -> float:
    return sum(played.cpu.values()) / played.tickets * 1000


def _told(played: Played) -> dict[str, Any]:
    ms = {path.rpartition("/")[2]: waits for path, waits in played.waits.items()}
    return {
        "tickets": played.tickets,
        "waiting_at_most": played.deepest,
        "acts_per_second": round(2 * played.tickets / played.seconds),
        "cpu_ms_per_ticket": {k: v / played.tickets * 1000 for k, v in played.cpu.items()},
        "full_p50_p99_ms": [quantile(played.full, share) * 1000 for share in (0.5, 0.99)],
        "p50_ms": {name: quantile(waits, 0.5) * 1000 for name, waits in ms.items()},
        "p99_ms": {name: quantile(waits, 0.99) * 1000 for name, waits in ms.items()},
        "faults": played.faults(),
    }


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--halls", type=int, default=100)
    options.add_argument("--tickets", type=int, default=1000, help="of each hall")
    options.add_argument("--workers", type=int, default=4)
    options.add_argument("--out", type=Path, default=ROOT / "bench" / "results", metavar="DIR")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="province-") as folder:
        found = measure(asked, Path(folder))
    found["at"] = datetime.now().astimezone().isoformat(timespec="minutes")
    print(json.dumps(found, indent=1, ensure_ascii=False))
    asked.out.mkdir(parents=True, exist_ok=True)
    path = asked.out / f"{found['at'][:10]}-province.json"
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    good = found["ratio"] <= WANTED and not found["check"]
    faults = found["one"]["faults"] + found["all"]["faults"]
    print(f"cost per hall {found['ratio']:.2f} × (wanted ≤ {WANTED}); faults: {faults or 'none'}")
    return 0 if good and not faults else 1


if __name__ == "__main__":
    sys.exit(main())
