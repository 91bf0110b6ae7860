"""Soak run: thirty compressed business days in a row, to detect growth of memory and files.

`python3 go.py break --soak 30`. One server process and one board page in Chromium live through all
days. Each day a rehearsal plays it through the public API at the hall's own staged time. After each
day the run measures the server's memory, file handles and threads, the database's bytes per ticket,
and the page's heap after a collection. A line is fitted over the days after the warm-up; whatever
is not flat is reported.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from datetime import time as wall
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, sync_playwright
from sqlalchemy import func, select

from bench.breaking.growth import Verdict, chart, verdicts
from server.catalogue.reference import load
from server.core.clock import instant
from server.core.engine import open_store
from server.demo.rehearsal.client import Client as RehearsalClient
from server.demo.rehearsal.day import Day, Script
from server.demo.rehearsal.stage import Scheduler
from server.integrity.checks import violations
from server.queue import tables as queue_tables
from support import chromium
from support.hall_server import ADMINISTRATOR, MANAGER, TUESDAY, Client, HallServer

HALL, ZONE = "reference", "Asia/Shanghai"
SPEED = 20_000.0
VISITS = 300
MORNING, EVENING = wall(8, 10), wall(19, 30)
NOTICED_SECONDS = 6.0
"""Seconds until the server has noticed the end of a day: it checks every five seconds."""
HOLIDAYS = ((1, 1), (10, 1), (10, 2))


@dataclass(frozen=True, slots=True)
class Sample:
    """Measurements in the evening of a day."""

    day: str
    tickets: int
    memory_kb: int
    handles: int
    threads: int
    database_kb: int
    bytes_a_ticket: int
    page_kb: int
    seconds: float


class SoakHall(HallServer):
    """Server that lives through all days."""

    def __enter__(self) -> SoakHall:
        super().__enter__()
        return self

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._server is not None
        return self._server.pid

    def enrolled(self, kind: str, name: str) -> str:
        """Enrol a kiosk or board; return its token."""
        body = {"kind": kind, "name": name}
        code = self.clerk(ADMINISTRATOR).post("/office/codes", body)["code"]
        return str(Client(self.base).post("/enrol", {"code": code, **body})["token"])


def staff_by_window() -> dict[str, str]:
    """Return a person for each window that can have one."""
    chosen: dict[str, str] = {}
    for window in load().windows:
        able = (p.number for p in load().staff if window.code in p.windows)
        person = next(
            (n for n in able if n not in (*chosen.values(), MANAGER, ADMINISTRATOR)), None
        )
        if person is not None:
            chosen[window.code] = person
    return chosen


def days(count: int) -> Iterator[date]:
    """Yield `count` business days, the first a Tuesday."""
    day = date.fromisoformat(TUESDAY)
    while count:
        if day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS:
            yield day
            count -= 1
        day += timedelta(days=1)


def at(day: date, clock: wall) -> int:
    """Return a wall-clock time in milliseconds."""
    return instant(datetime.combine(day, clock), ZONE)


@contextmanager
def board_page(base: str) -> Iterator[CDPSession]:
    """Open one board in Chromium, as in a hall."""
    chrome = chromium.find()
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=str(chrome.program), args=chromium.ARGS, env={**chrome.env}
        )
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"{base}/board/main")
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        yield session
        browser.close()


def page_kb(session: CDPSession) -> int:
    """Return the page's heap in kB after a collection."""
    session.send("HeapProfiler.collectGarbage")
    metrics: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    return int(next(m["value"] for m in metrics if m["name"] == "JSHeapUsedSize")) // 1024


