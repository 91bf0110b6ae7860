"""Benchmark of a province: one hundred halls on four workers, PostgreSQL and Redis, a short day.

    PYTHONPATH=.:tests .venv/bin/python -m bench.province [--halls 100] [--tickets 1000]

First one hall plays its day alone, on workers of its own; then all halls play theirs. Half of the
numbers are issued before anybody is called. The other half is issued while clerks call, until
nobody waits. The result compares one hall with a hundred: CPU of a number with its call (workers,
PostgreSQL and Redis together), duration of calls, and numbers that were issued or called twice.
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

from bench.harness import PATIENCE, ROOT, cpu_of
from bench.load_clients import CHUNK, connect, parse_response, post_request
from bench.province_host import halls
from bench.table import quantile
from server.core.engine import open_engine
from support import postgres
from support.hall_server import free_port
from support.redis_server import RedisServer

TICKETS, NEXT = "/api/v1/tickets", "/api/v1/counter/call-next"
WIDTH = 32
"""Number of concurrent requests."""
BOTH = "both"
"""The part of a day in which issuing and calling alternate, while half of all tickets wait."""
SHOWN_EVERY = 500
FEWEST = 1000
"""Minimum number of tickets of the single hall: fewer would not show its cost reliably."""
MAX_RATIO = 1.2


@dataclass(frozen=True, slots=True)
class Job:
    """One request: its hall, path, header lines of the sender, and body."""

    hall: str
    path: str
    headers: str
    body: dict[str, Any]


@dataclass
class DayResult:
    """Result of a day."""

    issued: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    called: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Called numbers from the database; a response may show a later call of the window."""
    calls: int = 0
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    full: list[float] = field(default_factory=list)
    """Seconds of the calls at full load: a number is issued for each of them."""
    part: str = ""
    deepest: int = 0
    seconds: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def tickets(self) -> int:
        """Number of issued tickets."""
        return sum(map(len, self.issued.values()))

    def faults(self) -> list[str]:
        """Return every fault in words."""
        problems = []
        for hall, numbers in self.issued.items():
            problems += [
                f"{hall}: {n} given {c} times" for n, c in Counter(numbers).items() if c > 1
            ]
            calls = Counter(self.called[hall])
            problems += [f"{hall}: {n} called {c} times" for n, c in calls.items() if c > 1]
            if set(calls) != set(numbers):
                problems.append(f"{hall}: {len(set(numbers) ^ set(calls))} given and not called")
        return problems


def jobs(credentials: dict[str, Any], count: int) -> tuple[list[Job], list[Job], list[Job]]:
    """Return a day in three parts: issuing; issuing and calling in turns; calling."""
    issues, calls = [], []
    for n in range(count):
        for hall, own in credentials.items():
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
    """Set of connections; each sends its next request as soon as it has its response."""

    def __init__(self, port: int, played: DayResult, width: int) -> None:
        self._played = played
        self._loop = selectors.DefaultSelector()
        self._buffers: dict[int, bytes] = {}
        self._pending: dict[int, tuple[Job, float]] = {}
        self._lines = [connect(port) for _ in range(width)]
        for line in self._lines:
            self._loop.register(line, selectors.EVENT_READ, line)

    def play(self, work: list[Job], name: str) -> None:
        """Send all jobs and wait for every response."""
        todo, remaining = iter(work), len(work)
        for line in self._lines:
            self._next(line, todo)
        while remaining:
            for key, _ in self._loop.select(PATIENCE):
                if self._answer(key.data):
                    remaining -= 1
                    if remaining % SHOWN_EVERY == 0:
                        progress = f"\r{name}: {remaining:7} left "
                        print(progress, end="", file=sys.stderr, flush=True)
                    self._next(key.data, todo)

    def close(self) -> None:
        """Close all connections."""
        for line in self._lines:
            line.close()

    def _next(self, line: Any, todo: Iterator[Job]) -> None:
        job = next(todo, None)
        if job is None:
            return
        self._buffers[line.fileno()] = b""
        self._pending[line.fileno()] = job, time.perf_counter()
        line.sendall(post_request(job.path, job.headers, job.body))

    def _answer(self, line: Any) -> bool:
        number = line.fileno()
        more = line.recv(CHUNK)
        if not more:
            raise EOFError("a worker hung up")
        self._buffers[number] += more
        response = parse_response(self._buffers[number])
        if response is None:
            return False
        job, start = self._pending[number]
        if response[0] != 200:
            raise RuntimeError(job.hall, response)
        data, played = json.loads(response[1]), self._played
        seconds = time.perf_counter() - start
        played.waits[job.path].append(seconds)
        if played.part == BOTH and job.path == NEXT:
            played.full.append(seconds)
        if job.path == TICKETS:
            played.issued[job.hall].append(data["ticket"]["number"])
        else:
            played.calls += 1
        return True


