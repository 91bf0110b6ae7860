"""Electronic supervision in a real browser: wall, explanations, a calendar before it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from support import axe
from support.hall_server import MANAGER, HallServer
from support.staff_pages import signed_in

CHIEF, CLERK = "1009", "1010"
ITEM, OTHER_ITEM = "scjg-07", "gaj-01"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with the chief of a unit and a clerk of it."""
    with HallServer(tmp_path_factory.mktemp("hall"), accounts=(MANAGER, CHIEF, CLERK)) as running:
        yield running


@pytest.fixture(scope="module")
def late(hall: HallServer) -> str:
    """Return the number of an overdue case; another one is in time."""
    entered(hall, "2026-11-24")
    return entered(hall, "2026-10-20")


def entered(hall: HallServer, day: str, item: str = ITEM) -> str:
    """Enter a case from a list of its unit; return its number."""
    row = {"item": item, "day": day, "name": "王示例", "phone": "13900001234"}
    number: str = hall.clerk(MANAGER).post("/office/cases/list", {"cases": [row]})["numbers"][0]
    return number


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_the_wall_shows_what_is_overdue_in_numbers_and_words(
    hall: HallServer,
    late: str,
    browser: Browser,
    browser_context_args: dict[str, Any],
    width: int,
    height: int,
) -> None:
    with signed_in(browser, browser_context_args, hall, MANAGER, width, height) as page:
        page.goto(hall.url("/office#supervision"))
        row = page.get_by_test_id(f"lamp-{late}").first
        expect(row).to_contain_text("红灯")
        expect(row).to_contain_text("逾期")
        expect(page.get_by_test_id("sum-red")).to_have_text("1")
        expect(page.get_by_test_id("lamps-scjg")).to_contain_text("2")
        assert "王示例" not in page.get_by_test_id("lamps").inner_text()
        assert str(row.get_by_role("link").get_attribute("href")).startswith("#cases/")
        assert axe.findings(page) == []
        page.get_by_test_id("full").click()
        wall = page.get_by_test_id("lamp-wall")
        expect(wall.get_by_test_id(f"lamp-{late}").first).to_be_visible()
        assert axe.findings(page) == []
        fits = "(e => e.scrollHeight <= e.clientHeight && e.scrollWidth <= e.clientWidth)"
        assert wall.evaluate(fits)
        page.get_by_test_id("leave-wall").click()
        expect(wall).to_be_hidden()
        expect(page).to_have_url(hall.url("/office#supervision"))


def test_the_wall_is_read_anew_every_minute(
    hall: HallServer, late: str, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    with signed_in(browser, browser_context_args, hall, MANAGER, 1366, 768) as page:
        page.clock.install()
        page.goto(hall.url("/office#supervision/wall"))
        rows = page.get_by_test_id("lamp-wall").get_by_test_id("lamps")
        expect(rows).to_contain_text(late)
        second = entered(hall, "2026-10-21")
        expect(rows).not_to_contain_text(second)
        page.clock.fast_forward(61_000)
        expect(rows).to_contain_text(second)


def test_a_chief_explains_a_batch_import_by_the_digest_of_its_file(
    hall: HallServer, tmp_path: Path, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    content = "办件,日期\n".encode()
    file = tmp_path / "批量导入.csv"
    file.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    with signed_in(browser, browser_context_args, hall, CHIEF, 390, 844) as page:
        page.goto(hall.url("/my#findings"))
        page.get_by_test_id("write-explanation").click()
        page.get_by_test_id("explain-kind").select_option("batch")
        page.get_by_test_id("explain-words").fill("省系统数据批量导入")
        expect(page.get_by_test_id("explain-send")).to_be_disabled()
        page.get_by_test_id("explain-file").set_input_files(file)
        expect(page.get_by_test_id("explain-digest")).to_have_value(digest)
        page.get_by_test_id("explain-first").fill("2026-11-23")
        assert axe.findings(page) == []
        page.get_by_test_id("explain-send").click()
        entry = page.get_by_test_id("explanation")
        expect(entry).to_contain_text("批量导入")
        expect(entry).to_contain_text("2026-11-23 至 2026-11-24")
        expect(entry).to_contain_text(digest)
        assert axe.findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_nobody_but_the_chief_explains(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    with signed_in(browser, browser_context_args, hall, CLERK, 390, 844) as page:
        page.goto(hall.url("/my#findings"))
        expect(page.get_by_role("heading", name="查岗").first).to_be_visible()
        expect(page.get_by_test_id("my-explanations")).to_be_hidden()


def test_a_calendar_shows_which_due_days_it_would_move(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    number = entered(hall, "2026-11-24", "scjg-07")
    before = hall.clerk(MANAGER).get("/office/calendar/2026")
    with signed_in(browser, browser_context_args, hall, MANAGER, 1366, 768) as page:
        page.goto(hall.url("/office#calendar"))
        page.get_by_test_id("open-import").click()
        page.locator("input[name=year]").fill("2026")
        page.locator("textarea[name=list]").fill("11月25日 假 测试")
        page.get_by_test_id("see-moves").click()
        moves = page.get_by_test_id("calendar-moves")
        expect(moves.get_by_role("alert")).to_be_visible()
        page.locator("textarea[name=list]").fill("11月25日 休 测试")
        page.get_by_test_id("see-moves").click()
        row = moves.get_by_role("row").filter(has_text=number)
        expect(row).to_contain_text("一次告知")
        expect(row).to_contain_text("2026-12-01")
        expect(row).to_contain_text("2026-12-02")
        expect(row).to_contain_text("2026-11-25")
        assert axe.findings(page) == []
    assert hall.clerk(MANAGER).get("/office/calendar/2026") == before