def soak(count: int, seed: int, out: Path, minutes: float = 0.0) -> int:
    """Play the days, no new one after `minutes`; return 1 when something grew or is wrong."""
    end = time.monotonic() + 60 * minutes if minutes else float("inf")
    folder = Path(tempfile.mkdtemp(prefix="hall-soak-"))
    samples: list[Sample] = []
    try:
        people = staff_by_window()
        accounts = (ADMINISTRATOR, MANAGER, *people.values())
        with (
            SoakHall(
                folder, at="08:10", seated=(), accounts=accounts, staged=True, speed=SPEED
            ) as hall,
            board_page(hall.base) as page,
        ):
            tokens = {name: hall.enrolled("kiosk", name) for name in ("1", "2")}
            board = hall.enrolled("board", "main")
            for number, day in enumerate(days(count)):
                if time.monotonic() > end:
                    break
                script = Script(
                    server=hall.base,
                    speed=SPEED,
                    seed=seed + number,
                    password=hall.password,
                    kiosks=tokens,
                    board=board,
                    windows={**people, "office": MANAGER},
                    visits=VISITS,
                    edition=number,
                )
                samples.append(_play_day(hall, page, script, day, samples))
                _print_sample(samples[-1], number + 1, count)
        wrong = _books(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _report(samples, wrong, out)


def _play_day(
    hall: SoakHall, page: CDPSession, script: Script, day: date, before: Sequence[Sample]
) -> Sample:
    start, client = time.monotonic(), RehearsalClient(hall.base)
    Scheduler(client, SPEED).play(at(day, MORNING))
    list(Day(script).play())
    Scheduler(client, SPEED).play(at(day, EVENING))
    client.close()
    time.sleep(NOTICED_SECONDS)
    return _sample(hall, page, day, before, time.monotonic() - start)


def _sample(
    hall: SoakHall, page: CDPSession, day: date, before: Sequence[Sample], seconds: float
) -> Sample:
    proc = Path(f"/proc/{hall.pid}")
    status = dict(x.split(":", 1) for x in (proc / "status").read_text().splitlines() if ":" in x)
    data = hall.folder / "data"
    size = sum(p.stat().st_size for p in data.glob("hall.db*") if not p.name.endswith("-wal"))
    tickets = _tickets(data)
    first = before[0] if before else None
    fresh = tickets - first.tickets if first else tickets
    grown = size - first.database_kb * 1024 if first else size
    return Sample(
        day.isoformat(),
        tickets,
        int(status["VmRSS"].split()[0]),
        len(list((proc / "fd").iterdir())),
        int(status["Threads"]),
        size // 1024,
        grown // max(1, fresh),
        page_kb(page),
        round(seconds, 1),
    )


def _tickets(data: Path) -> int:
    store, t = open_store(f"sqlite:///{(data / 'hall.db').resolve()}", HALL), queue_tables.ticket.c
    try:
        query = select(func.count()).where(t.hall_id == HALL)
        return int(store.read(lambda c: c.execute(query).scalar_one()))
    finally:
        store.close()


def _books(folder: Path) -> list[str]:
    path = (folder / "data" / "hall.db").resolve()
    store = open_store(f"sqlite:///{path}", HALL)
    try:
        return [f.en for f in store.read(lambda c: violations(HALL, c))]
    finally:
        store.close()


def _print_sample(sample: Sample, number: int, count: int) -> None:
    if number == 1:
        print(f"{'day':>14} {'tickets':>8} {'memory':>9} {'handles':>8} {'threads':>8} "
              f"{'database':>9} {'a ticket':>9} {'page':>8} {'took':>7}")  # fmt: skip
    print(
        f"{number:2}/{count} {sample.day[5:]:>8} {sample.tickets:8} "
        f"{sample.memory_kb / 1024:6.1f} MB "
        f"{sample.handles:8} {sample.threads:8} {sample.database_kb / 1024:6.1f} MB "
        f"{sample.bytes_a_ticket:7} B {sample.page_kb:5} kB {sample.seconds:5.0f} s",
        flush=True,
    )


def _report(samples: Sequence[Sample], wrong: Sequence[str], out: Path) -> int:
    rows = [asdict(sample) for sample in samples]
    results: list[Verdict] = verdicts(rows)
    for verdict in results:
        print(f"  {verdict.text}")
    for text in wrong[:20]:
        print(f"  hall check: {text}")
    out.mkdir(parents=True, exist_ok=True)
    name = f"soak-{datetime.now().astimezone():%Y-%m-%d}"
    result = {"samples": rows, "verdicts": [v.text for v in results], "hall_check": list(wrong)}
    (out / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    (out / f"{name}.svg").write_text(chart(rows))
    print(f"\n{out / name}.json, .svg")
    return int(bool(wrong) or not all(v.flat for v in results))
