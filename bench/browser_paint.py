"""Benchmark from a call to its paint in Chromium, and the board's heap over 60,000 events.

The time runs from sending the clerk's request to the frame after the board's page showed the
number, by the machine's one clock. The heap is measured after a garbage collection.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bench.harness import Run, gc_paused
from bench.http import TICKETS
from bench.kiosks import NEXT
from bench.load_clients import Connection, Screens
from bench.measured_hall import ITEMS
from bench.measured_server import Server
from bench.table import Figure, amount, quantile, ratio
from support import chromium

PACE_SECONDS = 0.12
SHARE = 0.95
FIRST, ALL = 10_000, 60_000
RATE = 1500.0
PATIENCE_SECONDS = 150.0
WATCH = """
const painted = (window.painted = {});
new MutationObserver(() => {
  const newest = document.querySelector('[data-testid="call"] .ticket')?.textContent ?? "";
  if (!newest || newest in painted) return;
  painted[newest] = 0;
  requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = () => {
      painted[newest] = performance.timeOrigin + performance.now();
    };
    after.port2.postMessage(0);
  });
}).observe(document, { childList: true, subtree: true, characterData: true });
"""


def measure(run: Run) -> Iterator[Figure]:
    """Measure one board page on one server."""
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(chromium.NODE))
    chrome = chromium.find()
    with Server(run.folder / "hall") as server, sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=str(chrome.program),
            args=chromium.ARGS,
            env={**os.environ, **chrome.env},
        )
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        _enrol(context, server)
        yield _painted(run, server, _board(context, server, WATCH))
        yield _heap(run, server, context)
        browser.close()


def _enrol(context: BrowserContext, server: Server) -> None:
    """Give the browser the token of the main board."""
    context.add_cookies(
        [
            {
                "name": "hall_device_board_main",
                "value": server.who["board"],
                "url": f"http://127.0.0.1:{server.port}",
            }
        ]
    )


def _board(context: BrowserContext, server: Server, script: str = "") -> Page:
    """Open the board's page and wait until it shows its state."""
    page = context.new_page()
    if script:
        page.add_init_script(script)
    page.goto(f"http://127.0.0.1:{server.port}/board/main")
    page.get_by_test_id("waiting").filter(has_text="人").wait_for()
    page.get_by_test_id("window").first.wait_for()
    return page


def _painted(run: Run, server: Server, page: Page) -> Figure:
    """Return the median of the rounds' p95 in milliseconds.

    The reference is the p95 of the call's response.
    """
    line, clerk = Connection(server.port), server.clerk(server.who["own"][ITEMS[0]])
    amounts, beside = [], []
    for n in range(run.rounds + 1):
        line.post("/bench/rest", "", {})
        sent: dict[str, float] = {}
        answers = []
        with gc_paused():
            for _ in range(run.scaled(40, 5)):
                number = _issue(line, server)
                time.sleep(PACE_SECONDS / 2)
                sent[number] = time.time() * 1000
                line.post(NEXT, clerk, {"complete": "done"})
                answers.append(time.time() * 1000 - sent[number])
                time.sleep(PACE_SECONDS / 2)
        page.wait_for_timeout(300)
        painted: dict[str, float] = page.evaluate("window.painted")
        if n:
            amounts.append(quantile((painted[k] - at for k, at in sent.items()), SHARE))
            beside.append(quantile(answers, SHARE))
    line.close()
    page.close()
    return amount("painted", amounts, beside, "ms until the call is answered")


def _issue(line: Connection, server: Server) -> str:
    body = {"item": ITEMS[0], "applicant": "ordinary", "print": True}
    return str(line.post(TICKETS, server.kiosk(0), body)["ticket"]["number"])


def _heap(run: Run, server: Server, context: BrowserContext) -> Figure:
    """Compare the page's heap after many events and after six times as many."""
    screens, line = Screens(), Connection(server.port)
    screens.join(server.port, server.who["board"], 1)
    state = screens.state()
    page = _board(context, server)
    tools = context.new_cdp_session(page)

    def after(count: int) -> float:
        line.post("/bench/storm", "", {"state": state, "count": count, "rate": RATE})
        _until(page, screens, count - 1)
        state["version"] += count
        tools.send("HeapProfiler.collectGarbage")
        return float(tools.send("Runtime.getHeapUsage")["usedSize"]) / 1e6

    first, whole = run.scaled(FIRST, 300), run.scaled(ALL, 900)
    early, late = after(first), after(whole - first)
    screens.close()
    line.close()
    page.close()
    return ratio("heap", [late], [early], "MB", f"MB after {first:,} events")


def _until(page: Page, screens: Screens, waiting: int) -> None:
    """Wait until the page shows this number of waiting people: the last state of the storm."""
    end = time.monotonic() + PATIENCE_SECONDS
    text: Any = ""
    while time.monotonic() < end:
        screens.watch(0.5)
        text = page.get_by_test_id("waiting").text_content()
        if text == f"{waiting}人":
            return
    raise TimeoutError(f"the board shows {text}, not {waiting}")
