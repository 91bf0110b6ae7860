"""Views for applicants and clerks, computed from a snapshot of the hall."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from devices.printers import layout
from devices.printers.document import QR, Pair, Text
from display.board import MAIN, board, calls
from display.strip import strip
from kiosk import views
from kiosk.messages import TicketView
from kiosk.slip import (
    notice_slip,
    standby_applicant,
    standby_slip,
    ticket_slip,
    windows_words,
)
from server.catalogue import reference
from server.catalogue.messages import HallHours
from server.catalogue.model import Handling, LimitUnit
from server.core.settings import Settings
from server.queue import calling, snapshot
from server.queue.errors import QueueCode
from server.queue.forecasts import Forecasts
from server.queue.queue_views import hall_hours, window_states
from server.queue.ticket_place import place_of
from server.queue.tickets import Outcome, Ticket
from support.halls import MONDAY, SmallHall, at, catalogue

TUESDAY = MONDAY + timedelta(days=1)
FRIDAY = MONDAY + timedelta(days=4)


def view_of(small: SmallHall, ticket_id: str) -> TicketView:
    """Return a ticket as its holder's phone shows it."""
    seen = snapshot.take(small.ctx)
    ticket = small.ticket(ticket_id)
    where = place_of(
        seen,
        ticket,
        seen.catalogue.item_by.get(ticket.item),
        Forecasts.of(small.ctx).current(),
    )
    return views.ticket_view(seen, ticket, seen.catalogue, where, [], "")


def begun(small: SmallHall, window: str) -> Ticket:
    """Return a ticket that was called to a window and is served there."""
    ticket = small.call(window)
    calling.start(small.ctx, small.clerk(window), small.key(), window)
    return small.ticket(ticket.id)


def hours_at(small: SmallHall, now: int) -> HallHours:
    """Return the hall's hours at a time."""
    small.clock.set(now)
    return hall_hours(snapshot.take(small.ctx))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_phone_learns_the_outcome_and_only_a_refusals_reason(
    small: SmallHall, outcome: Outcome
) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1")
    begun(small, "T1")
    calling.finish(small.ctx, small.clerk("T1"), "end", "T1", outcome, "缺营业执照原件")
    view = view_of(small, ticket.id)
    assert view.outcome == outcome.value
    assert view.reason == ("缺营业执照原件" if outcome is Outcome.REFUSED else "")


def test_called_tickets_are_listed_before_served_ones_newest_first(small: SmallHall) -> None:
    small.sign_in("T1", "T2", "G1")
    for _ in range(4):
        small.issue("tax-1")
    small.issue("social-1")
    first = small.call("T1")
    small.clock.advance(seconds=1)
    served = begun(small, "T2")
    small.clock.advance(seconds=1)
    second = small.call("G1")
    calls = board(snapshot.take(small.ctx), MAIN).calls
    assert [c.number for c in calls] == [second.number, first.number, served.number]
    assert [c.state for c in calls] == ["called", "called", "serving"]


