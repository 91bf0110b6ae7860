"""Benchmark of what people wait for: paper after a press, sound after a call, a clerk's start.

A whole hall with agents and simulated devices on real sockets; the simulators' clock is the
machine's. The printer's first byte and the loudspeaker's sound are events of the simulators. The
pressing finger and the pauses of people are not counted.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.harness import Run, gc_paused, timed
from bench.http import NOTHING, TICKETS
from bench.load_clients import Connection
from bench.measured_server import Server
from bench.raw_sqlite import RawBook
from bench.table import Figure, amount, quantile, ratio
from support import chromium
from support.hall_server import ADMINISTRATOR, Client, HallServer

SHARE = 0.95
PATIENCE_SECONDS = 20
PRINTER, LOUDSPEAKER = "printer-1", "speaker-east"
ITEM, CLERK = "scjg-01", "1009"
SETTINGS = {"kiosk_minute_numbers": 999, "kiosk_hour_numbers": 999, "desk_numbers": 0}


def measure(run: Run) -> Iterator[Figure]:
    """Measure the three on one hall with all its simulated devices."""
    with HallServer(run.folder / "felt", devices=True, settings=SETTINGS) as hall:
        yield _press_to_paper(run, hall)
        yield _call_to_sound(run, hall)
        yield _sign_in_to_call(run, hall)


def _press_to_paper(run: Run, hall: HallServer) -> Figure:
    """Return the p95 from the kiosk's request to the printer's first byte, over its reference."""
    code = hall.clerk(ADMINISTRATOR).post("/office/codes", {"kind": "kiosk", "name": "1"})["code"]
    enrolled = Client(hall.base).post("/enrol", {"code": code, "kind": "kiosk", "name": "1"})
    headers = f"Authorization: Bearer {enrolled['token']}\r\n"
    body = {"item": ITEM, "applicant": "ordinary", "print": True}
    book = RawBook(run.folder / "raw.db")
    amounts, beside = [], []
    with Server(run.folder / "plain") as plain:
        kiosk = plain.kiosk(0)
        for n in range(run.rounds + 1):
            waits, plain_times = [], []
            with gc_paused():
                for _ in range(run.scaled(40, 3)):
                    # A server ends a connection on which nothing is sent while a slip is printed.
                    line, empty = Connection(hall.port), Connection(plain.port)
                    seen = _newest(hall)
                    start = time.time()
                    ticket = line.post(TICKETS, headers, body)["ticket"]
                    waits.append(_event(hall, PRINTER, "begun", seen) - start)
                    _event(hall, PRINTER, "paper", seen)
                    _until_printed(hall, ticket["token"])
                    plain_times.append(
                        timed(partial(empty.post, NOTHING, kiosk, body)) + book.commit_seconds()
                    )
                    line.close()
                    empty.close()
            if n:
                amounts.append(quantile(waits, SHARE) * 1000)
                beside.append(quantile(plain_times, SHARE) * 1000)
    book.close()
    return ratio("press-paper", amounts, beside, "ms", "ms empty request + raw commit")


def _until_printed(hall: HallServer, token: str) -> None:
    """Return once the server has the slip's outcome, so that the printer is free again.

    The driver asks the printer about the slip after the paper has come out. A phone may ask four
    times a second.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    time.sleep(0.3)
    while Client(hall.base).get(f"/phone/{token}")["slip"]["state"] != "printed":
        if time.monotonic() > end:
            raise TimeoutError(f"slip of {token} is not printed")
        time.sleep(0.3)


def _call_to_sound(run: Run, hall: HallServer) -> Figure:
    """Return the p95 from a clerk's request to the sound at a loudspeaker that is free."""
    clerk, desk = hall.clerk(CLERK), hall.clerk(ADMINISTRATOR)
    amounts, beside = [], []
    for n in range(run.rounds + 1):
        waits, answers = [], []
        for _ in range(run.scaled(10, 2)):
            desk.post("/tickets", {"item": ITEM, "applicant": "ordinary", "print": False})
            seen = _newest(hall)
            start = time.time()
            clerk.post("/counter/call-next", {"complete": "accepted"})
            answers.append(time.time() - start)
            waits.append(_event(hall, LOUDSPEAKER, "sound", seen) - start)
            time.sleep(1)  # the announcement ends
        if n:
            amounts.append(quantile(waits, SHARE) * 1000)
            beside.append(quantile(answers, SHARE) * 1000)
    return amount("call-sound", amounts, beside, "ms until the call is answered")


def _sign_in_to_call(run: Run, hall: HallServer) -> Figure:
    """Return the seconds of the machine from a clerk's sign-in to the first called number."""
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(chromium.NODE))
    chrome = chromium.find()
    desk, clerk = hall.clerk(ADMINISTRATOR), hall.clerk(CLERK)
    _leave(clerk)
    amounts = []
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=str(chrome.program),
            args=chromium.ARGS,
            env={**os.environ, **chrome.env},
        )
        for n in range(run.rounds + 1):
            desk.post("/tickets", {"item": ITEM, "applicant": "ordinary", "print": False})
            context = browser.new_context(viewport={"width": 1366, "height": 768})
            seconds = _first_call(context.new_page(), hall)
            context.close()
            if n:
                amounts.append(seconds)
        browser.close()
    return amount("sign-in-call", amounts)


def _first_call(page: Page, hall: HallServer) -> float:
    """Sign in, call, sign out again; return the seconds until the number is shown."""
    page.goto(hall.url("/counter"))
    page.locator("input[name=staff]").fill(CLERK)
    page.locator("input[type=password]").fill(hall.password)
    start = time.perf_counter()
    page.locator("button[type=submit]").click()
    page.locator("button", has_text="企业登记一").click()
    page.locator('[data-testid="main"][data-settled="true"]').click()
    page.locator('[data-testid="ticket"] [data-testid="number"]').wait_for()
    seconds = time.perf_counter() - start
    _leave(hall.clerk(CLERK))
    return seconds


def _leave(clerk: Client) -> None:
    """Finish the service of the called person and sign out at the window."""
    clerk.post("/counter/start")
    clerk.post("/counter/finish", {"outcome": "accepted"})
    clerk.post("/counter/sign-out")


def _newest(hall: HallServer) -> int:
    newest: int = hall.control("/events?since=0&wait=0")["seq"]
    return newest


def _event(hall: HallServer, device: str, kind: str, since: int) -> float:
    """Return the time (s) of the first event of a kind after event number `since`."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        events: list[dict[str, Any]] = hall.control(f"/events?since={since}&wait=1")["events"]
        for event in events:
            if event["device"] == device and event["kind"] == kind:
                return float(event["at"])
        since = events[-1]["seq"] if events else since
    raise TimeoutError(f"{device}: no {kind}")
