"""Cover (AB角): B may sit at A's window while A is away; a window without cover raises an alarm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.core.errors import HallError
from server.leave import actions as leave_actions
from server.leave import cover as leave_cover
from server.queue import calling, snapshot, window_sessions
from server.queue.errors import QueueCode
from server.queue.unstaffed_alarms import alarms
from support.halls import MONDAY, SmallHall, at
from support.leave_halls import CHIEF, STRANGER, A, B, actor, leave_request, with_cover_and_chief

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    return with_cover_and_chief(small)


def away(hall: SmallHall, begins: str, ends: str, **change: object) -> str:
    """Create an approved leave of A and return its id."""
    leave = leave_actions.request(
        hall.ctx, actor(A), hall.key(), leave_request(begins, ends, **change)
    )
    leave_actions.decide(hall.ctx, actor(CHIEF), hall.key(), leave, True, "")
    return leave


def sit(hall: SmallHall, staff: str, window: str) -> None:
    window_sessions.sign_in(hall.ctx, actor(staff), hall.key(), window)


def alarm_messages(hall: SmallHall, code: str = "window_uncovered") -> list[str]:
    alarm_list = alarms(hall.hall)(snapshot.take(hall.ctx))
    return [alarm.message_zh for alarm in alarm_list if alarm.code == code]


def test_b_may_sit_at_the_window_only_while_a_is_away(hall: SmallHall) -> None:
    with pytest.raises(HallError):
        sit(hall, B, "T1")
    away(hall, "03-02T10:00", "03-02T12:00")
    with pytest.raises(HallError) as caught:
        sit(hall, B, "T1")
    assert caught.value.code is QueueCode.WINDOW_NOT_ALLOWED
    hall.clock.set(at(10))
    with pytest.raises(HallError):
        sit(hall, STRANGER, "T1")
    sit(hall, B, "T1")
    window_sessions.sign_out(hall.ctx, actor(B), hall.key(), "T1", force=True)
    hall.clock.set(at(12))
    with pytest.raises(HallError):
        sit(hall, B, "T1")


def test_unapproved_leave_gives_b_no_window(hall: SmallHall) -> None:
    leave_actions.request(
        hall.ctx, actor(A), hall.key(), leave_request("03-02T09:00", "03-02T12:00")
    )
    with pytest.raises(HallError):
        sit(hall, B, "T1")


def test_in_an_emergency_b_takes_over_before_the_approval(hall: SmallHall) -> None:
    request = leave_request("03-02T09:00", "03-02T12:00", emergency=True)
    leave_actions.request(hall.ctx, actor(B), hall.key(), request)
    sit(hall, B, "T1")


def test_as_items_are_served_at_bs_window(hall: SmallHall) -> None:
    with pytest.raises(HallError) as caught:
        hall.issue("tax-2")
    assert caught.value.code is QueueCode.NOBODY_SIGNED_IN
    away(hall, "03-02T09:00", "03-02T12:00")
    sit(hall, B, "T1")
    issued = hall.issue("tax-2")
    called = hall.ticket(calling.call_next(hall.ctx, actor(B), hall.key(), "T1", None))
    assert (called.id, called.window, called.staff) == (issued.id, "T1", B)


def test_a_window_nobody_covers_is_an_alarm(hall: SmallHall) -> None:
    away(hall, "03-02T09:00", "03-02T12:00", cover="")
    assert alarm_messages(hall) == ["1 号窗口没有人：测试1请假，没有安排B角。"]
    hall.clock.set(at(13))
    assert alarm_messages(hall) == []


def test_the_alarm_says_why_b_does_not_come(hall: SmallHall) -> None:
    away(hall, "03-02T09:00", "03-02T12:00")
    assert alarm_messages(hall) == ["1 号窗口没有人：测试1请假，B角测试2还没有登录。"]
    sit(hall, B, "T2")
    assert alarm_messages(hall) == ["1 号窗口没有人：测试1请假，B角测试2正在 2 号窗口，尚未到岗。"]
    window_sessions.sign_out(hall.ctx, actor(B), hall.key(), "T2", force=True)
    sit(hall, B, "T1")
    assert alarm_messages(hall) == []


def test_b_who_is_away_himself_is_an_alarm(hall: SmallHall) -> None:
    away(hall, "03-02T09:00", "03-02T12:00")
    request = leave_request("03-02T10:00", "03-02T11:00", staff=B, cover="")
    leave = leave_actions.request(hall.ctx, actor(B), hall.key(), request)
    leave_actions.decide(hall.ctx, actor(CHIEF), hall.key(), leave, True, "")
    hall.clock.set(at(10, 30))
    assert "1 号窗口没有人：测试1请假，B角测试2也不在岗。" in alarm_messages(hall)
    with pytest.raises(HallError):
        sit(hall, B, "T1")


def test_a_window_that_stays_empty_is_an_alarm_after_a_while(hall: SmallHall) -> None:
    hall.configure(window_empty_minutes=40)
    hall.clock.set(at(9, 9))
    assert alarm_messages(hall, "window_empty") == []
    hall.clock.set(at(9, 10))
    (line,) = alarm_messages(hall, "window_empty")
    assert line.startswith("1、2、3、11、12 号窗口已到开放时间")
    sit(hall, A, "T1")
    (line,) = alarm_messages(hall, "window_empty")
    assert line.startswith("2、3、11、12 号窗口")
    hall.clock.set(at(13))
    assert alarm_messages(hall, "window_empty") == []


def test_the_days_covers(hall: SmallHall) -> None:
    leave = away(hall, "03-03T08:30", "03-03T12:00")
    (cover,) = hall.ctx.read(lambda c: leave_cover.covers(hall.ctx, c, TUESDAY))
    assert (cover.leave, cover.absent, cover.cover) == (leave, A, B)
    assert cover.able
    assert not cover.confirmed
    leave_actions.hand_over(hall.ctx, actor(B), hall.key(), leave, "")
    (cover,) = hall.ctx.read(lambda c: leave_cover.covers(hall.ctx, c, TUESDAY))
    assert cover.confirmed
    assert hall.ctx.read(lambda c: leave_cover.covers(hall.ctx, c, MONDAY)) == []
