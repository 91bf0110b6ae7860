"""The hall without its server: kiosk and desk continue after a kill, nothing is lost or doubled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, Page, expect

from server.core.engine import open_store
from server.core.store import Store
from server.integrity.checks import Violation, violations
from server.queue import slip_queries, ticket_queries
from server.queue.offline import lease_queries
from server.queue.tickets import Ticket
from support.hall_server import MANAGER, HallServer
from support.loopback_client import LoopbackClient
from support.waiting import until

HALL = "reference"
SOON_MS, CLERK = 20_000, "1009"
DAY = "2026-11-24"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    with HallServer(tmp_path_factory.mktemp("hall"), devices=True, agents=("kiosk",)) as running:
        running.wait_for_device("standby-1")
        yield running


@contextmanager
def books(hall: HallServer) -> Iterator[Store]:
    """Yield a store on the hall's database, beside the server or without it."""
    store = open_store(f"sqlite:///{hall.folder / 'data' / 'hall.db'}", HALL)
    try:
        yield store
    finally:
        store.close()


def line_of(hall: HallServer) -> LoopbackClient:
    with books(hall) as store:
        row = store.read(lambda c: lease_queries.standby_of(c, HALL, "1"))
    assert row is not None
    return LoopbackClient(row.line, hall.base, row.secret)


def todays(hall: HallServer) -> list[Ticket]:
    with books(hall) as store:
        return store.read(lambda c: ticket_queries.of_day(c, HALL, DAY))


def checked(hall: HallServer) -> list[Violation]:
    with books(hall) as store:
        return store.read(lambda c: violations(HALL, c))


@contextmanager
def desk_of(browser: Browser, args: dict[str, Any], hall: HallServer) -> Iterator[Page]:
    """Yield the desk of a clerk in a browser of its own."""
    context = browser.new_context(**args)
    name, _, value = hall.clerk(CLERK).cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": hall.base}])
    page = context.new_page()
    page.goto(hall.url("/counter"))
    yield page
    context.close()


def test_kiosk_and_desk_continue_and_import_their_actions(
    page: Page, browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    line = line_of(hall)
    before = [hall.ticket("scjg-01") for _ in range(8)][-1]
    until(lambda: line.ask("/standby")[1]["now"] > before["issued_at"])
    page.goto(hall.url("/kiosk/1"))
    expect(page.get_by_test_id("item").first).to_be_visible()
    with desk_of(browser, browser_context_args, hall) as desk:
        expect(desk.get_by_test_id("main")).to_contain_text("呼叫下一位")
        until(lambda: len(hall.clerk(CLERK).get("/counter")["share"]) > 1)
        share = hall.clerk(CLERK).get("/counter")["share"]
        # Desk shares are renewed every few seconds.
        expect(desk.get_by_test_id("desk")).to_have_attribute("data-share", str(len(share)))
        hall.kill()
        work_alone(desk, share[1]["number"])
        number = take_alone(page)
        numbers = [number, *press_twice(line, hall)]
        hall.start()
        expect(page.get_by_test_id("standby")).to_have_count(0, timeout=SOON_MS)
        expect(page.get_by_test_id("number")).to_have_text(number)
        expect(desk.get_by_test_id("alone")).to_have_count(0, timeout=SOON_MS)
        expect(desk.get_by_test_id("phase")).to_contain_text("已呼叫 1 次")
        expect(desk.get_by_test_id("unfit")).to_have_count(0)
        until(lambda: set(numbers) <= {t.number for t in todays(hall)})
        until(lambda: hall.clerk(CLERK).get("/counter")["current"] is not None)
    stored = {t.id: t for t in todays(hall)}
    assert [stored[entry["id"]].state for entry in share[:2]] == ["finished", "called"]
    orders = {t.number: t.ord for t in stored.values()}
    after = hall.ticket("scjg-01")
    stands = [orders[n] for n in (before["number"], *numbers)]
    assert stands == sorted(stands)
    assert orders[numbers[-1]] < {t.id: t.ord for t in todays(hall)}[after["id"]]
    # The second was being printed when its agent was killed: its state may be unknown.
    until(lambda: slips_of(hall, numbers) in (["printed"] * 3, ["printed", "unknown", "printed"]))
    assert checked(hall) == []
    day = hall.clerk(MANAGER).get("/office/today")["offline"]
    assert [(spell["kiosk"], spell["given"]) for spell in day["spells"]] == [("1", 3)]


def press_twice(line: LoopbackClient, hall: HallServer) -> list[str]:
    """Issue two numbers at the kiosk's PC, whose agent is killed in between."""
    first = line.issue("press-1", "scjg-01")
    hall.kill_agent("kiosk")
    hall.start_agent("kiosk")
    until(lambda: listens(line))
    assert line.issue("press-1", "scjg-01")["number"] == first["number"]
    second = line.issue("press-2", "scjg-01")
    assert int(second["number"][1:]) == int(first["number"][1:]) + 1 > 900
    until(lambda: line.slip("press-2") == "printed")
    return [first["number"], second["number"]]


def listens(line: LoopbackClient) -> bool:
    """Return True if the loopback server answers."""
    try:
        return line.ask("/standby")[0] == 200
    except URLError:
        return False


def slips_of(hall: HallServer, numbers: list[str]) -> list[str]:
    """Return the final states of the slips of these numbers."""
    ids = [f"{DAY.replace('-', '')}-{number}" for number in numbers]
    with books(hall) as store:
        rows = store.read(
            lambda c: [slip_queries.of_ticket(c, HALL, ticket_id) for ticket_id in ids]
        )
    return [row.state for slip_rows in rows for row in slip_rows]


def work_alone(desk: Page, second: str) -> None:
    """Serve one ticket and call the second of the desk share."""
    expect(desk.get_by_test_id("alone")).to_be_visible(timeout=SOON_MS)
    main = desk.get_by_test_id("main")
    for words in ("呼叫下一位", "已到窗口", "结束办理", "呼叫下一位"):
        expect(main).to_contain_text(words)
        expect(main).to_have_attribute("data-settled", "true")
        main.click()
    expect(desk.get_by_test_id("number")).to_have_text(second)
    expect(desk.get_by_test_id("alone")).to_contain_text(f"请口头叫号：{second}")


def take_alone(page: Page) -> str:
    """Issue a number on paper at the kiosk and return it."""
    expect(page.get_by_test_id("standby")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_test_id("offline")).to_have_count(0)
    page.get_by_test_id("item").first.click()
    expect(page.get_by_test_id("offer")).to_be_visible()
    page.get_by_test_id("take").click()
    number = page.get_by_test_id("number")
    expect(number).to_have_text(re.compile(r"^[A-Z]9\d\d$"))
    expect(page.get_by_test_id("slip")).to_have_attribute("data-state", "printed", timeout=SOON_MS)
    return number.text_content() or ""
