"""Thirty business days in a row, compressed: does anything grow that should not?

`python3 go.py break --soak 30`. One server process
and one board page in Chromium live through all days; each day a rehearsal plays it through the
public API at the hall's own staged time. After each day: the server's memory, file handles and
threads, the database's bytes a ticket, the page's heap after a collection. Over the days after the
warm-up a line is fitted; what is not flat is said.
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

from bench.breaking.curves import Verdict, chart, verdicts
from server.clock import instant
from server.reference import load
from server.rehearsal.client import Client as Eye
from server.rehearsal.day import Day, Script
from server.rehearsal.stage import Scheduler
from server.services.checks import violations
from server.storage import schema
from server.storage.engine import open_store
from support import chromium
from support.hall_server import ADMINISTRATOR, MANAGER, TUESDAY, Client, HallServer

HALL, ZONE = "reference", "Asia/Shanghai"
SPEED = 20_000.0
VISITS = 300
MORNING, EVENING = wall(8, 10), wall(19, 30)
NOTICED_SECONDS = 6.0
"""The server looks every five seconds whether a day is over."""
HOLIDAYS = ((1, 1), (10, 1), (10, 2))


@dataclass(frozen=True, slots=True)
class Sample:
    """How things stood in the evening of a day."""

    day: str
    tickets: int
    memory_kb: int
    handles: int
    threads: int
    database_kb: int
    bytes_a_ticket: int
    page_kb: int
    seconds: float


class Soaked(HallServer):
    """One server that lives through all days."""

    def __enter__(self) -> Soaked:
        super().__enter__()
        return self

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._server is not None
        return self._server.pid

    def enrolled(self, kind: str, name: str) -> str:
        """The token of a kiosk or board."""
        asked = {"kind": kind, "name": name}
        code = self.clerk(ADMINISTRATOR).post("/office/codes", asked)["code"]
        return str(Client(self.base).post("/enrol", {"code": code, **asked})["token"])


def posts() -> dict[str, str]:
    """A person for each window that can have one."""
    found: dict[str, str] = {}
    for window in load().windows:
        able = (p.number for p in load().staff if window.code in p.windows)
        person = next((n for n in able if n not in (*found.values(), MANAGER, ADMINISTRATOR)), None)
        if person is not None:
            found[window.code] = person
    return found


def days(count: int) -> Iterator[date]:
    """So many business days, the first a Tuesday."""
    day = date.fromisoformat(TUESDAY)
    while count:
        if day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS:
            yield day
            count -= 1
        day += timedelta(days=1)


def at(day: date, clock: wall) -> int:
    """Milliseconds of a wall-clock time."""
    return instant(datetime.combine(day, clock), ZONE)


@contextmanager
def board_page(base: str) -> Iterator[CDPSession]:
    """One board in Chromium, as it hangs in a hall."""
    found = chromium.find()
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=str(found.program), args=chromium.ARGS, env={**found.env}
        )
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"{base}/board/main")
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        yield session
        browser.close()


def page_kb(session: CDPSession) -> int:
    """The page's heap after a collection."""
    session.send("HeapProfiler.collectGarbage")
    metrics: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    return int(next(m["value"] for m in metrics if m["name"] == "JSHeapUsedSize")) // 1024


def soak(count: int, seed: int, out: Path, minutes: float = 0.0) -> int:
    """Play the days, no new one after so many minutes; 1 when something grew or is wrong."""
    end = time.monotonic() + 60 * minutes if minutes else float("inf")
    folder = Path(tempfile.mkdtemp(prefix="hall-soak-"))
    samples: list[Sample] = []
    try:
        people = posts()
        accounts = (ADMINISTRATOR, MANAGER, *people.values())
        with (
            Soaked(
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
                samples.append(_lived(hall, page, script, day, samples))
                _say(samples[-1], number + 1, count)
        wrong = _books(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _told(samples, wrong, out)


def _lived(
    hall: Soaked, page: CDPSession, script: Script, day: date, before: Sequence[Sample]
) -> Sample:
    begun, eye = time.monotonic(), Eye(hall.base)
    Scheduler(eye, SPEED).play(at(day, MORNING))
    list(Day(script).play())
    Scheduler(eye, SPEED).play(at(day, EVENING))
    eye.close()
    time.sleep(NOTICED_SECONDS)
    return _sample(hall, page, day, before, time.monotonic() - begun)


def _sample(
    hall: Soaked, page: CDPSession, day: date, before: Sequence[Sample], seconds: float
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
    store, t = open_store(f"sqlite:///{(data / 'hall.db').resolve()}", HALL), schema.ticket.c
    try:
        asked = select(func.count()).where(t.hall_id == HALL)
        return int(store.read(lambda c: c.execute(asked).scalar_one()))
    finally:
        store.close()


def _books(folder: Path) -> list[str]:
    path = (folder / "data" / "hall.db").resolve()
    store = open_store(f"sqlite:///{path}", HALL)
    try:
        return [f.en for f in store.read(lambda c: violations(HALL, c))]
    finally:
        store.close()


def _say(now: Sample, number: int, count: int) -> None:
    if number == 1:
        print(f"{'day':>14} {'tickets':>8} {'memory':>9} {'handles':>8} {'threads':>8} "
              f"{'database':>9} {'a ticket':>9} {'page':>8} {'took':>7}")  # fmt: skip
    print(
        f"{number:2}/{count} {now.day[5:]:>8} {now.tickets:8} {now.memory_kb / 1024:6.1f} MB "
        f"{now.handles:8} {now.threads:8} {now.database_kb / 1024:6.1f} MB "
        f"{now.bytes_a_ticket:7} B {now.page_kb:5} kB {now.seconds:5.0f} s",
        flush=True,
    )


def _told(samples: Sequence[Sample], wrong: Sequence[str], out: Path) -> int:
    rows = [asdict(sample) for sample in samples]
    found: list[Verdict] = verdicts(rows)
    for one in found:
        print(f"  {one.text}")
    for text in wrong[:20]:
        print(f"  hall check: {text}")
    out.mkdir(parents=True, exist_ok=True)
    name = f"soak-{datetime.now().astimezone():%Y-%m-%d}"
    result = {"samples": rows, "verdicts": [v.text for v in found], "hall_check": list(wrong)}
    (out / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    (out / f"{name}.svg").write_text(chart(rows))
    print(f"\n{out / name}.json, .svg")
    return int(bool(wrong) or not all(v.flat for v in found))
