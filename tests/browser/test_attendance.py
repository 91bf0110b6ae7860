"""The day sheet in a real browser: live marks, their evidence, months, trial of a rule."""

from __future__ import annotations

import contextlib
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from server.attendance.routes import RULE_EXAMPLE
from support import axe
from support.hall_server import MANAGER, HallServer, RefusedError
from support.staff_pages import signed_in

SERIAL = "TEST250001"
DAY = "2026-11-24"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with a shift rule and one time clock that pushes, Tuesday at ten."""
    with HallServer(tmp_path_factory.mktemp("sheet"), accounts=("1001", MANAGER)) as running:
        boss = running.clerk("1001")
        running.put_in_force(RULE_EXAMPLE | {"valid_from": "2026-11-01"} | OPEN)
        boss.post("/office/readers", {"serial": SERIAL, "way": "push", "name": "东门"})
        boss.post("/office/fingers", {"enrolment": "17", "staff": "1004", "since": DAY})
        yield running


OPEN = {"valid_to": None}


def push(hall: HallServer, *lines: str) -> None:
    """Send punches as the time clock, over its own protocol."""
    data = "".join(f"{line}\t0\t1\t0\t0\t0\n" for line in lines).encode()
    path = f"/iclock/cdata?SN={SERIAL}&table=ATTLOG&Stamp=1"
    with urllib.request.urlopen(hall.url(path), data=data, timeout=10) as answer:
        assert answer.read().startswith(b"OK")


@pytest.fixture
def office(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the office of a manager, at today's attendance."""
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as page:
        page.goto(hall.url("/office#attendance"))
        expect(page.get_by_test_id("attendance")).to_be_visible()
        yield page


@pytest.fixture
def late(hall: HallServer) -> None:
    """Let one person come at 08:37; all time clocks have delivered."""
    push(hall, f"17\t{DAY} 08:37:00")
    with contextlib.suppress(RefusedError):  # an earlier test took it out already
        hall.clerk(MANAGER).post(f"/office/readers/{SERIAL}/out")


def test_a_punch_is_shown_at_once_with_its_reason(office: Page, hall: HallServer) -> None:
    person = office.get_by_test_id("attendance").get_by_role("button").filter(has_text="丁四平")
    expect(person).not_to_contain_text("08:37")
    push(hall, f"17\t{DAY} 08:37:00")
    expect(person).to_contain_text("08:37")
    # A slot is pending while the time clock may still deliver punches; so it is taken out of
    # service.
    hall.clerk(MANAGER).post(f"/office/readers/{SERIAL}/out")
    expect(person.get_by_title("08:37打卡，迟到7分钟。")).to_be_visible()
    assert axe.findings(office) == []
    person.click()
    behind = office.get_by_test_id("evidence")
    expect(behind).to_contain_text("上午签到：08:37打卡，迟到7分钟。依据：规则“夏令时2026”")
    expect(behind).to_contain_text("08:37打卡，迟到7分钟。")
    expect(behind.get_by_role("row").filter(has_text="东门")).to_contain_text("上午签到")


def test_the_day_shown_stands_in_its_field(office: Page) -> None:
    expect(office.get_by_label("日期")).to_have_value(DAY)
    office.get_by_label("日期").fill("2026-11-23")
    expect(office.get_by_role("heading", name="2026-11-23 考勤")).to_be_visible()
    office.get_by_role("button", name="回到今天").click()
    expect(office.get_by_label("日期")).to_have_value(DAY)


def test_all_people_fit_on_one_screen(office: Page) -> None:
    people = office.get_by_test_id("attendance").get_by_role("button")
    expect(people).to_have_count(31)
    box = people.last.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 900


def test_a_month_leads_to_a_person_and_a_day(office: Page, hall: HallServer) -> None:
    office.goto(hall.url("/office#month/all/2026-11"))
    sheet = office.get_by_test_id("sheet")
    expect(sheet.get_by_role("row")).to_have_count(32)
    assert axe.findings(office) == []
    sheet.get_by_role("link", name="丁四平").click()
    month = office.get_by_test_id("person-month")
    expect(month).to_contain_text("丁四平")
    month.get_by_role("button").filter(has_text="24").click()
    expect(office.get_by_test_id("evidence")).to_contain_text("原始打卡")


@pytest.mark.usefixtures("late")
def test_a_rule_can_be_tried_on_past_days_before_it_is_in_force(
    office: Page, hall: HallServer
) -> None:
    office.goto(hall.url("/office#rules"))
    expect(office.get_by_test_id("rule")).to_contain_text("已启用")
    office.get_by_role("button", name="复制为新规则").click()
    form = office.get_by_test_id("rule-form")
    form.get_by_label("名称").fill("八点上班")
    form.get_by_label("上午签到 应到/应离").fill("08:00")
    form.get_by_label("试算").fill(DAY)
    form.get_by_label("—").fill(DAY)
    form.get_by_test_id("try").click()
    trial = office.get_by_test_id("trial")
    expect(trial).to_contain_text("1 人会有变化")
    trial.get_by_text("1", exact=True).first.click()
    expect(trial).to_contain_text("迟到7分钟 → 迟到37分钟")
    form.get_by_label("生效日").fill("2026-12-01")
    form.get_by_test_id("save-rule").click()
    expect(office.get_by_test_id("rule").first).to_contain_text("草稿")
    assert axe.findings(office) == []


@pytest.mark.usefixtures("late")
def test_exceptions_are_listed(office: Page, hall: HallServer) -> None:
    office.goto(hall.url("/office#exceptions"))
    rows = office.get_by_test_id("exceptions").get_by_role("row")
    row = rows.filter(has_text="丁四平").filter(has_text="11-24")
    expect(row).to_contain_text("08:37")
    expect(row.get_by_role("cell").nth(1)).to_have_text("丁四平 中心办公室")
    broken = "all => all.filter((n) => n.getClientRects().length && n.offsetHeight > 40).length"
    for width in (1280, 1440):
        office.set_viewport_size({"width": width, "height": 800})
        assert rows.first.get_by_role("columnheader").evaluate_all(broken) == 0
    assert axe.findings(office) == []


@pytest.mark.usefixtures("late")
def test_the_pages_of_attendance_are_in_english_too(office: Page, hall: HallServer) -> None:
    mark = {"staff": "1004", "day": DAY, "slot": "am_in", "verdict": "on_time"}
    hall.clerk("1001").post("/requests/corrections", mark | {"reason": "test"})
    office.goto(hall.url("/office?lang=en#rules"))
    expect(office.get_by_test_id("rule").first).to_contain_text("Mon Tue Wed Thu Fri · Whole hall")
    office.get_by_test_id("new-rule").click()
    expect(office.get_by_test_id("rule-form").get_by_label("Sun")).not_to_be_checked()
    office.goto(hall.url("/office?lang=en#exceptions"))
    office.get_by_label("Without an explanation only").uncheck()
    row = office.get_by_test_id("exceptions").get_by_role("row").filter(has_text="丁四平").first
    expect(row.get_by_role("cell").last).to_contain_text("Waiting")
    row.get_by_role("button", name="Evidence").click()
    evidence = office.get_by_test_id("evidence")
    expect(evidence.get_by_role("row").nth(1)).to_contain_text("pushed")
    expect(evidence).to_contain_text("On time · Waiting · test")
