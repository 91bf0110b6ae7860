"""Phone hall in a real browser of a phone's size: from the guide to the window."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, TUESDAY, HallServer
from support.pages import DIST
from support.staff_pages import listen

ITEM, BUSY, BUSY_CLERK = "zrzy-07", "scjg-04", "1009"
ITEM_CLERK = "1024"
"""Clerk of window 20, which serves the item."""
PLAN = {
    "name": "不动产登记",
    "items": [ITEM],
    "valid_from": TUESDAY,
    "valid_to": "2026-12-31",
    "weekdays": [1, 2, 3, 4, 5],
    "opens": "09:00",
    "closes": "12:00",
    "step": 30,
    "share": 60,
}
SETTINGS = {
    "appointment_least_days": 0,
    "appointment_cancel_hours": 0,
    "appointment_early_minutes": 60,
    "remote_numbers": "on",
    "remote_from_minutes": 5,
}
MOST_BYTES = 80_000
DAY = TUESDAY[5:].replace("-", "/")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with a plan of today, in which numbers are taken from afar."""
    folder = tmp_path_factory.mktemp("phone")
    people = (ADMINISTRATOR, MANAGER, "1004", BUSY_CLERK, ITEM_CLERK)
    with HallServer(folder, accounts=people, settings=SETTINGS) as running:
        running.clerk(MANAGER).post("/office/appointment-plans", PLAN)
        yield running


@pytest.fixture
def phone(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the first page on a phone."""
    context = browser.new_context(
        **{**browser_context_args, "viewport": {"width": 390, "height": 844}}
    )
    page = context.new_page()
    errors = listen(page)
    page.goto(hall.url("/m"))
    expect(page.get_by_test_id("open")).to_have_text("正在办公")
    yield page
    context.close()
    assert errors == []


def fits(page: Page) -> bool:
    """Return True if nothing is wider than the phone."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_from_the_guide_to_the_window_and_to_a_rating(phone: Page, hall: HallServer) -> None:
    expect(phone.get_by_test_id("promise")).to_contain_text("10 分钟内叫号")
    assert axe.findings(phone) == []
    phone.get_by_test_id("search").fill("zhuanyidengji")
    phone.keyboard.press("Enter")
    phone.get_by_test_id("item").filter(has_text="可预约").first.click()
    missing = phone.get_by_test_id("missing")
    expect(missing).to_contain_text("还差")
    for box in phone.get_by_test_id("tick").all():
        box.check()
    expect(missing).to_have_text("必需材料已齐")
    assert axe.findings(phone) == []
    assert fits(phone)
    phone.get_by_test_id("book").click()
    phone.get_by_test_id("slot").filter(has_text="10:30–").click()
    phone.get_by_test_id("phone").fill("139 0000 1234")
    assert fits(phone)
    phone.get_by_test_id("hold").click()
    expect(phone.get_by_test_id("held")).to_contain_text("10:05")
    phone.get_by_test_id("name").fill("欧阳示例")
    assert axe.findings(phone) == []
    phone.get_by_test_id("confirm").click()
    expect(phone.get_by_test_id("when")).to_have_text(f"{DAY} 10:30–11:00")
    # Moved to later and back, then found again among what is one's own.
    for start in ("11:00", "10:30"):
        phone.get_by_test_id("move").click()
        phone.get_by_test_id("slot").filter(has_text=f"{start}–").click()
        phone.get_by_test_id("move-here").click()
        expect(phone.get_by_test_id("when")).to_contain_text(f"{DAY} {start}")
    assert axe.findings(phone) == []
    here = hall.clerk(MANAGER).get("/office/appointments")["here"]
    phone.goto(hall.url(f"/m#/here/{here}"))
    phone.reload()
    expect(phone.get_by_test_id("here-done")).to_be_visible()
    phone.get_by_test_id("own").get_by_role("link").click()
    expect(phone.get_by_test_id("here")).to_have_value(here)
    phone.get_by_test_id("arrive").click()
    expect(phone.get_by_test_id("arrived")).to_contain_text("签到成功")
    phone.get_by_test_id("open-number").click()
    expect(phone.get_by_test_id("slot")).to_have_text("预约时间 10:30")
    # Called, served, and rated: the whole way on one phone.
    clerk = hall.clerk(ITEM_CLERK)
    number = clerk.post("/counter/call-next")["current"]["number"]
    expect(phone.get_by_test_id("number")).to_have_text(number)
    expect(phone.get_by_test_id("says")).to_contain_text("20")
    clerk.post("/counter/start")
    clerk.post("/counter/finish", {"outcome": "accepted"})
    phone.get_by_test_id("level-2").click()
    phone.get_by_test_id("give-rating").click()
    expect(phone.get_by_test_id("rating-given")).to_have_text("您的评价：满意")
    assert fits(phone)


def test_a_number_from_afar_is_checked_in_at_the_hall(phone: Page, hall: HallServer) -> None:
    for _ in range(4):
        hall.ticket(BUSY)
    phone.goto(hall.url(f"/m#/item/{BUSY}"))
    phone.get_by_test_id("take").click()
    phone.get_by_test_id("phone").fill("13900001235")
    assert axe.findings(phone) == []
    phone.get_by_test_id("take").click()
    expect(phone.get_by_test_id("taken")).to_contain_text("已取到")
    phone.get_by_test_id("open-number").click()
    expect(phone.get_by_test_id("says")).to_have_text("到大厅后请签到")
    expect(phone.get_by_test_id("absent")).to_contain_text("前面还有")
    assert axe.findings(phone) == []
    assert fits(phone)
    phone.get_by_test_id("here").fill("000000")
    phone.get_by_test_id("check-in").click()
    expect(phone.get_by_role("alert")).to_contain_text("请到大厅后签到")
    phone.get_by_test_id("here").fill(hall.clerk(MANAGER).get("/office/appointments")["here"])
    phone.get_by_test_id("check-in").click()
    expect(phone.get_by_test_id("says")).to_contain_text("前面还有")
    # Large type and English, on every page of the phone hall.
    phone.goto(hall.url("/m#/mine"))
    phone.get_by_test_id("large").click()
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_role("heading", name="My numbers and appointments")).to_be_visible()
    assert fits(phone)
    assert axe.findings(phone) == []


def test_the_page_is_light(phone: Page, hall: HallServer) -> None:
    loaded: list[str] = []
    phone.on("request", lambda request: loaded.append(request.url))
    phone.goto(hall.url("/m"))
    phone.reload()
    expect(phone.get_by_test_id("open")).to_be_visible()
    files = {url.partition("/static/")[2] for url in loaded if "/static/" in url}
    sizes = {name: len(gzip.compress((DIST / name).read_bytes())) for name in files}
    assert sum(sizes.values()) <= MOST_BYTES, sizes
    assert not any(name.endswith((".woff2", ".woff")) for name in files)
    assert {url.partition("/api/")[0] for url in loaded} >= {hall.base}
    assert all(url.startswith(hall.base) for url in loaded)
