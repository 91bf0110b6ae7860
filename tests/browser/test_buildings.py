"""A hall in two buildings: kiosk, phone and guide send people to the right door."""

from __future__ import annotations

import io
import re
import urllib.request
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, TUESDAY, HallServer
from support.staff_pages import listen, signed_in

HERE, ELSEWHERE = ("qyshbxdj", "企业社会保险登记"), ("gssldj", "公司设立登记")
"""An item of the west room, and one of the east room, with their search keys."""
SITES = {
    "zhu": ("主楼", "人民路1号", "公交：1路到人民路站\n入口：南门，有坡道"),
    "bei": ("城北分中心", "北街2号", "公交：3路到北街口站\n停车：院内，免费"),
}
PHONE = {"width": 360, "height": 740}


BOTH = "swj-01"
"""Item of both buildings."""
THERE = "1018"
"""Clerk of the second building."""
PLAN = {
    "name": "办税预约",
    "items": [BOTH],
    "valid_from": TUESDAY,
    "valid_to": "2026-12-31",
    "weekdays": [1, 2, 3, 4, 5],
    "opens": "10:00",
    "closes": "12:00",
    "step": 30,
    "share": 100,
}
PEOPLE = (ADMINISTRATOR, MANAGER, THERE)
SETTINGS = {
    "kiosk_sites": "1 bei",
    "remote_numbers": "on",
    "remote_from_minutes": 0,
    "appointment_least_days": 0,
    "appointment_early_minutes": 60,
}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with its west room, and a window of the taxes, in a second building."""
    with HallServer(tmp_path_factory.mktemp("buildings"), accounts=PEOPLE) as running:
        office = running.clerk(ADMINISTRATOR)
        office.upload("/office/workbook", two_buildings(running), "hall.xlsx", "workbook")
        office.post("/office/settings", {"values": SETTINGS})
        for site in SITES:
            running.clerk(MANAGER).post("/office/appointment-plans", PLAN | {"site": site})
        yield running


def two_buildings(hall: HallServer) -> bytes:
    """Return the hall's workbook with two buildings."""
    address = hall.url("/api/v1/office/workbook")
    asking = urllib.request.Request(address, headers={"Cookie": hall.clerk(ADMINISTRATOR).cookie})
    with urllib.request.urlopen(asking, timeout=60) as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.read()))
    sheet = book["办公地点"]
    heads = headings(sheet)
    sheet.delete_rows(2, sheet.max_row)
    for code, (name, place, way) in SITES.items():
        row = {"编码": code, "名称": name, "地址": place, "怎么走": way}
        sheet.append([row.get(head) for head in heads])
    zones, windows = book["区域"], book["窗口"]
    for cells in zones.iter_rows(min_row=2):
        if cells[0].value in ("east", "west"):
            site = "bei" if cells[0].value == "west" else "zhu"
            cells[headings(zones).index("办公地点")].value = site
    for cells in windows.iter_rows(min_row=2):
        if cells[0].value == "W12":
            cells[headings(windows).index("区域")].value = "west"
    hours = ("办公地点", "bei", "一二三四五", "9:00", "16:00")
    book["开放时间"].append(hours)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def headings(sheet: Worksheet) -> list[str]:
    """Return the headings of a sheet, without the mark of columns that must be filled in."""
    return [str(cell.value).rstrip("*") for cell in next(sheet.iter_rows(max_row=1))]


def open_item(page: Page, typed: str, name: str) -> None:
    page.get_by_role("button", name="搜索").click()
    page.get_by_test_id("search").fill(typed)
    page.get_by_test_id("item").filter(has_text=re.compile(f"^{name}")).first.click()


def counts_by_building(office: Page, hall: HallServer) -> None:
    """Look at the report and at the attendance of one building."""
    office.goto(hall.url("/office#reports/week/unit"))
    office.get_by_role("link", name="按办公地点").click()
    table = office.get_by_test_id("report-service")
    expect(table.get_by_role("row", name="城北分中心")).to_be_visible()
    expect(office.get_by_role("button", name="收费")).to_have_count(0)
    office.goto(hall.url("/office#attendance"))
    sheet = office.get_by_test_id("attendance")
    expect(sheet).to_contain_text("主楼")
    office.get_by_test_id("site").select_option(label="城北分中心")
    expect(sheet.get_by_role("link", name="卫生健康局")).to_be_visible()
    expect(sheet.get_by_role("link", name="市场监督管理局")).to_have_count(0)
    assert axe.findings(office) == []
    office.goto(hall.url("/office#month/@bei/2026-11"))
    expect(office.get_by_test_id("unit").locator(":checked")).to_have_text("城北分中心")
    expect(office.get_by_test_id("sheet").get_by_role("rowheader")).to_have_count(16)


