"""The hall without its server: it is killed, kiosk and desk go on, nothing is lost or doubled."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from server.domain.tickets import Ticket
from server.services.checks import Finding, findings
from server.storage import leases, slips, tickets
from server.storage.engine import open_store
from server.storage.store import Store
from support.hall_server import MANAGER, PATIENCE, HallServer
from support.standby import Line

HALL = "reference"
SOON_MS, CLERK = 20_000, "1009"
DAY = "2026-11-24"


def until(what: Callable[[], object]) -> None:
    """Wait until `what` holds."""
    end, pause = time.monotonic() + PATIENCE, threading.Event()
    while time.monotonic() < end:
        if what():
            return
        pause.wait(0.05)
    raise AssertionError("it does not come about")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    with HallServer(tmp_path_factory.mktemp("hall"), devices=True) as running:
        running.until_heard_of("standby-1")
        yield running


@contextmanager
def books(hall: HallServer) -> Iterator[Store]:
    """The hall's books, read beside the server or without it."""
    store = open_store(f"sqlite:///{hall.folder / 'data' / 'hall.db'}", HALL)
    try:
        yield store
    finally:
        store.close()


def line_of(hall: HallServer) -> Line:
    with books(hall) as store:
        row = store.read(lambda c: leases.line_of(c, HALL, "1"))
    assert row is not None
    return Line(row.line, hall.base, row.secret)


def todays(hall: HallServer) -> list[Ticket]:
    with books(hall) as store:
        return store.read(lambda c: tickets.of_day(c, HALL, DAY))


def checked(hall: HallServer) -> list[Finding]:
    with books(hall) as store:
        return store.read(lambda c: findings(HALL, c))


def test_a_number_is_given_printed_and_handed_in(hall: HallServer) -> None:
    line = line_of(hall)
    before = hall.ticket("gaj-01")
    until(lambda: line.ask("/standby")[1]["now"] > before["issued_at"])
    hall.kill()
    first = line.take("press-1", "gaj-01")
    again = line.take("press-1", "gaj-01")
    second = line.take("press-2", "gaj-01")
    until(lambda: line.slip("press-1") == line.slip("press-2") == "printed")
    hall.kill_agent("kiosk")
    hall.start_agent("kiosk")
    hall.start()
    hall.until_heard_of("standby-1")
    after = hall.ticket("gaj-01")

    assert again["number"] == first["number"]
    assert int(second["number"][1:]) == int(first["number"][1:]) + 1 > 900
    assert int(before["number"][1:]) < 500
    with books(hall) as store:
        until(lambda: len(store.read(lambda c: leases.handed_on(c, HALL, DAY))) == 2)
        until(
            lambda: (
                [s.state for s in store.read(lambda c: slips.of_ticket(c, HALL, first["id"]))]
                == ["printed"]
            )
        )
    kept = {t.id: t for t in todays(hall)}
    assert [kept[one["id"]].state for one in (first, second)] == ["waiting", "waiting"]
    orders = [kept[one["id"]].ord for one in (before, first, second, after)]
    assert orders == sorted(orders)
    assert checked(hall) == []
    seen = hall.clerk(MANAGER).get(f"/phone/{first['token']}")
    assert seen["number"] == first["number"]


def test_the_kiosk_page_goes_on_by_its_own_pc(page: Page, hall: HallServer) -> None:
    hall.until_heard_of("standby-1")
    page.goto(hall.url("/kiosk/1"))
    expect(page.get_by_test_id("item").first).to_be_visible()
    hall.kill()
    expect(page.get_by_test_id("standby")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_test_id("offline")).to_have_count(0)
    page.get_by_test_id("item").first.click()
    expect(page.get_by_test_id("offer")).to_be_visible()
    page.get_by_test_id("take").click()
    number = page.get_by_test_id("number")
    expect(number).to_have_text(re.compile(r"^[A-Z]9\d\d$"))
    expect(page.get_by_test_id("slip")).to_have_attribute("data-state", "printed", timeout=SOON_MS)
    hall.start()
    expect(page.get_by_test_id("standby")).to_have_count(0, timeout=SOON_MS)
    expect(number).to_be_visible()
    given = number.text_content() or ""
    until(lambda: [t for t in todays(hall) if t.number == given and t.state == "waiting"])
    assert checked(hall) == []


def test_a_desk_goes_on_with_its_share_and_hands_its_acts_in(page: Page, hall: HallServer) -> None:
    name, _, value = hall.clerk(CLERK).cookie.partition("=")
    page.context.add_cookies([{"name": name, "value": value, "url": hall.base}])
    for _ in range(8):
        hall.ticket("scjg-01")
    page.goto(hall.url("/counter"))
    number, main = page.get_by_test_id("number"), page.get_by_test_id("main")
    expect(main).to_contain_text("呼叫下一位")
    share = hall.clerk(CLERK).get("/counter")["share"]
    hall.kill()
    expect(page.get_by_test_id("alone")).to_be_visible(timeout=SOON_MS)
    for words in ("呼叫下一位", "已到窗口", "办结", "呼叫下一位"):
        expect(main).to_contain_text(words)
        expect(main).to_have_attribute("data-settled", "true")
        main.click()
    expect(number).to_have_text(share[1]["number"])
    expect(page.get_by_test_id("alone")).to_contain_text(f"请喊号：{share[1]['number']}")
    hall.start()
    expect(page.get_by_test_id("alone")).to_have_count(0, timeout=SOON_MS)
    expect(page.get_by_test_id("phase")).to_contain_text("已呼叫 1 次")
    expect(page.get_by_test_id("unfit")).to_have_count(0)
    until(lambda: hall.clerk(CLERK).get("/counter")["current"] is not None)
    kept = {t.id: t for t in todays(hall)}
    assert [kept[one["id"]].state for one in share[:2]] == ["finished", "called"]
    assert checked(hall) == []
