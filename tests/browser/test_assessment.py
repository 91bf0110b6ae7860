"""Assessment in a real browser: from a ranking to the evidence of each line, and disputes."""

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

QUARTER = "2026-Q4"


@pytest.fixture(scope="module")
def hall(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield the reference hall with its demo history, on the Saturday after it."""
    folder = tmp_path_factory.mktemp("assessment")
    shared_history(run_folder, folder / "data").ctx.store.close()
    accounts = (MANAGER, "1022")
    with HallServer(folder, at="2026-11-07T10:00", seated=(), accounts=accounts) as running:
        yield running


@pytest.fixture
def office(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield a page of the office."""
    with signed_in(browser, browser_context_args, hall, MANAGER, 1366, 900) as page:
        yield page


def test_every_line_opens_its_evidence_in_two_clicks(office: Page, hall: HallServer) -> None:
    """Read where every fact of October leads, and click the way to one of each page of evidence."""
    client = hall.clerk(MANAGER)
    ways: dict[str, tuple[str, str, str]] = {}
    measures = set()
    month = client.get("/office/assessment/periods/2026-10")
    for each in month["standings"]:
        for row in each["rows"]:
            if row["deductions"] == "0.00":
                continue
            subject = each["subject"]
            path = f"/office/assessment/periods/2026-10/{subject}/{row['code']}"
            for part in client.get(path)["months"][0]["parts"]:
                for charge in (charge for line in part["lines"] for charge in line["charges"]):
                    address, _, place = charge["link"].partition("#")
                    assert address == "/office", charge
                    ways.setdefault(place.split("/")[0], (subject, row["name"], charge["link"]))
                    measures.add(charge["measure"])
    assert len(measures) >= 10
    assert len(ways) >= 5
    for subject, name, link in ways.values():
        office.goto(hall.url(f"/office#/assessment/{QUARTER}/{subject}"))
        office.get_by_test_id("ranking").get_by_role("link", name=name, exact=True).click()
        office.locator(f'[data-testid="evidence"][href="{link}"]').first.click()
        expect(office).to_have_url(hall.url(link))
        expect(office.get_by_test_id("subject-sheet")).to_have_count(0)
        expect(office.locator("main .card").first).to_be_visible()
    office.goto(hall.url(f"/office#/assessment/{QUARTER}/person"))
    expect(office.get_by_test_id("ranking")).to_be_visible()
    expect(office.get_by_test_id("score-charts").get_by_role("img")).to_have_count(3)
    assert axe.findings(office) == []


def test_a_person_disputes_and_the_office_decides_and_amends(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer, office: Page
) -> None:
    with signed_in(browser, browser_context_args, hall, "1022", 390, 844) as phone:
        phone.goto(hall.url("/my#/scores"))
        phone.get_by_test_id("my-period").select_option("2026-10")
        before = phone.get_by_test_id("score").inner_text()
        phone.get_by_test_id("dispute").first.click()
        phone.get_by_test_id("dispute-words").fill("当日在后台办理业务")
        phone.get_by_test_id("dispute-send").click()
        expect(phone.get_by_test_id("charge").first).to_contain_text("申诉中")
        assert axe.findings(phone) == []
    office.goto(hall.url("/office#/assessment-marks"))
    card = office.get_by_test_id("dispute-card").filter(has_text="当日在后台办理业务")
    card.get_by_test_id("move-grant").click()
    card.get_by_test_id("step-words").fill("有交接记录")
    card.get_by_test_id("step-send").click()
    expect(card.get_by_test_id("dispute-state")).to_contain_text("申诉成立")
    assert axe.findings(office) == []
    office.goto(hall.url("/office#/assessment/2026-10/person"))
    change = office.get_by_test_id("score-changes").locator("li").filter(has_text=before)
    expect(change).to_contain_text("－2026-10-08")
    office.get_by_test_id("amend-words").fill("申诉成立")
    office.get_by_test_id("amend").click()
    expect(office.get_by_test_id("release-steps")).to_contain_text("第 1 号更正")