def test_the_office_counts_by_building(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with signed_in(browser, browser_context_args, hall, ADMINISTRATOR, 1440, 900) as office:
        counts_by_building(office, hall)


def test_the_kiosk_of_a_branch_sends_people_to_the_right_door(page: Page, hall: HallServer) -> None:
    page.goto(hall.url("/kiosk/1"))
    expect(page.get_by_test_id("building")).to_have_text("城北分中心")
    open_item(page, *ELSEWHERE)
    words = "该事项在主楼办理，这里不办，请到：人民路1号。"
    expect(page.get_by_test_id("refusal")).to_contain_text(words)
    expect(page.get_by_test_id("way")).to_contain_text("1路到人民路站")
    page.goto(hall.url("/kiosk/1"))
    open_item(page, *HERE)
    page.get_by_test_id("take").click()
    expect(page.get_by_test_id("number")).to_be_visible()
    page.goto(hall.url("/m#/item/scjg-01"))
    expect(page.get_by_test_id("building")).to_have_text("主楼，人民路1号")
    page.get_by_test_id("show-way").click()
    expect(page.get_by_test_id("for-item")).to_contain_text("公司设立登记")
    first = page.get_by_test_id("site").first
    expect(first).to_contain_text("能办")
    expect(first.get_by_test_id("way")).to_contain_text("南门，有坡道")


@pytest.fixture
def phone(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Yield a page of a small phone."""
    context = browser.new_context(**{**browser_context_args, "viewport": PHONE})
    page = context.new_page()
    errors = listen(page)
    yield page
    context.close()
    assert errors == []


def fits(page: Page) -> bool:
    """Return True if nothing is wider than the phone."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_the_phone_shows_the_buildings_and_where_an_item_is_done(
    phone: Page, hall: HallServer
) -> None:
    phone.goto(hall.url("/m"))
    phone.get_by_test_id("door-sites").click()
    sites = phone.get_by_test_id("site")
    expect(sites).to_have_count(2)
    expect(sites.nth(1).get_by_test_id("address")).to_have_text("北街2号")
    expect(sites.nth(1).get_by_test_id("hours")).to_have_text("周一至周五 09:00–16:00")
    expect(sites.nth(1).get_by_test_id("now")).to_contain_text("人等候")
    expect(sites.nth(1).get_by_test_id("plan")).to_contain_text("示意图")
    assert axe.findings(phone) == []
    assert fits(phone)
    phone.get_by_test_id("where").fill(HERE[0])
    phone.get_by_test_id("hit").filter(has_text=HERE[1]).first.click()
    expect(sites.first).to_contain_text("城北分中心能办")
    expect(sites.nth(1)).to_contain_text("主楼这里不办")
    drawn = sites.first.get_by_role("img")
    expect(drawn).to_have_attribute("aria-label", re.compile("^西厅：.*号窗口$"))
    for words in ("大字版", "English"):
        phone.get_by_role("button", name=words).click()
        assert fits(phone)
        assert axe.findings(phone) == []
    expect(sites.first).to_contain_text("Here")
    expect(drawn).to_have_attribute("aria-label", re.compile("^West Room: windows"))


def test_the_guide_shows_the_door_and_the_windows(phone: Page, hall: HallServer) -> None:
    phone.goto(hall.url("/items/scjg-01"))
    place = phone.get_by_test_id("building")
    expect(place).to_have_count(1)
    expect(place).to_contain_text("主楼")
    expect(place.get_by_test_id("address")).to_have_text("人民路1号")
    expect(place.get_by_test_id("way")).to_contain_text("1路到人民路站")
    expect(place.get_by_test_id("plan")).to_contain_text("深色的是办这件事的窗口")
    assert fits(phone)
    assert axe.findings(phone) == []


def test_people_choose_the_building_of_a_number_from_afar(phone: Page, hall: HallServer) -> None:
    for _ in range(3):
        hall.ticket(BOTH)
        hall.clerk(THERE).post("/tickets", {"item": BOTH, "applicant": "ordinary", "print": False})
    phone.goto(hall.url(f"/m#/item/{BOTH}"))
    expect(phone.get_by_test_id("building")).to_have_count(2)
    places = phone.get_by_test_id("place")
    expect(places).to_have_count(2)
    places.filter(has_text="城北分中心").get_by_role("radio").check()
    assert axe.findings(phone) == []
    assert fits(phone)
    phone.get_by_test_id("take").click()
    phone.get_by_test_id("phone").fill("13900001236")
    phone.get_by_test_id("take").click()
    expect(phone.get_by_test_id("come-to")).to_contain_text("城北分中心，北街2号")
    phone.get_by_test_id("open-number").click()
    expect(phone.get_by_test_id("building")).to_have_text("城北分中心，北街2号")
    expect(phone.get_by_test_id("way")).to_contain_text("院内，免费")
    assert axe.findings(phone) == []
    assert fits(phone)


def test_people_book_in_the_building_of_their_choice(
    phone: Page, page: Page, hall: HallServer
) -> None:
    phone.goto(hall.url(f"/m#/book/{BOTH}"))
    phone.get_by_test_id("book-place").filter(has_text="主楼").get_by_role("radio").check()
    phone.get_by_test_id("slot").filter(has_text="11:00–").click()
    phone.get_by_test_id("phone").fill("13900001237")
    assert axe.findings(phone) == []
    assert fits(phone)
    phone.get_by_test_id("hold").click()
    expect(phone.get_by_test_id("held-place")).to_contain_text("主楼，人民路1号")
    phone.get_by_test_id("name").fill("王五样")
    phone.get_by_test_id("confirm").click()
    expect(phone.get_by_test_id("building")).to_contain_text("主楼，人民路1号")
    expect(phone.get_by_test_id("way")).to_contain_text("南门，有坡道")
    assert axe.findings(phone) == []
    assert fits(phone)
    code = phone.get_by_test_id("code").inner_text()
    page.goto(hall.url("/kiosk/1"))
    page.get_by_test_id("booked").click()
    page.keyboard.type(code.replace(" ", ""))  # all at once, as a scanner does
    expect(page.get_by_test_id("trouble")).to_contain_text("您的号定在主楼办理")
