"""Flag in a real browser: given to another window by two people; a veto disputed on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.demo_history import shared_history
from support.hall_server import MANAGER, HallServer
from support.staff_pages import signed_in

SECOND, PERSON = "1003", "1019"
QUARTER = "/office#/honours/flag/2026-Q3"


@pytest.fixture(scope="module")
def hall(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield the reference hall with its demo history: window 1 has the flag."""
    folder = tmp_path_factory.mktemp("honours")
    shared_history(run_folder, folder / "data").ctx.store.close()
    with HallServer(folder, accounts=(MANAGER, SECOND, PERSON)) as running:
        yield running


def step(page: Page, move: str, words: str = "") -> None:
    """Take a step of the quarter's decision."""
    decision = page.get_by_test_id("flag-decision")
    decision.get_by_test_id(f"move-{move}").click()
    if words:
        decision.get_by_test_id("step-words").fill(words)
    if move != "decide":
        decision.get_by_test_id("step-send").click()


def test_two_people_give_the_flag_to_another_window_and_the_board_shows_it(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with (
        signed_in(browser, browser_context_args, hall, MANAGER, 1366, 768) as first,
        signed_in(browser, browser_context_args, hall, SECOND, 1366, 768) as second,
    ):
        first.goto(hall.url(QUARTER))
        expect(first.get_by_test_id("flag-holder")).to_contain_text("1号窗口")
        assert axe.findings(first) == []
        step(first, "ask_revoke", "提名有误")
        expect(first.get_by_test_id("flag-decision")).to_contain_text("有人申请撤销")
        second.goto(hall.url(QUARTER))
        step(second, "revoke")
        expect(second.get_by_test_id("flag-holder")).to_contain_text("中心办公室")
        second.get_by_test_id("propose-W05").click()
        second.get_by_test_id("propose-words").fill("按会议评议结果")
        second.get_by_test_id("confirm-propose").click()
        expect(second.get_by_test_id("flag-decision")).to_contain_text("待第二人决定")
        first.reload()
        step(first, "decide")
        expect(first.get_by_test_id("flag-holder")).to_contain_text("5号窗口")
        first.goto(hall.url("/board/main"))
        expect(first.get_by_test_id("flag-tile")).to_be_visible()
        expect(first.get_by_test_id("board-flag")).to_contain_text("5")
        first.goto(hall.url("/voices"))
        expect(first.get_by_test_id("public-flag")).to_contain_text("5 号窗口")


def test_a_veto_is_disputed_on_ones_own_page(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    manager, second = hall.clerk(MANAGER), hall.clerk(SECOND)
    earlier = manager.get("/office/honours/vetoes")["vetoes"][0]
    body = {
        "kind": "quarrel",
        "subject": "person",
        "code": PERSON,
        "day": earlier["day"],
        "words": "与群众争吵",
        "findings": earlier["findings"],
    }
    veto = manager.post("/office/honours/vetoes", body)["id"]
    second.post(f"/honours/vetoes/{veto}/move", {"move": "confirm"})
    with signed_in(browser, browser_context_args, hall, PERSON, 390, 844) as page:
        page.goto(hall.url("/my#/findings"))
        card = page.get_by_test_id("my-vetoes").get_by_test_id("veto").first
        expect(card.get_by_test_id("veto-state")).to_have_text("已认定")
        card.get_by_test_id("move-dispute").click()
        card.get_by_test_id("step-words").fill("当时在解释叫号规则")
        assert axe.findings(page) == []
        card.get_by_test_id("step-send").click()
        expect(card.get_by_test_id("veto-state")).to_have_text("申诉中")
