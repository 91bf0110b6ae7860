"""The office's page in a real browser, with a real server."""

from __future__ import annotations

import io
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer
from support.staff_pages import signed_in


@pytest.fixture
def office(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the office as an administrator sees it."""
    with signed_in(browser, browser_context_args, hall, ADMINISTRATOR, 1440, 900) as page:
        page.goto(hall.url("/office"))
        expect(page.get_by_test_id("alarms")).to_be_visible()
        yield page


def go(page: Page, section: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=section, exact=True).click()


def exported(hall: HallServer) -> bytes:
    request = urllib.request.Request(
        hall.url("/api/v1/office/workbook"), headers={"Cookie": hall.clerk(ADMINISTRATOR).cookie}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return bytes(answer.read())


def test_today_follows_the_hall(office: Page, hall: HallServer) -> None:
    waiting = office.get_by_test_id("tile-waiting")
    before = int(waiting.inner_text())
    hall.ticket("gaj-01")
    expect(waiting).to_have_text(str(before + 1))
    row = office.get_by_test_id("queues").get_by_role("row").filter(has_text="公安")
    expect(row).to_contain_text("20 分")
    expect(office.get_by_role("img", name=re.compile("每小时取号"))).to_be_visible()
    assert axe.findings(office) == []


def test_the_hall_is_paused_and_a_notice_published(office: Page, hall: HallServer) -> None:
    card, dialog = office.get_by_test_id("hall-notices"), office.get_by_role("dialog")
    card.get_by_test_id("begin-notice").click()
    dialog.get_by_test_id("publish").click()
    expect(dialog.get_by_role("alert")).to_have_text("请填写通知内容。")
    assert axe.findings(office) == []
    dialog.get_by_test_id("notice-text").fill("下午三点停水半小时")
    expect(dialog.get_by_role("alert")).to_have_count(0)
    dialog.get_by_test_id("publish").click()
    expect(dialog).to_be_hidden()
    line = office.get_by_test_id("hall-notice")
    expect(line).to_contain_text("下午三点停水半小时")
    line.get_by_test_id("end-notice").click()
    expect(line).to_have_count(0)
    card.get_by_test_id("begin-pause").click()
    dialog.get_by_label("其他").check()
    dialog.get_by_test_id("publish").click()
    expect(dialog.get_by_role("alert")).to_have_text("请选择原因，或写明为什么暂停。")
    dialog.get_by_label("消防演练").check()
    dialog.get_by_label("20 分钟", exact=True).check()
    dialog.get_by_test_id("publish").click()
    expect(dialog).to_be_hidden()
    expect(line).to_contain_text("大厅暂停服务（消防演练），约 10:")
    assert hall.clerk("1009").get("/counter")["paused"]
    line.get_by_test_id("end-notice").click()
    expect(line).to_have_count(0)
    assert not hall.clerk("1009").get("/counter")["paused"]


@pytest.mark.parametrize("width", [1280, 1440])
def test_no_label_of_todays_figures_is_cut(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer, width: int
) -> None:
    with signed_in(browser, browser_context_args, hall, MANAGER, width, 720) as page:
        page.goto(hall.url("/office"))
        for region in ("今日数据", "Figures of today"):
            names = page.get_by_role("region", name=region).locator("dt")
            expect(names).to_have_count(7)
            cut = "all => all.filter(n => n.scrollWidth > n.clientWidth).map(n => n.textContent)"
            assert names.evaluate_all(cut) == []
            if region == "今日数据":
                page.get_by_role("button", name="English").click()


def test_a_manager_sees_less(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as page:
        page.goto(hall.url("/office#accounts"))
        links = page.get_by_role("navigation").get_by_role("link")
        expect(links.get_by_text("工作簿与版本", exact=True)).to_be_visible()
        for hidden in ("账号", "设备登记"):
            expect(links.get_by_text(hidden, exact=True)).to_have_count(0)
        go(page, "设置")
        expect(page.get_by_label("音量")).to_be_disabled()
        go(page, "工作簿与版本")
        expect(page.get_by_test_id("versions")).to_be_visible()
        expect(page.get_by_test_id("import")).to_have_count(0)


def test_a_clerk_is_sent_to_the_counter(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with signed_in(browser, browser_context_args, hall, "1004", 1440, 900) as page:
        page.goto(hall.url("/office"))
        expect(page.get_by_role("alert")).to_contain_text("请到窗口叫号页面")


def test_a_forgotten_window_is_released(office: Page) -> None:
    go(office, "窗口")
    row = office.get_by_test_id("windows").get_by_role("row").filter(has_text="卫生健康")
    expect(row).to_contain_text("空闲")
    row.get_by_role("button", name=re.compile("强制退出")).click()
    expect(office.get_by_role("dialog")).to_contain_text("将退出本窗口")
    assert axe.findings(office) == []
    office.get_by_test_id("go").click()
    expect(row).to_contain_text("未登录")


def test_an_account_is_added_reset_and_disabled(office: Page) -> None:
    go(office, "账号")
    expect(office.get_by_test_id("accounts")).to_be_visible()
    office.get_by_test_id("add-account").click()
    office.get_by_test_id("find").fill("1006")
    office.get_by_role("dialog").get_by_role("radio").check()
    assert axe.findings(office) == []
    office.get_by_test_id("go").click()
    secret = office.get_by_test_id("secret")
    expect(secret).to_have_text(re.compile(r"^\S{10,}$"))
    first = secret.inner_text()
    office.get_by_role("button", name="记下了，关闭").click()
    expect(secret).to_be_hidden()
    row = office.get_by_test_id("accounts").get_by_role("row").filter(has_text="1006")
    expect(row).to_contain_text("待首次修改密码")
    row.get_by_role("button", name=re.compile("重设密码")).click()
    expect(secret).not_to_have_text(first)
    office.get_by_role("button", name="记下了，关闭").click()
    row.get_by_role("combobox").select_option("manager")
    expect(row.get_by_role("combobox")).to_be_enabled()
    row.get_by_role("button", name=re.compile("停用")).click()
    expect(row).to_contain_text("已停用")
    expect(row.get_by_role("combobox")).to_have_value("manager")


def test_a_code_is_issued_and_a_device_revoked(office: Page, hall: HallServer) -> None:
    go(office, "设备登记")
    office.get_by_test_id("code-kind").select_option("board")
    office.get_by_test_id("code-name").fill("east")
    office.get_by_test_id("make-code").click()
    code = office.get_by_test_id("secret")
    expect(code).to_have_text(re.compile(r"^\d{8}$"))
    expect(office.get_by_role("dialog")).to_contain_text("/enrol?kind=board&name=east")
    enrolment = {"code": code.inner_text(), "kind": "board", "name": "east"}
    hall.clerk(ADMINISTRATOR).post("/enrol", enrolment)
    office.get_by_role("button", name="记下了，关闭").click()
    row = office.get_by_test_id("tokens").get_by_role("row").filter(has_text="east")
    expect(row).to_contain_text("有效")
    row.get_by_role("button", name=re.compile("撤销")).click()
    expect(office.get_by_text("还没有登记设备。")).to_be_visible()
    office.get_by_label("也显示已撤销的").check()
    expect(row).to_contain_text("已撤销")


def test_settings_keep_their_bounds(office: Page, hall: HallServer) -> None:
    go(office, "设置")
    volume = office.get_by_label("音量")
    save = office.get_by_test_id("save-settings")
    expect(save).to_be_disabled()
    expect(office.get_by_text("1 天以内：首席代表；2 天以内：首席代表，再由")).to_be_visible()
    volume.fill("101")
    expect(office.get_by_role("alert")).to_have_text("有数值超出范围。")
    expect(save).to_be_disabled()
    volume.fill("35")
    assert axe.findings(office) == []
    save.click()
    expect(office.get_by_text("已保存并生效，原值已留存。")).to_be_visible()
    assert hall.clerk(MANAGER).get("/office/settings")["values"]["voice_volume"] == 35


def test_a_bad_workbook_shows_every_problem_and_changes_nothing(
    office: Page, hall: HallServer, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(exported(hall)))
    sheet = book["单位"]
    heads = [str(cell.value) for cell in next(sheet.iter_rows(min_row=1, max_row=1))]
    sheet.cell(row=3, column=1).value = None
    sheet.cell(row=4, column=1).value = sheet.cell(row=5, column=1).value
    bad = tmp_path / "bad.xlsx"
    book.save(bad)
    go(office, "工作簿与版本")
    office.get_by_test_id("workbook").set_input_files(bad)
    office.get_by_test_id("import").click()
    expect(office.get_by_test_id("problem-count")).to_contain_text("没有导入任何内容")
    rows = office.get_by_test_id("problems").get_by_role("row").filter(has_text=sheet.title)
    expect(rows.first).to_contain_text(heads[0].rstrip("*"))
    assert rows.count() >= 2
    assert axe.findings(office) == []
    assert [v["version"] for v in hall.clerk(MANAGER).get("/office/versions")["versions"]] == [1]


def test_the_same_workbook_changes_nothing_and_another_is_a_version(
    office: Page, hall: HallServer, tmp_path: Path
) -> None:
    same, other = tmp_path / "same.xlsx", tmp_path / "other.xlsx"
    same.write_bytes(exported(hall))
    book = openpyxl.load_workbook(same)
    assert book["大厅"]["B2"].value == "禾安县政务服务中心"
    book["大厅"]["B2"].value = "禾安县政务服务大厅"
    book.save(other)
    go(office, "工作簿与版本")
    office.get_by_test_id("workbook").set_input_files(same)
    office.get_by_test_id("import").click()
    expect(office.get_by_test_id("imported")).to_contain_text("没有改动")
    office.get_by_test_id("workbook").set_input_files(other)
    office.get_by_test_id("import").click()
    expect(office.get_by_test_id("imported")).to_contain_text("现在是第 2 版")
    newest = office.get_by_test_id("versions").get_by_role("row").nth(1)
    expect(newest).to_contain_text("2 · 现用")
    expect(newest).to_contain_text("工号 1001")


def test_without_devices_the_office_gives_advice_and_survives_a_restart(
    office: Page, hall: HallServer
) -> None:
    go(office, "设备")
    expect(office.get_by_text("还没有设备。")).to_be_visible()
    hall.kill()
    expect(office.get_by_test_id("offline")).to_be_visible()
    hall.start()
    expect(office.get_by_test_id("offline")).to_be_hidden(timeout=8000)
