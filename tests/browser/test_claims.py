"""The office's page when an agent announces an unbound device: the list, confirm, refuse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import socketio
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, Client, HallServer
from support.live_line import hang_up
from support.staff_pages import signed_in

PRINTER = {"device": "printer-1", "kind": "printers", "serves": "1"}
KEYPAD = {"device": "keypad-7", "kind": "keypads", "serves": "W04"}
STRIP = {"device": "strip-7", "kind": "led", "serves": "W04"}
CLOCK = {"device": "clock-7", "kind": "fingerprint", "serves": ""}


class Agent:
    """Agent that was enrolled by a code, with its connection."""

    def __init__(self, hall: HallServer, name: str) -> None:
        self.hall, self.name = hall, name
        enrolment = {"kind": "agent", "name": name}
        code = hall.clerk(ADMINISTRATOR).post("/office/codes", enrolment)["code"]
        self.token = Client(hall.base).post("/enrol", {"code": code, **enrolment})["token"]
        self.line: Any = None

    def hello(self, *devices: dict[str, str]) -> list[str]:
        """Connect and announce devices; return those that wait for confirmation."""
        self.end()
        self.line = socketio.Client(reconnection=False)
        auth, line = {"token": self.token}, self.line
        line.connect(self.hall.base, auth=auth, namespaces=["/agent"], transports=["websocket"])
        hello = {"agent": self.name, "devices": list(devices)}
        answer: dict[str, Any] = line.call("hello", hello, namespace="/agent")
        assert answer["ok"]
        waiting: list[str] = answer.get("waiting", [])
        return waiting

    def end(self) -> None:
        """Close the connection."""
        if self.line is not None:
            hang_up(self.line)


@pytest.fixture
def agents(hall: HallServer) -> Iterator[tuple[Agent, Agent]]:
    """Yield a kiosk's PC, and another that claims its devices."""
    first, other = Agent(hall, "kiosk-1"), Agent(hall, "kiosk-2")
    try:
        yield first, other
    finally:
        first.end()
        other.end()


def opened(page: Page, hall: HallServer) -> Page:
    page.goto(hall.url("/office#devices"))
    expect(page.get_by_test_id("unprinted")).to_be_visible()
    return page


def test_a_device_is_in_service_once_the_office_confirmed_it(
    browser: Browser,
    browser_context_args: dict[str, Any],
    hall: HallServer,
    agents: tuple[Agent, Agent],
) -> None:
    first, other = agents
    assert first.hello(PRINTER) == []
    assert first.hello(PRINTER, KEYPAD) == ["keypad-7"]
    assert other.hello(PRINTER, STRIP) == ["printer-1"]
    with signed_in(browser, browser_context_args, hall, ADMINISTRATOR, 1440, 900) as page:
        claims = opened(page, hall).get_by_test_id("claims")
        new = claims.get_by_role("row").filter(has_text="keypad-7")
        expect(new).to_contain_text("叫号键盘")
        expect(new).to_contain_text("4 号窗口")
        expect(new).to_contain_text("新设备")
        claim = claims.get_by_role("row").filter(has_text="printer-1")
        expect(claim).to_contain_text("现由代理 kiosk-1 使用")
        expect(page.get_by_text("设备代理 kiosk-2 要求变更 1 台设备（printer-1）")).to_be_visible()
        assert axe.findings(page) == []
        page.get_by_test_id("refuse-printer-1").click()
        expect(claim).to_contain_text("已拒绝")
        page.get_by_test_id("confirm-keypad-7").click()
        expect(new).to_be_hidden()
    assert first.hello(PRINTER, KEYPAD) == []
    assert other.hello(PRINTER, STRIP) == ["printer-1"]


def test_a_manager_sees_claims_and_cannot_decide(
    browser: Browser,
    browser_context_args: dict[str, Any],
    hall: HallServer,
    agents: tuple[Agent, Agent],
) -> None:
    first, _other = agents
    first.hello(PRINTER)
    first.hello(PRINTER, {**KEYPAD, "device": "keypad-8", "serves": "W05"})
    with signed_in(browser, browser_context_args, hall, MANAGER, 1280, 800) as page:
        claims = opened(page, hall).get_by_test_id("claims")
        expect(claims.get_by_role("row").filter(has_text="keypad-8")).to_be_visible()
        expect(claims).to_contain_text("由系统管理员确认")
        expect(claims.get_by_role("button")).to_have_count(0)


def test_a_device_that_serves_no_place_is_shown_by_its_name(
    browser: Browser,
    browser_context_args: dict[str, Any],
    hall: HallServer,
    agents: tuple[Agent, Agent],
) -> None:
    first, _other = agents
    first.hello(PRINTER)
    first.hello(PRINTER, CLOCK)
    with signed_in(browser, browser_context_args, hall, ADMINISTRATOR, 1440, 900) as page:
        claim = opened(page, hall).get_by_role("row").filter(has_text="clock-7")
        expect(claim.get_by_role("cell").nth(2)).to_have_text("—")
        page.get_by_test_id("confirm-clock-7").click()
        expect(claim).to_be_hidden()
        assert first.hello(PRINTER, CLOCK) == []
        clocks = page.get_by_test_id("devices-fingerprint")
        expect(clocks.get_by_text("clock-7", exact=True)).to_be_visible()
