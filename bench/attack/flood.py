"""Flood attack: one flood after another on a hall of its own, while clerks call the next person.

It reports a flood during which the p99 of the honest clerks' call-next (and the number before it)
is over 250 ms and over three times the quiet figure of the same run, a clerk is rejected, or the
server's memory grows by more than 150 MB. The hall may open 1,024 files, so that `idle` reaches the
limit.
"""

from __future__ import annotations

import http.client
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.attack.files import resident
from bench.attack.floods import BOOKED_ITEM, FLOODS
from bench.attack.tally import Tally
from bench.harness import ROOT, gc_paused
from bench.table import quantile
from support.hall_server import ADMINISTRATOR, MANAGER, TUESDAY, Client, HallServer

SECONDS = 6.0
HEAD_START = 1.0
"""Seconds that a flood runs before the measurement begins."""
BOUND = 0.250
TIMES = 3.0
GROWTH = 150
"""Maximum growth of the server's memory in megabytes."""
FILES = 1024
PAUSE = 0.06
CLERKS = {"1004": "jtj-01", "1009": "scjg-01", "1014": "swj-01", "1022": "ybj-01"}
"""Staff numbers of the clerks, and the item that each calls for."""


@dataclass
class Clerk:
    """Honest clerk on a persistent connection, as a page has it."""

    port: int
    client: Client
    item: str
    took: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    broken: int = 0
    """Number of connections that ended; a browser opens another one."""

    def work(self, end: float) -> None:
        """Issue a number and call it, in turns, until the end."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while time.monotonic() < end:
            # A delayed number delays a call: both are timed.
            for path, body in (
                ("/tickets", {"item": self.item, "print": False}),
                ("/counter/call-next", {"complete": "done"}),
            ):
                start = time.perf_counter()
                if self._ask(line, path, body):
                    self.took.append(time.perf_counter() - start)
            time.sleep(PAUSE)
        line.close()

    def _ask(self, line: http.client.HTTPConnection, path: str, body: object) -> bool:
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        headers |= {"Cookie": self.client.cookie, "X-CSRF-Token": self.client.csrf}
        for _ in range(3):
            try:
                line.request("POST", f"/api/v1{path}", json.dumps(body), headers)
                answer = line.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException):
                line.close()
                self.broken += 1
                continue
            if answer.status != 200:
                self.refused.append(f"{self.item}: {path} {answer.status} {text[:60]!r}")
            return answer.status == 200
        self.refused.append(f"{path}: no answer")
        return False


@contextmanager
def few_files() -> Iterator[None]:
    """Limit the open files of every process started meanwhile to `FILES`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, soft), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def attack(only: list[str] | None = None, seconds: float = SECONDS) -> Tally:
    """Run every flood, or these."""
    tally = Tally("flood")
    accounts = (ADMINISTRATOR, MANAGER, *CLERKS)
    with tempfile.TemporaryDirectory(prefix="attack-") as folder, few_files():
        hall = HallServer(Path(folder), accounts=accounts, demo=False)
        with hall:
            token = _kiosk(hall)
            _plan(hall)
            quiet = _phase(tally, hall, "quiet", "", seconds, 0.0)
            for name in list(FLOODS) if only is None else only:
                _phase(tally, hall, name, token, seconds, quiet)
            after = _phase(tally, hall, "quiet again", "", seconds, 0.0)
            tally.notes.append(f"p99 quiet {quiet * 1000:.0f} ms, after it all {after * 1000:.0f}")
    return tally


def _kiosk(hall: HallServer) -> str:
    admin = Client(hall.base)
    admin.sign_in(ADMINISTRATOR, hall.password)
    code = admin.post("/office/codes", {"kind": "kiosk", "name": "9"})["code"]
    body = {"code": code, "kind": "kiosk", "name": "9"}
    return str(Client(hall.base).post("/enrol", body)["token"])


def _plan(hall: HallServer) -> None:
    """Plan the appointments whose seats are flooded."""
    dates = {"valid_from": TUESDAY, "valid_to": "2026-12-31", "weekdays": [1, 2, 3, 4, 5]}
    times = {"opens": "09:00", "closes": "12:00", "step": 30, "share": 60}
    body = {"name": "预约", "items": [BOOKED_ITEM], **dates, **times}
    hall.clerk(MANAGER).post("/office/appointment-plans", body)


def _phase(
    tally: Tally, hall: HallServer, name: str, token: str, seconds: float, quiet: float
) -> float:
    """Let the clerks work during one flood; return their p99 in seconds."""
    before = resident(hall.pid)
    flood = _start(hall, name, token, seconds) if name in FLOODS else None
    clerks = [Clerk(hall.port, hall.clerk(staff), item) for staff, item in CLERKS.items()]
    with gc_paused():
        end = time.monotonic() + seconds  # the collection before takes a while in a large process
        threads = [threading.Thread(target=clerk.work, args=(end,)) for clerk in clerks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    grown = resident(hall.pid) - before
    took = [seconds for clerk in clerks for seconds in clerk.took]
    refused = [text for clerk in clerks for text in clerk.refused]
    for span in took:
        tally.count(name, span)
    p50, p99 = (quantile(took, q) if took else 60.0 for q in (0.5, 0.99))
    outcome = ""
    if flood is not None:
        out, _ = flood.communicate(timeout=60)
        outcome = " ".join(f"{what} {count}" for what, count in sorted(json.loads(out).items()))
    broken = sum(clerk.broken for clerk in clerks)
    tally.notes.append(
        f"{name}: call-next p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms of {len(took)}; "
        f"{grown:+} MB; connections of clerks that ended {broken}; flood: {outcome or '–'}"
    )
    if quiet and p99 > max(BOUND, TIMES * quiet):
        tally.add_find(f"{name}: call-next p99 {p99 * 1000:.0f} ms, quiet {quiet * 1000:.0f} ms")
    if refused:
        tally.add_find(f"{name}: an honest clerk is refused", refused[0])
    if grown > GROWTH:
        tally.add_find(f"{name}: {grown} MB more")
    return p99


def _start(hall: HallServer, name: str, token: str, seconds: float) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "bench.attack.floods", name, "--port", str(hall.port)]
    words += ["--seconds", str(seconds + HEAD_START), "--token", token]
    places = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    try:
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, cwd=ROOT, env=os.environ | {"PYTHONPATH": places}
        )
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    time.sleep(HEAD_START)
    return process
