"""The checkers' phone in a real browser: a round through a dead spot, marks sent exactly once."""

from __future__ import annotations

import contextlib
import io
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Error, FilePayload, Page, expect

from support import axe
from support.hall_server import MANAGER, PATIENCE, HallServer, RefusedError
from support.staff_pages import signed_in

OTHER = "1003"
BACK_MS = 10_000


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with clerks at four windows and two managers."""
    people = ("1001", MANAGER, OTHER, "1004", "1009")
    seated = ("W01", "W02", "W05", "W06")
    with HallServer(tmp_path_factory.mktemp("hall"), accounts=people, seated=seated) as running:
        yield running


@pytest.fixture
def phone(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield a manager's phone on an extra check, at the first window."""
    with signed_in(browser, browser_context_args, hall, MANAGER, 375, 740) as page:
        page.goto(hall.url("/check"))
        page.get_by_test_id("second").select_option(OTHER)
        page.get_by_test_id("extra").click()
        expect(page.get_by_test_id("window")).to_be_visible()
        check = here(page)
        yield page
        with contextlib.suppress(RefusedError):
            hall.clerk(MANAGER).post(f"/office/checks/{check}/finish")


def here(page: Page) -> str:
    """Return the running check."""
    return str(page.evaluate("location.hash.slice(1)"))


def marks(hall: HallServer, check: str) -> list[tuple[str, str]]:
    """Return the marks stored by the server, in order."""
    rows = hall.clerk(MANAGER).get(f"/office/checks/{check}")["marks"]
    return [(row["window"], row["mark"]) for row in rows]