def day(
    port: int,
    credentials: dict[str, Any],
    count: int,
    width: int,
    cpu: Callable[[], dict[str, float]],
) -> DayResult:
    """Play the day of these halls with `width` concurrent requests."""
    played = DayResult()
    load = Load(port, played, width)
    before, start = cpu(), time.monotonic()
    for name, work in zip(("taking", BOTH, "calling"), jobs(credentials, count), strict=True):
        played.part = name
        load.play(work, f"{len(credentials)} halls, {name}")
        played.deepest = max(played.deepest, played.tickets - played.calls)
    print(file=sys.stderr)
    played.seconds = time.monotonic() - start
    played.cpu = {name: used - before[name] for name, used in cpu().items()}
    load.close()
    return played


def _children(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _until_open(port: int, hosts: list[str]) -> None:
    """Wait until each hall has answered.

    As many connections are used as in the measurement, so most workers have answered as well.
    """
    lines = [connect(port) for _ in range(WIDTH)]
    for host in hosts:
        for line in lines[:: max(1, WIDTH // 8)]:
            line.settimeout(10 * PATIENCE)
            line.sendall(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            buffer = b""
            while parse_response(buffer) is None:
                buffer += line.recv(CHUNK)
    for line in lines:
        line.close()


def measure(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Measure one hall on a deployment of its own, then all halls; return the figures."""
    with RedisServer() as redis:
        # One hall gets the same number of concurrent requests as each of a hundred, not more:
        # concurrent requests share a transaction and cost less.
        alone, _, alone_ok = _deployed(args, folder / "alone", redis, 0, args.workers)
        together, memory, together_ok = _deployed(args, folder / "all", redis, args.halls, WIDTH)
    return {
        "halls": args.halls,
        "workers": args.workers,
        "one": _summary(alone),
        "all": _summary(together),
        "ratio": _cost(together) / _cost(alone),
        "worker_mb": memory,
        "check": 0 if alone_ok and together_ok else 1,
    }


def _deployed(
    args: argparse.Namespace, folder: Path, redis: RedisServer, count: int, width: int
) -> tuple[DayResult, list[int], bool]:
    """Play a day on workers and a database of its own.

    Returns the result, the workers' memory in MB, and True if the integrity check passes. `count`
    is the number of halls; 0 means the hall that is measured alone.
    """
    folder.mkdir()
    with postgres.server(durable=True) as database:
        url, port = database.url(database.create()), free_port()
        words = [sys.executable, "-m", "bench.province_host", "--data", str(folder)]
        words += ["--database", url, "--redis", redis.url, "--port", str(port)]
        words += ["--halls", str(count), "--workers", str(args.workers)]
        words += ["--since", str(time.monotonic())]
        (folder / "hall.toml").write_text("trusted_proxy = true\n")
        env = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
        prepared = subprocess.run(
            [*words, "--prepare"], cwd=ROOT, env=env, stdout=subprocess.PIPE, check=True, text=True
        )
        credentials = json.loads(prepared.stdout)
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

            tickets = args.tickets if count else max(args.tickets, FEWEST)
            played = day(port, credentials, tickets, width, cpu)
            _load_calls(url, played)
            memory = [round(_resident(pid) / 1e6) for pid in workers]
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(PATIENCE)
            server.stdout.close()
        check = [sys.executable, "-m", "server.cli", "check", "--data", str(folder)]
        checked = subprocess.run([*check, "--database", url], cwd=ROOT, check=False)
    return played, memory, checked.returncode == 0


def _load_calls(url: str, played: DayResult) -> None:
    """Fill in the called numbers from the stored calls."""
    engine = open_engine(url)
    query = (
        "SELECT c.hall_id, t.number FROM call c "
        "JOIN ticket t ON t.hall_id = c.hall_id AND t.id = c.ticket_id"
    )
    with engine.connect() as conn:
        rows = conn.execute(text(query)).all()
    engine.dispose()
    for hall, number in rows:
        played.called[hall].append(number)


def _resident(pid: int) -> int:
    line = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(line) * os.sysconf("SC_PAGE_SIZE")


def _cost(played: DayResult) -> float:
    return sum(played.cpu.values()) / played.tickets * 1000


def _summary(played: DayResult) -> dict[str, Any]:
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
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="province-") as folder:
        figures = measure(args, Path(folder))
    figures["at"] = datetime.now().astimezone().isoformat(timespec="minutes")
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / f"{figures['at'][:10]}-province.json"
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    good = figures["ratio"] <= MAX_RATIO and not figures["check"]
    faults = figures["one"]["faults"] + figures["all"]["faults"]
    print(
        f"cost per hall {figures['ratio']:.2f} × (wanted ≤ {MAX_RATIO}); faults: {faults or 'none'}"
    )
    return 0 if good and not faults else 1


if __name__ == "__main__":
    sys.exit(main())
