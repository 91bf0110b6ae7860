"""Issuing a ticket: cases of routing, numbering, idempotency, slip and journal."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from counters import keypad
from devices.printers.document import Text
from kiosk import views
from kiosk.slip import ticket_slip
from server.catalogue.actions import import_catalogue
from server.core import journal
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import CommonCode, ErrorCode, HallError
from server.device_health import queries as device_health_queries
from server.privacy import personal_data
from server.queue import calling, slip_printing, slip_queries, snapshot, window_sessions
from server.queue.business_day import keep_day
from server.queue.errors import QueueCode
from server.queue.forecasts import Forecasts
from server.queue.messages import DelayView
from server.queue.ticket_place import place_of
from server.queue.tickets import Outcome, State, Ticket
from support.halls import MONDAY, SmallHall, at


def _code(small: SmallHall, item: str) -> HallError:
    with pytest.raises(HallError) as caught:
        small.issue(item)
    return caught.value


def test_numbers_count_from_001_by_prefix(small: SmallHall) -> None:
    small.sign_in("T1", "G1")
    numbers = [small.issue(i).number for i in ("tax-1", "social-1", "tax-2", "tax-1")]
    assert numbers == ["A001", "B001", "A002", "A003"]


def test_a_new_day_starts_again_and_keeps_history(small: SmallHall) -> None:
    small.sign_in("T1")
    first = small.issue("tax-1")
    small.clock.set(at(9, day=MONDAY + timedelta(days=1)))
    assert keep_day(small.ctx) == 1
    assert keep_day(small.ctx) == 0
    small.sign_in("T1")
    second = small.issue("tax-1")
    assert (first.number, second.number) == ("A001", "A001")
    assert first.id != second.id
    assert small.ticket(first.id).state is State.EXPIRED


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ("no-such", QueueCode.ITEM_UNKNOWN),
        ("tobacco-1", QueueCode.UNIT_WITHDRAWN),
        ("cars-1", QueueCode.ELSEWHERE),
        ("ask-1", QueueCode.NOBODY_SIGNED_IN),
        ("lapsed-1", QueueCode.NO_WINDOW),
        ("fire-1", QueueCode.OTHER_DAY),
        ("build-1", QueueCode.NOBODY_SIGNED_IN),
    ],
)
def test_a_number_that_no_window_can_call_is_not_issued(
    small: SmallHall, item: str, code: ErrorCode
) -> None:
    small.sign_in("T1", "G1")
    assert _code(small, item).code is code


def test_the_refusal_says_where_to_go(small: SmallHall) -> None:
    assert _code(small, "tobacco-1").data["place"] == "北街一号"
    assert _code(small, "fire-1").data["weekdays"] == [2]
    assert _code(small, "fire-1").data["next"] == "2026-03-03T08:30"


@pytest.mark.parametrize(
    ("hour", "minute", "code"),
    [
        (7, 0, QueueCode.NOT_YET_OPEN),
        (12, 30, QueueCode.CLOSED_BREAK),
        (17, 20, QueueCode.AFTER_LAST_TICKET),
        (18, 0, QueueCode.AFTER_LAST_TICKET),
    ],
)
def test_hours(small: SmallHall, hour: int, minute: int, code: ErrorCode) -> None:
    small.sign_in("T1")
    small.configure(break_ticket_minutes=15)
    small.clock.set(at(hour, minute))
    assert _code(small, "tax-1").code is code


def test_closed_on_sunday(small: SmallHall) -> None:
    small.clock.set(at(9, day=MONDAY + timedelta(days=6)))
    assert _code(small, "tax-1").code is QueueCode.CLOSED_TODAY


def _slip_lines(small: SmallHall, ticket: Ticket) -> list[str]:
    (slip,) = small.ctx.read(lambda c: slip_queries.of_ticket(c, small.ctx.hall_id, ticket.id))
    facts = json.loads(slip.document)
    document = ticket_slip(facts, small.ctx.catalogue(), small.ctx.settings(), "", copy=False)
    return [line.text for line in document.lines if isinstance(line, Text)]


def _pause(small: SmallHall, minutes: int = 0) -> None:
    window_sessions.pause(small.ctx, small.clerk("T1"), small.key(), "T1", "rest", "", minutes)


def test_a_pause_of_the_only_window_gives_numbers_with_the_time_of_return(small: SmallHall) -> None:
    small.sign_in("T1")
    _pause(small, 40)
    ticket = small.issue("tax-2")
    assert "窗口暂停服务，约09:40恢复，之后叫号" in _slip_lines(small, ticket)
    assert (ticket.told_low, ticket.told_high) == (40, 45)
    seen, latest = snapshot.take(small.ctx), Forecasts.of(small.ctx).current()
    page = views.item_page_of(seen, latest, "tax-2")
    place = place_of(seen, ticket, seen.catalogue.item_by["tax-2"], latest)
    phone = views.ticket_view(seen, ticket, seen.catalogue, place, (), "")
    expected = DelayView(reason="pause", until=at(9, 40))
    assert page.offer is not None
    assert page.offer.delay == phone.delay == expected
    assert [w.code for w in phone.windows] == ["T1"]
    assert page.offer.low >= phone.low >= 40


def test_a_pause_of_unknown_length_tells_no_minutes(small: SmallHall) -> None:
    small.sign_in("T1")
    _pause(small)
    ticket = small.issue("tax-2")
    assert "窗口暂停服务，恢复后叫号" in _slip_lines(small, ticket)
    assert (ticket.told_low, ticket.told_high) == (None, None)


def test_the_midday_break_gives_numbers_with_its_end(small: SmallHall) -> None:
    small.sign_in("T1")
    small.clock.set(at(12, 30))
    ticket = small.issue("tax-2")
    assert "午休至14:30，之后叫号" in _slip_lines(small, ticket)
    window_sessions.sign_out(small.ctx, small.clerk("T1"), small.key(), "T1", True)
    second = small.issue("tax-2")
    assert (second.told_low or 0) >= (ticket.told_low or 0) == 120


def test_unknown_class(small: SmallHall) -> None:
    small.sign_in("T1")
    with pytest.raises(HallError) as caught:
        small.issue("tax-1", "royal")
    assert caught.value.code is QueueCode.CLASS_UNKNOWN


def test_a_refusal_takes_no_number(small: SmallHall) -> None:
    small.sign_in("T1")
    with pytest.raises(HallError):
        small.issue("tax-1", "royal")
    assert small.issue("tax-1").number == "A001"


def test_a_repeated_command_gets_the_first_answer(small: SmallHall) -> None:
    small.sign_in("T1")
    assert small.issue("tax-1", key="same").id == small.issue("tax-1", key="same").id
    assert small.issue("tax-1").number == "A002"


def test_a_repeated_refusal_stays_a_refusal(small: SmallHall) -> None:
    small.sign_in("T1")
    clerk, key = small.clerk("T1"), small.key()
    for _ in range(2):
        with pytest.raises(HallError) as caught:
            calling.call_next(small.ctx, clerk, key, "T1", None)
        assert caught.value.code is QueueCode.NOBODY_WAITING
        if not small.ctx.read(lambda c: slip_queries.of_ticket(c, "small", "20260302-A001")):
            small.issue("tax-1")


def test_a_key_belongs_to_one_command(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1", key="same")
    with pytest.raises(HallError) as caught:
        small.issue("tax-2", key="same")
    assert caught.value.code is CommonCode.KEY_REUSED


def test_issuing_is_journalled_and_creates_a_slip(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1", "elderly")
    lines = small.ctx.read(lambda c: journal.of_subject(c, "small", ticket.id))
    assert [line["act"] for line in lines] == ["ticket.issue"]
    assert lines[0]["data"]["applicant"] == "elderly"
    slip_rows = small.ctx.read(lambda c: slip_queries.of_ticket(c, "small", ticket.id))
    # The small hall has no printer, so the slip fails at once and does not stay outstanding.
    assert [(s.state, s.reason) for s in slip_rows] == [("failed", "no_printer")]


def test_an_old_slip_is_deleted_and_cannot_be_reprinted(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1")
    printer = {"device": "printer-1", "kind": "printers", "driver": "", "serves": "1"}
    small.ctx.write(lambda tx: device_health_queries.announce(tx, "kiosk", "", [printer]))
    small.clock.advance(minutes=60 * 24 * 91)
    personal_data.delete_old(small.ctx, small.hall.config.data)
    with pytest.raises(HallError) as caught:
        slip_printing.reprint(small.ctx, small.clerk("T1"), small.key(), ticket.id, "")
    assert caught.value.code is QueueCode.SLIP_UNKNOWN


def test_only_staff_reprint(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1")
    with pytest.raises(HallError) as caught:
        slip_printing.reprint(small.ctx, Actor(ActorKind.KIOSK, "1"), small.key(), ticket.id, "")
    assert caught.value.code is CommonCode.FORBIDDEN


def test_numbers_end_at_999(small: SmallHall) -> None:
    small.sign_in("T1")
    small.ctx.write(
        lambda tx: (
            tx.conn.exec_driver_sql(
                "INSERT INTO number_counter (hall_id, day, prefix, last) "
                "VALUES ('small', '2026-03-02', 'A', 998)"
            ).rowcount
        )
    )
    small.configure(desk_numbers=0)
    assert small.issue("tax-1").number == "A999"
    assert _code(small, "tax-1").code is QueueCode.NUMBERS_EXHAUSTED


def test_an_import_by_another_process_is_noticed(small: SmallHall) -> None:
    small.sign_in("T1")
    assert small.issue("tax-1").version == 1
    other = SmallHall(small.hall.config.database_url, small.hall.config.data, at(9))
    renamed = replace(other.ctx.catalogue(), hall_name="新名字")
    assert import_catalogue(other.ctx, SYSTEM, renamed, "") == (2, True)
    other.close()
    assert small.ctx.catalogue().version == 1
    small.ctx.refresh()
    assert small.ctx.catalogue().hall_name == "新名字"
    later = small.issue("tax-1")
    assert later.version == 2
    assert small.ctx.catalogue_version(1).hall_name == "测试大厅"


def test_an_item_for_consultation_gets_a_number_that_says_so(small: SmallHall) -> None:
    small.sign_in("S1")
    ticket = small.issue("ask-1")
    assert "咨询号（本大厅仅咨询）Enquiries only" in _slip_lines(small, ticket)
    small.call("S1")
    calling.start(small.ctx, small.clerk("S1"), small.key(), "S1")
    keypad.press(small.ctx, "S1", "finish", small.key())
    assert small.ticket(ticket.id).outcome == Outcome.CONSULTED
