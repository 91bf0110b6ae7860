"""Sign-in page: sign-in, lock-out, one-time passwords, enrolment of a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer
from support.staff_pages import listen

LOCKED = "1011"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall that locks an account after three wrong passwords and enrols no demo browser."""
    with HallServer(
        tmp_path_factory.mktemp("login"),
        accounts=(ADMINISTRATOR, MANAGER, "1004", LOCKED),
        settings={"lock_after": 3},
        demo=False,
    ) as running:
        yield running


def sign_in(page: Page, staff: str, password: str) -> None:
    page.get_by_label("工号").fill(staff)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()


def test_a_clerk_gets_the_counter_and_a_manager_the_office(page: Page, hall: HallServer) -> None:
    spoken = listen(page)
    page.goto(hall.url("/login"))
    expect(page.get_by_role("heading", name="工作人员登录")).to_be_visible()
    assert axe.findings(page) == []
    sign_in(page, "1004", hall.password)
    page.wait_for_url("**/counter")
    page.get_by_test_id("logout").click()
    page.wait_for_url("**/login")
    sign_in(page, MANAGER, hall.password)
    page.wait_for_url("**/office")
    assert spoken == []


def test_the_next_parameter_leads_to_no_other_site(page: Page, hall: HallServer) -> None:
    page.goto(hall.url("/login?next=//example.org/"))
    sign_in(page, MANAGER, hall.password)
    page.wait_for_url(hall.url("/office"))
    page.goto(hall.url("/login?next=/office%23devices"))
    page.get_by_role("button", name="继续").click()
    page.wait_for_url(hall.url("/office#devices"))


def test_wrong_passwords_are_reported_and_then_locked_out(page: Page, hall: HallServer) -> None:
    page.goto(hall.url("/login"))
    sign_in(page, LOCKED, "not-the-password")
    expect(page.get_by_role("alert")).to_have_text("工号或密码不对。")
    expect(page.get_by_label("密码", exact=True)).to_be_focused()
    expect(page.get_by_label("密码", exact=True)).to_have_value("")
    assert axe.findings(page) == []
    for _ in range(2):
        sign_in(page, LOCKED, "not-the-password")
        expect(page.get_by_role("button", name="登录")).to_be_enabled()
    sign_in(page, LOCKED, hall.password)
    expect(page.get_by_role("alert")).to_have_text(
        re.compile(r"^密码错误次数过多，请 \d+ 分钟后再试。$")
    )


def test_a_one_time_password_must_be_changed(page: Page, hall: HallServer) -> None:
    account = {"staff": "1005", "role": "clerk"}
    once = hall.clerk(ADMINISTRATOR).post("/office/accounts", account)["password"]
    page.goto(hall.url("/counter"))
    page.wait_for_url("**/login?next=%2Fcounter")
    sign_in(page, "1005", once)
    expect(page.get_by_role("heading", name="修改一次性密码")).to_be_visible()
    assert axe.findings(page) == []
    page.get_by_label("一次性密码", exact=True).fill(once)
    page.get_by_label("新密码", exact=False).first.fill("short")
    page.get_by_label("再输一次新密码").fill("other")
    expect(page.get_by_role("alert")).to_have_text("两次输入的新密码不一样。")
    page.get_by_label("再输一次新密码").fill("short")
    page.get_by_role("button", name="修改并继续").click()
    expect(page.get_by_role("alert")).to_contain_text("密码至少 10 位")
    for label in ("新密码", "再输一次新密码"):
        page.get_by_label(label, exact=False).first.fill("three-quiet-bridges")
    page.get_by_label("再输一次新密码").fill("three-quiet-bridges")
    page.get_by_role("button", name="修改并继续").click()
    page.wait_for_url("**/counter")


def test_a_browser_becomes_a_board_with_its_code(page: Page, hall: HallServer) -> None:
    code = hall.clerk(ADMINISTRATOR).post("/office/codes", {"kind": "board", "name": "west"})
    page.goto(hall.url("/enrol?kind=board&name=west"))
    expect(page.get_by_label("这台设备是")).to_have_value("board")
    assert axe.findings(page) == []
    go = page.get_by_role("button", name="登记并打开")
    expect(go).to_be_disabled()
    page.get_by_label("登记码（8 位数字）").fill("00000000")
    go.click()
    expect(page.get_by_role("alert")).to_have_text("登记码错误、已使用或已过期，请重新生成。")
    page.get_by_label("登记码（8 位数字）").fill(f"{code['code'][:4]} {code['code'][4:]}")
    go.click()
    page.wait_for_url("**/board/west")


def test_the_sign_in_page_in_english(page: Page, hall: HallServer) -> None:
    page.goto(hall.url("/login?lang=en"))
    expect(page.get_by_role("heading", name="Staff sign-in")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="工作人员登录")).to_be_visible()
