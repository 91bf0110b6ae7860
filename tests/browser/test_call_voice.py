"""The counter's page when no loudspeaker played a call: its message, and the clerk's options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import socketio
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, Client, HallServer
from support.live_line import hang_up
from support.staff_pages import signed_in

STAFF, ITEM = "1009", "scjg-01"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall whose loudspeaker PC is switched off."""
    settings = {"no_show_min_seconds": 0, "no_show_min_calls": 1}
    with HallServer(tmp_path_factory.mktemp("voice"), settings=settings) as running:
        device = {"kind": "agent", "name": "display"}
        code = running.clerk(ADMINISTRATOR).post("/office/codes", device)["code"]
        token = Client(running.base).post("/enrol", {"code": code, **device})["token"]
        line: Any = socketio.Client()
        auth = {"token": token}
        line.connect(running.base, auth=auth, namespaces=["/agent"], transports=["websocket"])
        speaker = {"device": "s", "kind": "voice", "serves": "main", "reports": "spoken"}
        hello = {"agent": "display", "devices": [speaker]}
        assert line.call("hello", hello, namespace="/agent") == {"ok": True}
        hang_up(line)
        running.clerk(STAFF)
        yield running


@pytest.fixture
def desk(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the desk of a window with a called ticket that was not spoken."""
    with signed_in(browser, browser_context_args, hall, STAFF, 1366, 768) as page:
        page.goto(hall.url("/counter"))
        number = hall.ticket(ITEM)["number"]
        button = page.get_by_test_id("main")
        expect(button).to_contain_text("呼叫下一位")
        expect(button).to_have_attribute("data-settled", "true")
        button.click()
        expect(page.get_by_test_id("number")).to_have_text(number)
        yield page


def test_an_unspoken_call_is_shown_and_can_be_called_out(desk: Page, hall: HallServer) -> None:
    voice = desk.get_by_test_id("voice")
    expect(voice).to_contain_text("没有播出声音：喇叭所在的电脑没有连上")
    expect(desk.get_by_test_id("noShow")).to_be_disabled()
    assert axe.findings(desk) == []
    day = hall.clerk(ADMINISTRATOR).get("/office/today")
    assert [alarm["subject"] for alarm in day["alarms"] if alarm["code"] == "call_unspoken"] == [
        "east"
    ]
    desk.keyboard.press("k")
    expect(voice).to_have_text("已口头叫号")
    expect(desk.get_by_test_id("by-mouth")).to_have_count(0)
    desk.get_by_test_id("history").click()
    expect(desk.get_by_test_id("history-lines")).to_contain_text("口头叫号")
    desk.keyboard.press("Escape")
    expect(desk.get_by_test_id("noShow")).to_be_enabled()
    desk.get_by_test_id("noShow").click()
    expect(desk.get_by_test_id("number")).to_have_count(0)
