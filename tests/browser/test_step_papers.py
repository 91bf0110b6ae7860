"""Papers of the steps of complaints and redresses: in the office, and with the unit's chief."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer
from support.staff_pages import (
    evidence,
    refuses_papers,
    shows_papers,
    signed_in,
    take_step,
)

CLERK, CHIEF = "1010", "1009"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with a clerk and the chief representative of the same unit."""
    people = (ADMINISTRATOR, MANAGER, CLERK, CHIEF)
    with HallServer(tmp_path_factory.mktemp("hall"), accounts=people) as running:
        yield running


@pytest.fixture
def office(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the office of a manager."""
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as page:
        yield page


def bad_rating(hall: HallServer) -> str:
    """Return a new redress of a bad rating without a contact."""
    ticket, clerk = hall.ticket("scjg-01"), hall.clerk(CLERK)
    clerk.post("/counter/call-next")
    clerk.post("/counter/start")
    clerk.post("/counter/finish", {"outcome": "done"})
    clerk.post(f"/phone/{ticket['token']}/rating", {"level": 5})
    listed = hall.clerk(MANAGER).get("/office/redresses")["redresses"]
    return str(max(listed, key=lambda redress: redress["at"])["rating"])


def test_a_step_of_a_redress_takes_papers(office: Page, hall: HallServer, tmp_path: Path) -> None:
    office.goto(hall.url(f"/office#redresses/{bad_rating(hall)}"))
    card, papers = office.get_by_test_id("redress"), evidence(tmp_path)
    refuses_papers(card, "contact", tmp_path)
    take_step(card, "contact", "未留联系方式，已向窗口人员了解情况", papers)
    expect(office.get_by_test_id("redress-state")).to_have_text("已联系")
    office.reload()
    shows_papers(card, papers)
    office.get_by_test_id("move-start").click()
    assert axe.findings(office) == []


def test_a_step_of_a_complaint_takes_papers(office: Page, hall: HallServer, tmp_path: Path) -> None:
    about = {"about": "window", "subject": "5", "topics": ["attitude"]}
    number = hall.clerk(MANAGER).post("/office/complaints", about)["number"]
    office.goto(hall.url("/office#complaints"))
    office.get_by_test_id(f"see-{number}").click()
    card, papers = office.get_by_test_id("complaint"), evidence(tmp_path)
    refuses_papers(card, "contact", tmp_path)
    take_step(card, "contact", "已调取窗口录像", papers)
    expect(card).to_contain_text("已调取窗口录像")
    office.reload()
    shows_papers(card, papers)
    office.get_by_test_id("move-accept").click()
    assert axe.findings(office) == []


def test_the_chief_representative_hands_papers_in_by_phone(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any], tmp_path: Path
) -> None:
    bad_rating(hall)
    with signed_in(browser, browser_context_args, hall, CHIEF, 360, 740) as phone:
        phone.goto(hall.url("/my#voices"))
        waiting = phone.get_by_test_id("redress").filter(has_text="待联系")
        card = phone.get_by_test_id("redress").filter(has_text="已问过当事人")
        papers = evidence(tmp_path)
        take_step(waiting.first, "contact", "已问过当事人", papers)
        expect(card).to_be_visible()
        phone.reload()
        shows_papers(card, papers)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
        assert axe.findings(phone) == []