def picture() -> FilePayload:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((2400, 1800)).convert("RGB").save(out, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_one_tap_marks_a_window_and_moves_to_the_next(phone: Page, hall: HallServer) -> None:
    card, check = phone.get_by_test_id("window"), here(phone)
    expect(card).to_contain_text("丁四平 1004")
    expect(phone.get_by_test_id("known")).to_contain_text("登录")
    assert axe.findings(phone) == []
    phone.get_by_test_id("at-post").click()
    expect(card).to_contain_text("综合受理二")
    phone.get_by_test_id("undo").click()
    expect(card).to_contain_text("综合受理一")
    phone.get_by_test_id("serving").click()
    phone.get_by_test_id("away").click()
    assert axe.findings(phone) == []
    phone.get_by_test_id("reason-other").click()
    expect(phone.get_by_role("alert")).to_have_text("请写明原因")
    phone.get_by_test_id("reason-materials").click()
    expect(phone.get_by_test_id("progress")).to_have_text(re.compile("已查 2 /"))
    expect(phone.get_by_test_id("unsent")).to_be_hidden()
    assert marks(hall, check) == [
        ("W01", "at_post"),
        ("W01", "undone"),
        ("W01", "serving"),
        ("W02", "away"),
    ]


def test_an_inspection_round_continues_offline_and_is_sent_once(
    phone: Page, hall: HallServer
) -> None:
    check = here(phone)
    phone.get_by_test_id("at-post").click()
    expect(phone.get_by_test_id("unsent")).to_be_hidden()
    phone.context.set_offline(True)
    expect(phone.get_by_test_id("no-network")).to_be_visible()
    phone.get_by_test_id("empty").click()
    phone.get_by_test_id("detail").click()
    phone.get_by_label("玩手机").check()
    phone.get_by_test_id("photo").set_input_files(picture())
    expect(phone.get_by_role("img", name="照片 1")).to_be_visible()
    assert axe.findings(phone) == []
    phone.get_by_test_id("save").click()
    phone.get_by_test_id("at-post").click()
    expect(phone.get_by_test_id("unsent")).to_have_text("3 条记录还没有发出")
    assert axe.findings(phone) == []
    assert marks(hall, check) == [("W01", "at_post")]
    phone.context.set_offline(False)
    expect(phone.get_by_test_id("unsent")).to_be_hidden(timeout=BACK_MS)
    sent = [("W01", "at_post"), ("W02", "empty"), ("W03", "at_post"), ("W04", "at_post")]
    assert marks(hall, check) == sent
    rows = hall.clerk(MANAGER).get(f"/office/checks/{check}")["marks"]
    assert (rows[2]["faults"], len(rows[2]["photos"])) == (["玩手机"], 1)


WRITTEN = """() => new Promise((done) => {
  const call = indexedDB.open("hallkeeper.checks");
  call.onsuccess = () => {
    const count = call.result.transaction("outbox").objectStore("outbox").count();
    count.onsuccess = () => { call.result.close(); done(count.result); };
  };
})"""
"""Returns how many marks the phone's own database holds."""


def await_written(phone: Page, count: int) -> None:
    """Wait until the phone has written its marks, some milliseconds after the tap."""
    end = time.monotonic() + PATIENCE
    while phone.evaluate(WRITTEN) != count:
        assert time.monotonic() < end, "the marks are not written"


def test_unsent_marks_survive_a_reload_and_a_lost_answer(phone: Page, hall: HallServer) -> None:
    check = here(phone)
    lost: list[str] = []

    def lose(route: Any) -> None:
        """Let the server store the mark and lose its answer."""
        # A reload ends the running request: then there is nothing to abort.
        with contextlib.suppress(Error):
            lost.append(route.fetch().text())
            route.abort()

    phone.route("**/marks", lose)
    phone.get_by_test_id("at-post").click()
    phone.get_by_test_id("at-post").click()
    expect(phone.get_by_test_id("unsent")).to_have_text("2 条记录还没有发出")
    await_written(phone, 2)
    phone.reload()
    expect(phone.get_by_test_id("unsent")).to_have_text("2 条记录还没有发出")
    expect(phone.get_by_test_id("progress")).to_have_text(re.compile("已查 2 /"))
    phone.unroute("**/marks")
    expect(phone.get_by_test_id("unsent")).to_be_hidden(timeout=BACK_MS)
    assert lost
    assert marks(hall, check) == [("W01", "at_post"), ("W02", "at_post")]


def test_an_inspection_round_survives_a_server_restart_and_ends_with_findings(
    phone: Page, hall: HallServer
) -> None:
    check = here(phone)
    hall.kill()
    phone.get_by_test_id("empty").click()
    phone.get_by_test_id("finish").click()
    expect(phone.get_by_text(re.compile("还有 26 个窗口没有查"))).to_be_visible()
    phone.get_by_test_id("finish").click()
    expect(phone.get_by_test_id("unsent")).to_be_visible()
    hall.start()
    expect(phone.get_by_test_id("seal")).to_be_visible(timeout=BACK_MS)
    hall.clerk(OTHER).post(f"/my/checks/{check}/second", {"agree": True})
    findings = hall.clerk(MANAGER).get("/office/findings")["findings"]
    own = [finding for finding in findings if finding["check"] == check]
    assert [(finding["staff"], finding["kind"]) for finding in own] == [("1004", "empty")]
    assert hall.clerk("1004").get("/my/findings")["findings"][0]["can_dispute"]


def test_a_check_rejected_by_the_server_is_reported_and_can_be_dropped(
    phone: Page, hall: HallServer
) -> None:
    refusal = '{"code": "window_unknown", "message_zh": "没有这个窗口。", "message_en": "None."}'
    phone.route("**/marks", lambda route: route.fulfill(status=404, body=refusal))
    phone.get_by_test_id("at-post").click()
    refused = phone.get_by_test_id("refused")
    expect(refused).to_contain_text("1 号窗口的记录没有被接受：没有这个窗口。")
    expect(phone.get_by_test_id("progress")).to_have_text(re.compile("已查 0 /"))
    phone.unroute("**/marks")
    refused.get_by_test_id("again").click()
    expect(refused).to_be_hidden()
    expect(phone.get_by_test_id("progress")).to_have_text(re.compile("已查 1 /"))
    expect(phone.get_by_test_id("unsent")).to_be_hidden()
    phone.route("**/marks", lambda route: route.fulfill(status=404, body=refusal))
    phone.get_by_test_id("at-post").click()
    refused.get_by_test_id("discard").click()
    expect(refused).to_be_hidden()
    assert marks(hall, here(phone)) == [("W01", "at_post")]


def test_a_clerk_may_not_start_an_inspection_round(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with signed_in(browser, browser_context_args, hall, "1009", 360, 740) as page:
        page.goto(hall.url("/check"))
        expect(page.get_by_role("alert").first).to_contain_text("查岗由管理人员进行")


def test_nothing_is_wider_than_a_small_phone(phone: Page) -> None:
    phone.set_viewport_size({"width": 360, "height": 740})
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_test_id("at-post")).to_have_text("At post")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


DIST = Path(__file__).resolve().parents[2] / "server" / "web" / "dist"


def test_the_page_is_light() -> None:
    """Limit everything that the page loads, compressed; it has no fonts."""
    html = (DIST / "check.html").read_text()
    parts = re.findall(r'"/static/(assets/[^"]+)"', html)
    assert parts
    size = len(html) + sum((DIST / f"{part}.gz").stat().st_size for part in parts)
    assert size <= 80_000
