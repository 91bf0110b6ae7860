"""Benchmark of the first useful paint of kiosk, board, phone and counter on a slow machine.

Chromium's processor is slowed down to a quarter. *Cold* is a browser that has never been here,
*warm* the same page opened again. The time runs from the start of the navigation to the frame after
the page showed what people come for: items, windows, their number, the button that calls and
may be pressed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.harness import Run
from bench.http import TICKETS
from bench.load_clients import Connection
from bench.measured_hall import ITEMS
from bench.measured_server import Server
from bench.table import Figure, amount
from support import chromium

SLOWER = 4
BLANK = "/healthz"
WATCH = """
window.usefulAt = new Promise((resolve) => {
  let seen = false;
  const look = () => {
    if (seen || !document.querySelector(%r)) return;
    seen = true;
    requestAnimationFrame(() => {
      const after = new MessageChannel();
      after.port1.onmessage = () => resolve(performance.now());
      after.port2.postMessage(0);
    });
  };
  new MutationObserver(look).observe(document, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"],
  });
  look();
});
"""

SHOWN = """new Promise((done) => {
  requestAnimationFrame(() => setTimeout(() => done(performance.now())));
})"""


@dataclass(frozen=True, slots=True)
class Surface:
    """Page with the element that people come for and the cookie that opens it."""

    name: str
    path: str
    useful: str
    cookie: tuple[str, str] | None = None


def measure(run: Run) -> Iterator[Figure]:
    """Measure each page cold and warm; the reference is the server's smallest answer, shown."""
    with Server(run.folder / "hall") as server, _browser() as browser:
        for surface in _surfaces(server):
            cold, warm, blank = [], [], []
            for n in range(run.rounds + 1):
                context = browser.new_context(viewport={"width": 1280, "height": 800})
                first, second = (_painted(context, server, surface) for _ in range(2))
                if n:
                    cold.append(first)
                    warm.append(second)
                    blank.append(_shown(context, server))
                context.close()
            beside = "s until an answer of three words is shown"
            yield amount(f"paint-{surface.name}-cold", cold, blank, beside)
            yield amount(f"paint-{surface.name}-warm", warm, blank, beside)


@contextmanager
def _browser() -> Iterator[Browser]:
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(chromium.NODE))
    chrome = chromium.find()
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=str(chrome.program),
            args=chromium.ARGS,
            env={**os.environ, **chrome.env},
        )
        yield browser
        browser.close()


def _surfaces(server: Server) -> list[Surface]:
    line = Connection(server.port)
    body = {"item": ITEMS[0], "applicant": "ordinary", "print": False}
    token = str(line.post(TICKETS, server.kiosk(0), body)["ticket"]["token"])
    line.close()
    clerk = server.who["clerks"][server.who["own"][ITEMS[0]]][0]
    return [
        Surface(
            "kiosk",
            "/kiosk/k00",
            ".home button",
            ("hall_device_kiosk_k00", server.who["kiosks"][0]),
        ),
        Surface(
            "board",
            "/board/main",
            '[data-testid="window"]',
            ("hall_device_board_main", server.who["board"]),
        ),
        Surface("phone", f"/t/{token}", '[data-testid="number"]'),
        Surface("counter", "/counter", '[data-testid="main"]:enabled', ("hall_session", clerk)),
    ]


def _painted(context: BrowserContext, server: Server, surface: Surface) -> float:
    """Return the seconds until the page shows what people come for."""
    base = f"http://127.0.0.1:{server.port}"
    if surface.cookie:
        name, value = surface.cookie
        context.add_cookies([{"name": name, "value": value, "url": base}])
    page = _slow_page(context)
    page.add_init_script(WATCH % surface.useful)
    page.goto(base + surface.path, wait_until="commit")
    millis: float = page.evaluate("window.usefulAt")
    page.close()
    return millis / 1000


def _shown(context: BrowserContext, server: Server) -> float:
    page = _slow_page(context)
    page.goto(f"http://127.0.0.1:{server.port}{BLANK}")
    millis: float = page.evaluate(SHOWN)
    page.close()
    return millis / 1000


def _slow_page(context: BrowserContext) -> Page:
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page
