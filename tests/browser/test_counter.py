"""The counter's page in a real browser, with a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from support import axe
from support.hall_server import ADMINISTRATOR, HallServer, Json
from support.staff_pages import signed_in

STAFF, WINDOW, ITEM = "1009", "W05", "scjg-01"
BACK_MS = 8000


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall where a no-show is possible one second after the second call."""
    with HallServer(
        tmp_path_factory.mktemp("counter"), settings={"no_show_min_seconds": 1}
    ) as running:
        yield running


@pytest.fixture
def desk(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the desk of window 5 without a ticket, in the smallest supported size."""
    clear(hall)
    with signed_in(browser, browser_context_args, hall, STAFF, 1366, 768) as page:
        page.goto(hall.url("/counter"))
        expect(page.get_by_test_id("phase")).to_be_visible()
        yield page


def clear(hall: HallServer) -> None:
    """End what an earlier test left at the window or in its queue."""
    clerk = hall.clerk(STAFF)
    state = clerk.get("/counter")
    if state["paused"]:
        state = clerk.post("/counter/unpause")
    while state["current"] or state["held"] or state["waiting"]:
        current: Json | None = state["current"]
        if current is None and state["held"]:
            state = clerk.post("/counter/resume", {"ticket": state["held"][0]["id"]})
        elif current is None:
            state = clerk.post("/counter/call-next")
        elif current["state"] == "called":
            state = clerk.post("/counter/start")
        else:
            state = clerk.post("/counter/finish", {"outcome": "done"})


def main(page: Page, words: str) -> None:
    """Wait until Enter has this meaning, and press it."""
    button = page.get_by_test_id("main")
    expect(button).to_contain_text(words)
    expect(button).to_be_focused()
    expect(button).to_have_attribute("data-settled", "true")
    button.press("Enter")


def call(page: Page, hall: HallServer) -> str:
    """Issue a number for this window and call it."""
    number: str = hall.ticket(ITEM)["number"]
    main(page, "呼叫下一位")
    expect(page.get_by_test_id("number")).to_have_text(number)
    expect(page.get_by_test_id("recall")).to_be_enabled()  # the act's answer came, keys count again
    return number


def serve(page: Page, hall: HallServer) -> str:
    number = call(page, hall)
    main(page, "开始办理")
    expect(page.get_by_test_id("phase")).to_contain_text("办理中")
    expect(page.get_by_test_id("main")).to_have_attribute("data-settled", "true")
    return number


def test_a_service_is_done_from_call_to_outcome_with_one_key(desk: Page, hall: HallServer) -> None:
    expect(desk.get_by_test_id("main")).to_have_text(re.compile("现在没有人等候"))
    expect(desk.get_by_test_id("main")).to_be_disabled()
    assert axe.findings(desk) == []
    before = int(desk.get_by_test_id("served").inner_text())
    number = call(desk, hall)
    expect(desk.get_by_test_id("why")).to_contain_text("等得最久")
    expect(desk.get_by_test_id("main")).to_contain_text(f"{number} 已到窗口，开始办理")
    assert axe.findings(desk) == []
    main(desk, "开始办理")
    expect(desk.get_by_test_id("main")).to_contain_text("结束办理：已受理")
    desk.keyboard.press("2")
    expect(desk.get_by_test_id("outcome-done")).to_be_checked()
    assert axe.findings(desk) == []
    main(desk, "结束办理：当场办结")
    expect(desk.get_by_test_id("phase")).to_have_text("空闲")
    expect(desk.get_by_test_id("served")).to_have_text(str(before + 1))


def test_the_desk_works_before_its_feed_is_connected(desk: Page, hall: HallServer) -> None:
    number: str = hall.ticket(ITEM)["number"]
    requests: list[str] = []
    desk.on("request", lambda request: requests.append(request.url))
    desk.route_web_socket("**/socket.io/**", lambda _silent: None)
    desk.goto(hall.url("/counter"))
    main(desk, "呼叫下一位")
    expect(desk.get_by_test_id("number")).to_have_text(number)
    expect(desk.get_by_test_id("main")).to_contain_text("已到窗口，开始办理")
    pages = [url for url in requests if url.endswith("/api/v1/counter/page")]
    assert len(pages) == 1, "the script uses the answer that the page has already asked for"
    assert not any(url.endswith("/api/v1/session") for url in requests)


def test_finish_and_call_next_is_one_press(desk: Page, hall: HallServer) -> None:
    serve(desk, hall)
    following = hall.ticket(ITEM)["number"]
    desk.keyboard.press("Shift+Enter")
    expect(desk.get_by_test_id("number")).to_have_text(following)
    expect(desk.get_by_test_id("phase")).to_contain_text("已呼叫 1 次")


def test_priority_is_shown_with_the_required_proof(desk: Page, hall: HallServer) -> None:
    hall.ticket(ITEM)
    number = hall.ticket(ITEM, "elderly")["number"]
    main(desk, "呼叫下一位")
    expect(desk.get_by_test_id("number")).to_have_text(number)
    expect(desk.get_by_test_id("ticket")).to_contain_text("请出示：身份证")
    expect(desk.get_by_test_id("why")).to_contain_text("优先人群，先叫（连续第 1 位，最多 2 位）")


def test_a_no_show_needs_calls_and_time_and_can_return(desk: Page, hall: HallServer) -> None:
    number = call(desk, hall)
    expect(desk.get_by_test_id("noShow")).to_be_disabled()
    expect(desk.get_by_test_id("no-show-words")).to_contain_text("再呼叫 1 次")
    desk.keyboard.press("r")
    expect(desk.get_by_test_id("phase")).to_contain_text("已呼叫 2 次")
    expect(desk.get_by_test_id("noShow")).to_be_enabled()
    desk.keyboard.press("n")
    missed = desk.get_by_test_id("missed")
    expect(missed).to_contain_text(number)
    expect(desk.get_by_test_id("undo")).to_contain_text(
        re.compile(rf"撤销 {number} 过号（\d+ 秒内）")
    )
    desk.keyboard.press("u")
    expect(desk.get_by_text(f"已撤销：{number} 没有过号，仍在呼叫。")).to_be_visible()
    expect(desk.get_by_test_id("phase")).to_contain_text("已呼叫 2 次")
    desk.get_by_test_id("noShow").click()
    expect(missed).to_contain_text(number)
    assert axe.findings(desk) == []
    missed.get_by_role("button", name=re.compile(f"重新排队 ?{number}")).click()
    expect(desk.get_by_text(f"{number} 已重新排队。")).to_be_visible()
    main(desk, "呼叫下一位")
    expect(desk.get_by_test_id("number")).to_have_text(number)
    expect(desk.get_by_test_id("ticket")).to_contain_text("过号后重新排队 1 次")


def test_a_ticket_is_held_with_a_note_and_resumed(desk: Page, hall: HallServer) -> None:
    number = call(desk, hall)
    desk.keyboard.press("h")
    note = desk.get_by_test_id("hold-note")
    expect(note).to_be_focused()
    assert axe.findings(desk) == []
    note.press_sequentially("rnq 去复印")  # keys of the desk, typed as text
    note.press("Enter")
    held = desk.get_by_test_id("held")
    expect(held).to_contain_text(number)
    expect(held).to_contain_text("rnq 去复印")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    desk.keyboard.press("b")
    expect(desk.get_by_test_id("number")).to_have_text(number)
    expect(desk.get_by_test_id("why")).to_contain_text("由您叫回")


def test_a_refusal_needs_its_reason(desk: Page, hall: HallServer) -> None:
    serve(desk, hall)
    desk.keyboard.press("5")
    expect(desk.get_by_test_id("outcome-note")).to_be_focused()
    expect(desk.get_by_test_id("main")).to_be_disabled()
    desk.keyboard.type("不在受理范围")
    expect(desk.get_by_test_id("main")).to_be_enabled()
    desk.keyboard.press("Enter")
    expect(desk.get_by_test_id("phase")).to_have_text("空闲")


def test_signing_out_warns_about_tickets_transferred_to_the_window(
    desk: Page, hall: HallServer
) -> None:
    number = call(desk, hall)
    desk.keyboard.press("t")
    expect(desk.get_by_test_id("find")).to_be_focused()
    assert axe.findings(desk) == []
    desk.keyboard.type("6 号")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("radio", name=re.compile("^6 号窗口"))).to_be_checked()
    desk.get_by_test_id("go").click()
    expect(desk.get_by_test_id("phase")).to_have_text("空闲")
    expect(desk.get_by_text(f"{number} 已转到 6 号窗口。")).to_be_visible()
    sixth = next(w for w in desk_windows(hall) if w["code"] == "W06")
    assert sixth["staff"]
    # A ticket transferred to window 5 can be called only there: signing out must warn.
    colleague = hall.clerk("1004")
    hall.ticket("jtj-01")
    colleague.post("/counter/call-next")
    colleague.post("/counter/transfer", {"window": WINDOW, "note": ""})
    expect(desk.get_by_test_id("main")).to_be_enabled()
    desk.keyboard.press("q")
    expect(desk.get_by_test_id("stranded")).to_contain_text("还有 1 人只能由您的窗口办理")
    desk.get_by_role("button", name="取消").click()
    expect(desk.get_by_role("dialog")).to_be_hidden()
    main(desk, "呼叫下一位")
    expect(desk.get_by_test_id("why")).to_contain_text("指定本窗口办理")
    expect(desk.get_by_test_id("number")).not_to_have_text(number)


def desk_windows(hall: HallServer) -> list[Json]:
    windows: list[Json] = hall.clerk(STAFF).get("/windows")["windows"]
    return windows


def test_a_window_is_paused_and_resumed(desk: Page) -> None:
    desk.keyboard.press("p")
    desk.get_by_label("开会").check()
    assert axe.findings(desk) == []
    desk.get_by_test_id("go").click()
    expect(desk.get_by_test_id("phase")).to_have_text("暂停服务")
    expect(desk.get_by_text("开会 · 已暂停 0 分钟")).to_be_visible()
    main(desk, "恢复服务")
    expect(desk.get_by_test_id("phase")).to_have_text("空闲")


def test_a_clerk_signs_out_and_in_again(desk: Page) -> None:
    desk.keyboard.press("q")
    desk.get_by_test_id("go").click()
    expect(desk.get_by_role("heading", name="请选择窗口")).to_be_visible()
    button = desk.get_by_role("button", name=re.compile("登录窗口 5 "))
    expect(button).to_contain_text("无人")
    expect(desk.get_by_text("丁四平 已登录")).to_be_visible()
    assert axe.findings(desk) == []
    button.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("5 号窗口 企业登记一")


def test_the_notice_without_a_printer_and_the_history(desk: Page, hall: HallServer) -> None:
    number = serve(desk, hall)
    desk.keyboard.press("m")
    desk.get_by_role("dialog").get_by_role("checkbox").first.check()
    desk.get_by_test_id("go").click()
    expect(desk.get_by_role("dialog").get_by_role("alert")).to_have_text("没有可用的打印机。")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    desk.keyboard.press("i")
    lines = desk.get_by_test_id("history-lines")
    for words in ("取号", "呼叫", "等得最久", "开始办理"):
        expect(lines).to_contain_text(words)
    assert axe.findings(desk) == []
    desk.keyboard.press("Escape")
    expect(desk.get_by_test_id("number")).to_have_text(number)


def test_shortcut_keys_are_shown_and_can_be_switched_off(desk: Page, hall: HallServer) -> None:
    call(desk, hall)
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_contain_text("叫回最早挂起的")
    assert axe.findings(desk) == []
    desk.get_by_label("使用单键快捷键").uncheck()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    desk.keyboard.press("h")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    desk.get_by_test_id("keys").click()
    desk.get_by_label("使用单键快捷键").check()


def test_a_server_restart_during_a_service_is_survived(desk: Page, hall: HallServer) -> None:
    number = call(desk, hall)
    hall.kill()
    expect(desk.get_by_test_id("offline")).to_be_visible()
    for name in ("main", "recall", "hold", "transfer"):
        expect(desk.get_by_test_id(name)).to_be_disabled()
    assert axe.findings(desk) == []
    hall.start()
    expect(desk.get_by_test_id("offline")).to_be_hidden(timeout=BACK_MS)
    expect(desk.get_by_test_id("number")).to_have_text(number)
    main(desk, "开始办理")
    expect(desk.get_by_test_id("phase")).to_contain_text("办理中")


def test_a_press_whose_answer_is_lost_is_done_once(desk: Page, hall: HallServer) -> None:
    first = hall.ticket(ITEM)["number"]
    hall.ticket(ITEM)
    keys: list[str] = []

    def lose_the_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()  # the server did it
            route.abort()  # and the answer is lost
        else:
            route.continue_()

    desk.route("**/api/v1/counter/call-next", lose_the_first)
    main(desk, "呼叫下一位")
    expect(desk.get_by_test_id("main")).to_contain_text("开始办理")
    expect(desk.get_by_test_id("number")).to_have_text(first)
    expect(desk.get_by_test_id("main")).to_be_enabled()
    assert len(keys) == 2
    assert len(set(keys)) == 1
    state = hall.clerk(STAFF).get("/counter")
    assert state["waiting"] == 1
    assert state["current"]["call_count"] == 1


def test_english_leaves_no_chinese_in_the_actions(desk: Page, hall: HallServer) -> None:
    call(desk, hall)
    desk.get_by_role("button", name="English").click()
    expect(desk.get_by_test_id("main")).to_contain_text("is here, start")
    words = desk.get_by_role("group", name="Actions").inner_text()
    assert re.search(r"[\u4e00-\u9fff]", words) is None
    expect(desk.get_by_test_id("ticket")).to_contain_text("Market Regulation Bureau")
    desk.get_by_role("button", name="中文").click()


SIZES = """() => {
  const node = (id) => document.querySelector(`[data-testid=${id}]`);
  const type = (item) => parseFloat(getComputedStyle(item).fontSize);
  const box = (item) => item.getBoundingClientRect();
  const all = (what) => [...document.querySelectorAll(what)];
  const cut = all("button, h1, h2, dt, thead th").filter(
    (item) => box(item).right > innerWidth || item.scrollWidth > item.clientWidth + 1,
  );
  const broken = all("dt, thead th, h1").filter((item) => box(item).height > 2 * type(item) + 14);
  return {
    main: type(node("main")),
    hold: type(node("hold")),
    height: box(node("main")).height,
    foot: box(node("keys")).bottom - innerHeight,
    cut: [...cut, ...broken].map((item) => item.innerText),
  };
}"""
"""Sizes at the desk, and the words that are cut or broken."""


def test_type_grows_with_the_screen_and_nothing_is_cut(desk: Page, hall: HallServer) -> None:
    call(desk, hall)
    desk.keyboard.press("r")
    expect(desk.get_by_test_id("noShow")).to_be_enabled()
    desk.keyboard.press("n")
    expect(desk.get_by_test_id("phase")).to_have_text("空闲")
    serve(desk, hall)
    small = desk.evaluate(SIZES)
    desk.get_by_role("button", name="English").click()
    expect(desk.get_by_test_id("main")).to_contain_text("Finish")
    english = desk.evaluate(SIZES)
    desk.get_by_role("button", name="中文").click()
    desk.set_viewport_size({"width": 1920, "height": 1080})
    large = desk.evaluate(SIZES)
    for state in (small, english, large):
        assert state["cut"] == []
        assert state["foot"] < 0
    for name in ("main", "hold", "height"):
        assert large[name] / small[name] == pytest.approx(1.4, abs=0.05)


def test_a_long_list_of_documents_leaves_the_main_action_in_sight(
    desk: Page, hall: HallServer
) -> None:
    serve(desk, hall)
    desk.set_viewport_size({"width": 1366, "height": 650})  # as much as a long list takes
    foot = desk.get_by_test_id("keys").bounding_box()
    assert foot is not None
    assert foot["y"] + foot["height"] < 650


def test_a_finished_service_is_corrected_with_its_reason(desk: Page, hall: HallServer) -> None:
    number = serve(desk, hall)
    main(desk, "结束办理：已受理")
    expect(desk.get_by_test_id("phase")).to_have_text("空闲")
    expect(desk.get_by_test_id("served-today")).to_contain_text("查看、更正")
    desk.keyboard.press("d")
    expect(desk.get_by_text("我今天办理的号码")).to_be_visible()
    row = desk.get_by_test_id("served-list").get_by_role("listitem").filter(has_text=number)
    expect(row).to_contain_text("已受理")
    row.get_by_role("button").click()
    dialog = desk.get_by_role("dialog", name=f"更正 {number}")
    go = dialog.get_by_test_id("go-correct")
    expect(go).to_be_disabled()
    dialog.get_by_test_id("correct-reason").fill("点错了")
    go.click()
    expect(dialog.get_by_role("alert")).to_contain_text(f"{number} 的办理结果和事项没有变化")
    assert axe.findings(desk) == []
    dialog.get_by_label("不予受理").check()
    go.click()
    expect(dialog).to_be_hidden()
    expect(desk.get_by_text(f"{number} 已更正。")).to_be_visible()
    expect(row).to_contain_text("不予受理")


def test_a_number_is_called_out_of_turn_with_its_reason(desk: Page, hall: HallServer) -> None:
    office = hall.clerk(ADMINISTRATOR)
    office.post("/office/settings", {"values": {"chosen_calls": "on"}})
    first, wanted = hall.ticket(ITEM)["number"], hall.ticket(ITEM)["number"]
    elsewhere = hall.ticket("gaj-01")["number"]
    expect(desk.get_by_test_id("choose")).to_be_enabled()
    desk.keyboard.press("c")
    dialog, go = desk.get_by_role("dialog"), desk.get_by_test_id("go")
    typed = desk.get_by_test_id("chosen-number")
    expect(typed).to_be_focused()
    typed.fill(elsewhere)
    expect(go).to_be_disabled()
    dialog.get_by_label("身体不适").check()
    assert axe.findings(desk) == []
    go.click()
    expect(dialog.get_by_role("alert")).to_contain_text(f"您的窗口不办理 {elsewhere} 的事项")
    typed.fill(wanted.lower())
    go.click()
    expect(dialog).to_be_hidden()
    expect(desk.get_by_test_id("number")).to_have_text(wanted)
    expect(desk.get_by_test_id("why")).to_contain_text("身体不适")
    assert hall.clerk(STAFF).get("/counter")["waiting"] == 1, first
    office.post("/office/settings", {"values": {"chosen_calls": "off"}})
