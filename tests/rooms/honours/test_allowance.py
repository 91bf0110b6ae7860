"""Attendance allowance: the day sheets of a month, the rule of its last day, the workbook."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO

import openpyxl
import pytest

from server.assessment.periods import parse_period
from server.core.day_facts import LeaveKind
from server.honours import papers, year_views
from server.honours.allowances import table_of
from server.honours.messages import AllowancePage, AllowanceRow
from server.leave import actions as leave_actions
from server.leave.actions import LeaveRequest
from support.halls import MONDAY, STAFF, SmallHall, at
from support.sheets import BOSS, CLERK, GOOD, deliver_punches, with_clock_and_rule

MARCH = parse_period("2026-03")
FRIDAY = date(2026, 3, 6)


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall on Saturday: one week of March, Monday late, Friday on sick leave."""
    small.clock.set(at(8, day=MONDAY))
    hall = with_clock_and_rule(small, delivered=at(23, day=date(2026, 3, 31)))
    for n in range(4):
        day = MONDAY + timedelta(days=n)
        hall.clock.set(at(20, day=day))
        deliver_punches(hall, *(GOOD if n else ("08:45", *GOOD[1:])), day=day)
    hall.clock.set(at(8, day=FRIDAY))
    return hall


def page_of(hall: SmallHall) -> AllowancePage:
    return hall.ctx.read(lambda c: year_views.allowance_page(hall.ctx, c, BOSS, MARCH))


def row_of(page: AllowancePage) -> AllowanceRow:
    return next(row for row in page.people if row.number == CLERK)


def test_each_lapse_costs_and_private_leave_beyond_the_rule_costs_all(hall: SmallHall) -> None:
    ctx = hall.ctx
    page = row_of(page_of(hall))
    assert (page.late, page.amount, page.pending) == (1, 180, 4)
    assert [cut.words for cut in page.cuts] == ["迟到、早退、缺卡1次"]
    assert not page_of(hall).is_final
    request = LeaveRequest(
        staff=CLERK,
        kind=LeaveKind.SICK,
        begins=datetime.combine(FRIDAY, time(0)),
        ends=datetime.combine(FRIDAY, time(23, 59)),
        reason="就医",
    )
    leave = leave_actions.request(ctx, hall.clerk("T1"), hall.key(), request)
    leave_actions.decide(ctx, BOSS, hall.key(), leave, True, "")
    hall.clock.set(at(12, day=date(2026, 3, 7)))
    page = row_of(page_of(hall))
    assert (page.leave_days, page.amount) == ("1", 180)
    hall.configure(allowance_leave_days=0)
    page = row_of(page_of(hall))
    assert (page.amount, [cut.words for cut in page.cuts]) == (0, ["事假、病假1天，超过0天"])


def test_the_rule_of_the_last_day_counts_and_the_workbook_adds_up(hall: SmallHall) -> None:
    hall.clock.set(at(12, day=date(2026, 4, 1)))
    hall.configure(allowance_yuan=500)
    page = page_of(hall)
    assert page.rule.startswith("每月200元"), "a change in April does not reach back"
    everybody = {row.number for row in page.people}
    assert STAFF["T1"] in everybody
    assert len(everybody) == len(page.people)
    assert page.sum == sum(row.amount for row in page.people)
    table = hall.ctx.read(lambda c: table_of(hall.ctx, c, MARCH))
    assert table.sum == page.sum
    book = openpyxl.load_workbook(BytesIO(papers.allowance_workbook("测试大厅", page, "今天")))
    sheet = book["考勤奖"]
    assert sheet["A1"].value == "测试大厅2026年3月考勤奖发放表" + (
        "（草稿）" if page.is_final else "（未定）"
    )
    amounts = [sheet.cell(5 + n, 10).value for n in range(len(page.people))]
    assert amounts == [row.amount for row in page.people]
    assert sheet.cell(5 + len(page.people), 10).value == f"=SUM(J5:J{4 + len(page.people)})"


def test_who_was_on_official_business_all_the_time_gets_all_of_it(small: SmallHall) -> None:
    ctx = small.ctx
    small.clock.set(at(7, day=MONDAY))
    with_clock_and_rule(small, delivered=at(23, day=date(2026, 3, 31)))
    span = datetime.combine(MONDAY, time(0)), datetime.combine(MONDAY, time(23, 59))
    request = LeaveRequest(CLERK, LeaveKind.OFFICIAL, *span, "挂职")
    leave = leave_actions.request(ctx, small.clerk("T1"), small.key(), request)
    leave_actions.decide(ctx, BOSS, small.key(), leave, True, "")
    small.clock.set(at(22, day=MONDAY))
    row = row_of(page_of(small))
    assert (row.amount, row.cuts, row.pending) == (200, [], 0)
