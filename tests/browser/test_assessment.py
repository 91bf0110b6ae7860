"""Assessment in a real browser: from a ranking to the evidence of each line, and disputes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Connection

from server.assessment.months import PeriodReader
from server.assessment.periods import parse_period
from server.assessment.rules import Score
from server.core.measured import MeasuredFact
from server.hall.context import Context
from support import axe
from support.demo_history import shared_history
from support.hall_server import MANAGER, HallServer
from support.staff_pages import signed_in

Way = tuple[str, MeasuredFact]
"""Address of a sheet, and a fact that costs points on it."""
FOLLOW = """async ([place, link, id, words]) => {
  const until = performance.now() + 20000;
  const seen = async (find) => {
    while (performance.now() < until) {
      const element = find();
      if (element) return element;
      await new Promise(requestAnimationFrame);
    }
    throw new Error(`${place} ${link}: ${document.querySelector("main").innerText}`);
  };
  location.hash = place;
  const way = await seen(() => document.querySelector(`[data-testid="evidence"][href="${link}"]`));
  way.click();
  await seen(() => {
    const shown = document.querySelector(`[data-evidence="${id}"]`);
    return shown && new RegExp(words).test(shown.textContent);
  });
  const stayed = document.querySelector('[data-testid="subject-sheet"], main [role="alert"]');
  return stayed ? "stayed" : "";
}"""
"""Go to a sheet, click the way to a fact's evidence, and wait until its page says so.

It waits in the page, frame by frame: there are fifty such ways.
"""


@pytest.fixture(scope="module")
def ways() -> dict[str, Way]:
    """Return the ways to the evidence of every deduction of the quarter, one by each address."""
    return {}


@pytest.fixture(scope="module")
def hall(
    run_folder: Path, tmp_path_factory: pytest.TempPathFactory, ways: dict[str, Way]
) -> Iterator[HallServer]:
    """Yield the reference hall with its demo history, on the Saturday after it."""
    folder = tmp_path_factory.mktemp("assessment")
    ctx = shared_history(run_folder, folder / "data").ctx
    ctx.read(lambda conn: ways.update(_ways(ctx, conn)))
    ctx.store.close()
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


def test_every_deduction_of_the_quarter_opens_its_evidence_in_two_clicks(
    office: Page, hall: HallServer, ways: dict[str, Way]
) -> None:
    """Click from the sheet of each line to its evidence; facts of one page are one click."""
    assert len({fact.measure for _, fact in ways.values()}) >= 15
    office.goto(hall.url("/office#/assessment/2026-10/person"))
    expect(office.get_by_test_id("ranking")).to_be_visible()
    expect(office.get_by_test_id("score-charts").get_by_role("img")).to_have_count(3)
    assert axe.findings(office) == []
    for link, (place, fact) in ways.items():
        way = [place, link, link.rpartition("/")[2], _evidence_words(fact)]
        assert office.evaluate(FOLLOW, way) == "", fact


def _ways(ctx: Context, conn: Connection) -> dict[str, Way]:
    """Return by the address of its evidence each deduction of the quarter, with a sheet of it."""
    reader, ways = PeriodReader(ctx, conn), dict[str, Way]()
    for month in reader.months(parse_period("2026-Q4")):
        for subject, scores in reader.scores(month, released=True).items():
            for score in scores:
                place = f"#/assessment/{month.id}/{subject}/{score.code}"
                for fact in _deducted(score):
                    ways.setdefault(fact.link, (place, fact))
    return ways


def _deducted(score: Score) -> Iterator[MeasuredFact]:
    for line in (line for part in score.parts for line in part.lines):
        yield from (charge.fact for charge in line.charges if charge.points < 0)
    yield from (entry.fact for entry in score.carried)


def _evidence_words(fact: MeasuredFact) -> str:
    """Return the pattern of what the page of a deduction's evidence says of this very fact."""
    words = {
        "late": "迟到",
        "early": "早退",
        "missing_punch": "缺卡",
        "case_days_over": "逾期|超过承诺时限",
        "joint_absent": "缺席：",
    }
    day = date.fromisoformat(fact.day)
    dates = f"{day.isoformat()}|{day.year}年{day.month}月{day.day}日"
    return words.get(fact.measure, dates)


def test_a_person_disputes_and_the_office_decides_and_amends(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer, office: Page
) -> None:
    with signed_in(browser, browser_context_args, hall, "1022", 390, 844) as phone:
        phone.goto(hall.url("/my#/scores"))
        phone.get_by_test_id("my-period").select_option("2026-10")
        before = phone.get_by_test_id("score").inner_text()
        month = (
            phone.get_by_test_id("own-charts").get_by_role("listitem").filter(has_text="2026-10")
        )
        expect(month).to_contain_text(before)
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
    change = office.get_by_test_id("score-changes").locator("li").filter(has_text=f"{before} →")
    expect(change).to_contain_text("－2026-10-08")
    office.get_by_test_id("amend-words").fill("申诉成立")
    office.get_by_test_id("amend").click()
    expect(office.get_by_test_id("release-steps")).to_contain_text("第 1 号更正")