def test_a_recall_is_the_newest_call(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    for _ in range(2):
        small.issue("tax-1")
    first = small.call("T1")
    small.clock.advance(seconds=1)
    second = small.call("T2")
    small.clock.advance(seconds=1)
    calling.recall(small.ctx, small.clerk("T1"), "again", "T1")
    calls = board(snapshot.take(small.ctx), MAIN).calls
    assert [c.number for c in calls] == [first.number, second.number]


def test_the_item_page_counts_the_tickets_ahead_of_the_chosen_class(small: SmallHall) -> None:
    small.sign_in("T1")
    for applicant in ("ordinary", "ordinary", "ordinary", "elderly"):
        small.issue("tax-1", applicant)
    seen = snapshot.take(small.ctx)
    latest = Forecasts.of(small.ctx).current()
    ordinary = views.item_page_of(seen, latest, "tax-1", "ordinary").offer
    elderly = views.item_page_of(seen, latest, "tax-1", "elderly").offer
    assert ordinary is not None
    assert elderly is not None
    assert (ordinary.ahead, elderly.ahead) == (4, 1)
    assert elderly.high < ordinary.high


def test_the_item_page_rejects_an_unknown_class(small: SmallHall) -> None:
    small.sign_in("T1")
    refusal = views.item_page_of(
        snapshot.take(small.ctx), Forecasts.of(small.ctx).current(), "tax-1", "nobody"
    ).refusal
    assert refusal is not None
    assert refusal.code == QueueCode.CLASS_UNKNOWN.value


@pytest.mark.parametrize(
    ("now", "is_open", "midday", "opens"),
    [
        (at(9), True, False, None),
        (at(8), False, False, at(8, 30)),
        (at(12), False, True, at(14, 30)),
        (at(14, 29), False, True, at(14, 30)),
        (at(18), False, False, at(8, 30, day=TUESDAY)),
        (at(18, day=FRIDAY), False, False, at(8, 30, day=MONDAY + timedelta(days=7))),
    ],
)
def test_every_page_shows_when_the_hall_opens_next(
    small: SmallHall, now: int, is_open: bool, midday: bool, opens: int | None
) -> None:
    hours_view = hours_at(small, now)
    assert (hours_view.open, hours_view.midday, hours_view.next) == (is_open, midday, opens)


def test_numbers_end_before_the_hall_closes(small: SmallHall) -> None:
    small.configure(last_ticket_minutes=20, break_ticket_minutes=15)
    assert hours_at(small, at(11, 30)).numbers
    hours_view = hours_at(small, at(11, 45))
    assert (hours_view.open, hours_view.numbers, hours_view.next) == (True, False, at(14, 30))


def test_every_full_state_has_the_hours(small: SmallHall) -> None:
    from counters.views import window_list  # noqa: PLC0415 - beside the one use

    small.clock.set(at(12, 30))
    seen = snapshot.take(small.ctx)
    hours_view = [board(seen, MAIN).hours, window_list(seen).hours]
    assert all(hours.midday and hours.next == at(14, 30) for hours in hours_view)


def facts(**more: Any) -> dict[str, Any]:
    """Return the facts of a slip of the small hall."""
    return {
        "number": "A012",
        "item": "tax-1",
        "applicant": "elderly",
        "windows": ["T1", "T2"],
        "ahead": 2,
        "low": 5,
        "high": 10,
        "token": "t",
        "issued_at": at(9),
    } | more


def words(slip: Any) -> str:
    """Return the whole text of a slip."""
    parts: list[str] = []
    for line in slip.lines:
        if isinstance(line, Text | Pair):
            parts += [str(getattr(line, field.name)) for field in fields(line)]
    return "\n".join(parts)


def test_a_slip_sends_nobody_to_a_window_and_names_no_class() -> None:
    book = catalogue()
    text = words(ticket_slip(facts(), book, Settings(), "http://hall.test", copy=False))
    assert "优先 Priority" in text
    assert all(
        applicant_class.name not in text
        for applicant_class in book.classes
        if applicant_class.level
    )
    assert "叫号窗口" in text
    assert "请到" not in text.replace("叫到后请到所叫的窗口", "")


def test_a_slip_gives_the_wait_in_both_languages() -> None:
    slip = ticket_slip(
        facts() | {"low": 12, "high": 18}, catalogue(), Settings(), "http://hall.test", copy=False
    )
    assert Pair("预计等候 Wait", "约12至18分钟 12-18 min") in slip.lines


def test_a_slip_says_that_there_are_more_windows_than_it_names() -> None:
    book = reference.load()
    codes = [window.code for window in book.windows[:7]]
    assert "、6号等" in windows_words(book, codes)
    assert "等" not in windows_words(book, codes[:6])


@pytest.mark.parametrize("missing", [[], [0]])
def test_a_notice_of_missing_documents_names_who_was_told_by_whom(missing: list[int]) -> None:
    book = catalogue()
    notice = {"item": "tax-1", "missing": missing, "issued_at": 0}
    text = words(notice_slip(notice, book, Settings(), copy=False))
    assert book.unit_by["tax"].name in text
    signed = [word in text for word in ("申请人（签字）：", "告知人（签字）：", "单位专用章：")]
    assert signed == [bool(missing)] * 3


def test_a_notice_puts_the_missing_papers_first_and_gives_no_box_to_the_others() -> None:
    book = reference.load()
    item = next(i for i in book.items if len({m.required for m in i.materials}) == 2)
    brought = next(n for n, m in enumerate(item.materials) if m.required)
    optional = next(n for n, m in enumerate(item.materials) if not m.required)
    missing = [n for n in range(len(item.materials)) if n not in (brought, optional)]
    notice = {"item": item.code, "missing": missing, "issued_at": 0}
    lines = words(notice_slip(notice, book, Settings(), copy=False)).split("\n")
    marked = [line.startswith("【缺】") for line in lines]
    assert sum(marked) == len(missing)
    assert lines.index(f"√ {brought + 1}. {item.materials[brought].name}") > marked.index(True)
    assert f"{optional + 1}. {item.materials[optional].name}" in lines
    assert not any(line.startswith("□") for line in lines)
    whole = words(notice_slip(notice | {"missing": []}, book, Settings(), copy=False))
    assert whole.count("□") == len(item.materials)


def test_the_notice_of_a_hand_in_says_what_is_wrong_and_carries_its_number() -> None:
    book = reference.load()
    item = next(i for i in book.items if len({m.required for m in i.materials}) == 2)
    unneeded = next(n for n, m in enumerate(item.materials) if not m.required)
    required = [n for n, m in enumerate(item.materials) if m.required]
    faulty = required[0]
    notice = {
        "item": item.code,
        "version": 3,
        "missing": [faulty],
        "unneeded": [unneeded],
        "issued_at": 0,
        "number": "1234567890123456",
        "digest": "25248e79badd",
        "told_by": "甲一",
        "window": 5,
        "faults": {
            str(faulty): {
                "faults": ["expired", "unclear"],
                "valid_until": "2026-02-28",
                "words": "第二页模糊",
            }
        },
    }
    slip = notice_slip(notice, book, Settings(), copy=False, base_url="http://hall.test")
    lines = words(slip).split("\n")
    assert f"【过期、不清晰】{faulty + 1}. {item.materials[faulty].name}" in lines
    assert "    有效期至2026年2月28日" in lines
    assert "    第二页模糊" in lines
    assert not any(item.materials[unneeded].name in line for line in lines)
    assert "1234 5678 9012 3456" in lines
    assert "甲一 5号窗口" in lines
    assert "第3版 内容校验码25248e79badd" in lines
    assert [line.data for line in slip.lines if isinstance(line, QR)] == [
        "http://hall.test/notices/1234567890123456"
    ]


@pytest.mark.parametrize(
    ("handling", "days", "printed"),
    [
        (Handling.ACCEPTED, 0, "当场办结"),
        (Handling.ACCEPTED, 5, "5个工作日"),
        (Handling.CONSULT, 0, "以受理部门公布的为准"),
        (Handling.CONSULT, 5, "以受理部门公布的为准"),
    ],
)
def test_only_an_item_that_is_accepted_here_has_a_promise(
    handling: Handling, days: int, printed: str
) -> None:
    hall = catalogue()
    items = [replace(item, handling=handling, promised_days=days) for item in hall.items]
    notice = {"item": "tax-1", "missing": [], "issued_at": 0}
    slip = notice_slip(notice, replace(hall, items=tuple(items)), Settings(), copy=False)
    pairs = {line.left: line.right for line in slip.lines if isinstance(line, Pair)}
    assert pairs["承诺时限"] == printed


@pytest.mark.parametrize(
    ("days", "unit", "printed"),
    [
        (60, LimitUnit.CALENDAR, "60个自然日"),
        (20, LimitUnit.WORKING, "20个工作日"),
        (0, LimitUnit.WORKING, "法律未规定"),
    ],
)
def test_a_slip_names_the_unit_of_the_legal_limit(days: int, unit: LimitUnit, printed: str) -> None:
    hall = catalogue()
    items = [replace(item, legal_days=days, legal_unit=unit) for item in hall.items]
    notice = {"item": "tax-1", "missing": [], "issued_at": 0}
    slip = notice_slip(notice, replace(hall, items=tuple(items)), Settings(), copy=False)
    pairs = {line.left: line.right for line in slip.lines if isinstance(line, Pair)}
    assert pairs["法定时限"] == printed


def test_a_slips_number_is_the_largest_and_its_windows_are_of_double_size() -> None:
    slip = ticket_slip(facts(), catalogue(), Settings(), "http://hall.test", copy=False)
    sizes = {line.text: (line.width, line.height) for line in slip.lines if isinstance(line, Text)}
    assert sizes["A012"] == (4, 4)
    assert sizes[windows_words(catalogue(), ["T1", "T2"])] == (2, 2)


def test_a_kiosk_offers_the_class_of_old_age_if_the_hall_has_it(small: SmallHall) -> None:
    def offered() -> str:
        printer = views.printer_view(None, {})
        return views.kiosk_state(snapshot.take(small.ctx), "1", printer, {}, None).elder_class

    assert offered() == "elderly"
    small.configure(elder_class="ordinary")
    assert offered() == ""


@pytest.mark.parametrize("places", [0, 3, 50])
def test_a_slip_says_how_to_come_back_after_a_missed_call(places: int) -> None:
    settings = Settings(return_places=places)
    for slip in (
        ticket_slip(
            facts(applicant="ordinary"), catalogue(), settings, "http://hall.test", copy=False
        ),
        standby_slip(catalogue(), settings),
    ):
        foot = [line.text for line in slip.lines if isinstance(line, Text)][-2:]
        assert foot[0] == "过号后：到自助机点“我过号了”，或到窗口、咨询台"
        assert "当日有效" in foot[1]
        assert (f"重新排在{places}人之后" in foot[1]) is bool(places)
        for line in foot:
            assert layout.wrap(line, 48) == [line]
            assert all(len(row) > 4 for row in layout.wrap(line, 32))


def test_a_slip_with_priority_promises_no_place_behind_others() -> None:
    slip = ticket_slip(
        facts(applicant="elderly"), catalogue(), Settings(), "http://hall.test", copy=False
    )
    assert "我过号了" in words(slip)
    assert "人之后" not in words(slip)


def test_a_slip_of_a_hall_without_returns_promises_none() -> None:
    slip = ticket_slip(facts(), catalogue(), Settings(return_limit=0), "http://hall.test", False)
    assert "过号作废，须重新取号。" in words(slip)
    assert "我过号了" not in words(slip)


def test_no_slip_names_an_applicant_class() -> None:
    assert {standby_applicant(applicant_class) for applicant_class in catalogue().classes} == {
        "",
        "优先 Priority",
    }


def test_calls_of_the_main_board_name_their_room_and_say_since_when_they_are_served(
    small: SmallHall,
) -> None:
    small.sign_in("T1", "T2")
    for _ in range(2):
        small.issue("tax-1")
    small.call("T1")
    begun(small, "T2")
    state = snapshot.take(small.ctx)
    called, served = calls(state, MAIN)
    assert (called.zone_name, called.zone_name_en) == ("东厅", "East room")
    assert called.serving_at is None
    assert served.serving_at == small.ctx.clock.now()
    assert {call.zone_name for call in calls(state, "east")} == {"东厅"}


def test_a_strip_shows_call_and_service_differently(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    for _ in range(2):
        small.issue("tax-1")
    called, served = small.call("T1"), begun(small, "T2")
    states = {w.code: w for w in window_states(snapshot.take(small.ctx))}
    signs = {code: strip(states[code]) for code in ("T1", "T2", "S1")}
    numbers = [states[code].number for code in ("T1", "S1")]
    assert signs["T1"]["text"] == f"{called.number}号到{numbers[0]}号窗口"
    assert signs["T2"]["text"] == f"正在办理{served.number}号"
    assert signs["S1"]["text"] == f"{numbers[1]}号窗口未开放"
    assert [signs[code]["colour"] for code in ("T1", "T2", "S1")] == ["yellow", "green", "red"]
