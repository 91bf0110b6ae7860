"""Leave: its length, its ladder of approvers, who may decide, its transitions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.catalogue import hours as catalogue_hours
from server.catalogue.model import Staff
from server.core.actors import Role
from server.core.errors import CommonCode, ErrorCode, HallError
from server.core.settings import Settings, with_values
from server.core.workflow import Attempt, Moment
from server.core.working_days import SpecialDay, Workdays
from server.leave import approvers
from server.leave import rules as leave_rules
from server.leave.approvers import Decider
from server.leave.errors import LeaveCode
from server.leave.ladder_notation import (
    ApproverOffice,
    Length,
    Line,
    is_ladder,
    is_staff_list,
    parse,
    rungs_for,
)
from server.leave.rules import State
from server.leave.settings import LeaveSettings
from server.leave.workflow import END, LEAVE, LeaveMove
from support.halls import catalogue

WEEK = Workdays((SpecialDay(date(2026, 3, 8), True, "调休上班", 1),))
A = Staff("1", "甲", "tax", Role.CLERK)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}")


def length(begins: str, ends: str) -> Length:
    book = replace(catalogue(), state_days=WEEK.state)
    return leave_rules.measure(
        moment(begins), moment(ends), WEEK, lambda day: catalogue_hours.hall_spans(book, day)
    )


@pytest.mark.parametrize(
    ("begins", "ends", "days", "worked"),
    [
        ("03-02T08:30", "03-02T12:00", 0.5, 3.5),
        ("03-02T14:30", "03-02T17:30", 0.5, 3.0),
        ("03-02T00:00", "03-02T23:59", 1.0, 6.5),
        ("03-02T11:00", "03-02T15:00", 1.0, 1.5),
        ("03-02T10:00", "03-02T11:30", 0.5, 1.5),
        ("03-02T12:00", "03-02T14:30", 0.0, 0.0),
        ("03-05T14:30", "03-09T12:00", 3.0, 19.5),
        ("03-07T08:30", "03-07T17:30", 0.0, 0.0),
    ],
)
def test_the_length_is_working_time(begins: str, ends: str, days: float, worked: float) -> None:
    assert length(begins, ends) == Length(days, worked)


def test_a_part_of_a_minute_counts_as_leave() -> None:
    begins, ends = moment("03-02T08:29"), moment("03-02T08:30:30")
    book = catalogue()
    spans_of = partial(catalogue_hours.hall_spans, book)
    assert leave_rules.measure(begins, ends, WEEK, spans_of) == Length(0.5, 0.01)
    later = moment("03-02T08:33:20")
    assert leave_rules.measure(begins, later, WEEK, spans_of) == Length(0.5, 0.06)


def test_a_day_without_hours_has_two_halves() -> None:
    begins, ends = moment("03-02T00:00"), moment("03-02T12:00")
    assert leave_rules.measure(begins, ends, WEEK, lambda _day: ()).days == 0.5


@pytest.mark.parametrize(
    ("ends", "days"), [("03-02T10:00", 0.0), ("03-02T10:01", 1.0), ("03-02T18:00", 1.0)]
)
def test_a_hall_open_without_a_break_has_whole_days_only(ends: str, days: float) -> None:
    begins, one_span = moment("03-02T09:00"), (catalogue_hours.Span(time(10), time(17)),)
    assert leave_rules.measure(begins, moment(ends), WEEK, lambda _day: one_span).days == days


TEXT = "2h=chief;1d=chief;2d=chief+manager;*=chief+manager+head"


@pytest.mark.parametrize(
    ("days", "worked", "rungs"),
    [
        (0.5, 2.0, "chief"),
        (1.0, 6.5, "chief"),
        (1.5, 9.5, "chief manager"),
        (2.0, 13.0, "chief manager"),
        (2.5, 16.0, "chief manager head"),
    ],
)
def test_the_ladder(days: float, worked: float, rungs: str) -> None:
    steps = rungs_for(TEXT, Length(days, worked))
    assert steps == tuple(ApproverOffice(name) for name in rungs.split())


@pytest.mark.parametrize(
    "text",
    ["", "*", "1d=chief", "*=boss", "1d=chief;*=", "*=head;1d=chief", "1.2d=head;*=head",
     "1d=chief+chief;*=head", "1w=chief;*=head", "*=head;*=head"],
)  # fmt: skip
def test_an_unreadable_ladder_is_rejected(text: str) -> None:
    assert not is_ladder(text)
    with pytest.raises(HallError) as caught:
        with_values(Settings(), {"leave_ladder": text})
    assert caught.value.code is CommonCode.SETTING_INVALID


def test_the_limits_of_a_ladder_are_numbers_of_days_or_hours() -> None:
    lines = parse("12h=chief;1.5d=chief+manager;*=head")
    chief, manager, head = ApproverOffice
    assert lines == (
        Line(None, 12.0, (chief,)),
        Line(1.5, None, (chief, manager)),
        Line(None, None, (head,)),
    )
    assert is_ladder("12h=chief;1.5d=chief+manager;*=head")


@pytest.mark.parametrize(("worked", "office"), [(2.0, "chief"), (2.01, "manager")])
def test_a_limit_of_hours_includes_its_last(worked: float, office: str) -> None:
    assert rungs_for("2h=chief;*=manager", Length(0.5, worked)) == (ApproverOffice(office),)


def test_the_default_ladders_can_be_read() -> None:
    first = Settings()
    for text in (
        first.of(LeaveSettings).leave_ladder,
        first.of(LeaveSettings).leave_ladder_chief,
        first.of(LeaveSettings).leave_ladder_office,
    ):
        assert parse(text)


@pytest.mark.parametrize(("text", "good"), [("", True), ("1001,1002", True), ("1001, 2", False)])
def test_a_list_of_staff_numbers(text: str, good: bool) -> None:
    assert is_staff_list(text) is good


@given(st.lists(st.floats(0, 30), min_size=2, max_size=5))
def test_a_longer_leave_never_needs_fewer_steps(days: list[float]) -> None:
    needed = [len(rungs_for(TEXT, Length(d, d * 6.5))) for d in sorted(days)]
    assert all(shorter <= other for shorter, other in pairwise(needed))


def test_the_ladder_depends_on_the_requesters_role() -> None:
    day = Length(1.0, 6.5)
    settings = Settings()
    assert approvers.rungs(A, day, settings) == (ApproverOffice.CHIEF,)
    assert approvers.rungs(replace(A, chief=True), day, settings) == (ApproverOffice.MANAGER,)
    assert approvers.rungs(replace(A, role=Role.MANAGER), day, settings) == (ApproverOffice.HEAD,)


def who(
    number: str, *, manages: bool = False, administers: bool = False, unit: str = ""
) -> Decider:
    return Decider(number, manages or administers, administers, unit)


@pytest.mark.parametrize(
    ("rung", "decider", "heads", "may"),
    [
        (ApproverOffice.CHIEF, who("5", unit="tax"), "", True),
        (ApproverOffice.CHIEF, who("5", unit="build"), "", False),
        (ApproverOffice.CHIEF, who("8"), "", False),
        (ApproverOffice.CHIEF, who("7", manages=True), "", True),
        (ApproverOffice.MANAGER, who("5", unit="tax"), "", False),
        (ApproverOffice.MANAGER, who("7", manages=True), "", True),
        (ApproverOffice.HEAD, who("7", manages=True), "", False),
        (ApproverOffice.HEAD, who("9", administers=True), "", True),
        (ApproverOffice.HEAD, who("9", administers=True), "7", False),
        (ApproverOffice.HEAD, who("7", manages=True), "6,7", True),
        (ApproverOffice.HEAD, who("9", administers=True), "1", True),
        (ApproverOffice.CHIEF, who("1", unit="tax"), "", False),
        (ApproverOffice.MANAGER, who("1", manages=True), "", False),
        (ApproverOffice.HEAD, who("1", administers=True), "1", False),
    ],
)
def test_who_may_decide(rung: ApproverOffice, decider: Decider, heads: str, may: bool) -> None:
    settings = Settings(head_staff=heads)
    assert approvers.may_decide(rung, A, decider, settings) is may


NOW = moment("03-02T09:00")


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [
        ("03-03T08:30", "03-03T08:30", LeaveCode.LEAVE_SPAN),
        ("03-03T08:30", "03-02T08:30", LeaveCode.LEAVE_SPAN),
        ("02-26T08:30", "03-03T08:30", LeaveCode.LEAVE_TOO_LATE),
    ],
)
def test_invalid_spans_are_rejected(begins: str, ends: str, code: ErrorCode) -> None:
    with pytest.raises(HallError) as caught:
        leave_rules.check_span(moment(begins), moment(ends), NOW, 3)
    assert caught.value.code is code


def test_the_longest_leave_is_a_year_and_a_day() -> None:
    begins = moment("03-03T08:30")
    assert leave_rules.check_span(begins, begins + timedelta(days=366), NOW, 3) is False
    with pytest.raises(HallError) as caught:
        leave_rules.check_span(begins, begins + timedelta(days=366, minutes=1), NOW, 3)
    assert caught.value.data == {"days": 366}


def test_a_request_that_is_too_late_names_the_days() -> None:
    with pytest.raises(HallError) as caught:
        leave_rules.check_span(moment("02-26T08:30"), moment("03-03T08:30"), NOW, 3)
    assert caught.value.data == {"days": 3}


def test_a_leave_from_the_present_minute_is_not_requested_afterwards() -> None:
    now = NOW.replace(second=40, microsecond=5)
    later = moment("03-03T09:00")
    assert leave_rules.check_span(NOW, later, now, 3) is False
    assert leave_rules.check_span(NOW - timedelta(minutes=1), later, now, 3) is True
    assert leave_rules.check_span(NOW, later, NOW.replace(microsecond=5), 3) is False


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        ("03-02T08:00", "03-02T09:00", False),
        ("03-02T08:00", "03-02T09:01", True),
        ("03-02T09:59", "03-02T12:00", True),
        ("03-02T10:00", "03-02T12:00", False),
        ("03-02T09:10", "03-02T09:20", True),
    ],
)
def test_leaves_that_overlap(begins: str, ends: str, expected: bool) -> None:
    other = (moment("03-02T09:00"), moment("03-02T10:00"))
    assert leave_rules.overlap(moment(begins), moment(ends), other) is expected


def test_the_first_step_has_the_offices_and_the_facts_of_the_request() -> None:
    step = leave_rules.request_step(
        "1001", 5, (ApproverOffice.CHIEF, ApproverOffice.HEAD), emergency=True, days=1.5
    )
    assert step == {
        "act": "ask",
        "by": "1001",
        "at": 5,
        "rungs": ["chief", "head"],
        "emergency": True,
        "days": 1.5,
    }
    assert leave_rules.emergency([step]) is True
    assert leave_rules.emergency([{"act": "ask", "rungs": []}]) is False


def test_the_numbers_of_the_heads_without_the_person() -> None:
    settings = Settings(head_staff="6,7,8")
    assert approvers.heads(settings, "7") == ("6", "8")
    assert approvers.heads(Settings(head_staff=""), "7") == ()


def test_after_the_last_approval_no_office_decides() -> None:
    steps = [leave_rules.request_step("1", 0, (ApproverOffice.CHIEF,)), {"act": "approve"}]
    assert leave_rules.waiting_for(steps) is None
    assert leave_rules.state_after_approval(steps) is State.APPROVED


def test_a_cover_is_no_approval() -> None:
    offices = (ApproverOffice.CHIEF, ApproverOffice.HEAD)
    steps = [leave_rules.request_step("1", 0, offices), {"act": "cover"}, {"act": "note"}]
    assert leave_rules.waiting_for(steps) is ApproverOffice.CHIEF
    assert leave_rules.state_after_approval(steps) is State.ASKED
    assert leave_rules.handed_over([steps[0], {"act": "note"}]) is False
    assert leave_rules.handed_over([steps[0], {"act": "handover"}, {"act": "note"}]) is True


@pytest.mark.parametrize("state", ["approved", "refused", "cancelled"])
def test_a_settled_leave_is_decided_no_more(state: str) -> None:
    steps = [leave_rules.request_step("1", 0, (ApproverOffice.CHIEF,))]
    with pytest.raises(HallError) as caught:
        decided(state, steps, True)
    assert (caught.value.code, caught.value.data) == (LeaveCode.LEAVE_SETTLED, {"state": state})


def test_an_approved_leave_runs_from_the_moment_after_its_beginning() -> None:
    assert leave_rules.is_running("approved", NOW, NOW + timedelta(seconds=1)) is True
    assert leave_rules.is_running("approved", NOW, NOW) is False
    assert leave_rules.is_running("asked", NOW, NOW + timedelta(seconds=1)) is False


def test_a_leave_that_is_over_cannot_be_cancelled() -> None:
    begins, ends = moment("03-02T08:30"), moment("03-04T17:30")
    minute = timedelta(minutes=1)
    assert end_after_cancel("approved", begins, ends, ends - minute) == ends - minute
    with pytest.raises(HallError) as caught:
        end_after_cancel("approved", begins, ends, ends)
    assert (caught.value.code, caught.value.data) == (
        LeaveCode.LEAVE_SETTLED,
        {"state": "approved"},
    )


def test_a_request_can_be_withdrawn_after_its_time() -> None:
    begins, ends = moment("03-02T08:30"), moment("03-04T17:30")
    assert end_after_cancel("asked", begins, ends, moment("03-09T08:00")) is None


def test_leave_requested_afterwards() -> None:
    later = moment("03-03T09:00")
    assert leave_rules.check_span(moment("02-27T08:30"), later, NOW, 3)
    assert not leave_rules.check_span(NOW, later, NOW, 3)


def attempt(state: str, **more: Any) -> Attempt[State]:
    """Return a move of a person who may make it."""
    return Attempt(State(state), holds=lambda _role: True, given=("words",), **more)


def decided(state: str, steps: leave_rules.Steps, approve: bool) -> State:
    """Return the state after one more decision."""
    if not approve:
        return LEAVE.after(LeaveMove.REFUSE, attempt(state))
    return LEAVE.after(LeaveMove.APPROVE, attempt(state), leave_rules.state_after_approval(steps))


def end_after_cancel(
    state: str, begins: datetime, ends: datetime, now: datetime
) -> datetime | None:
    """Return the new end of a leave cancelled now, None if it never began."""
    running = leave_rules.is_running(state, begins, now)
    deadlines = {END: Moment(ends, now)}
    LEAVE.after(
        LeaveMove.SHORTEN if running else LeaveMove.CANCEL, attempt(state, deadlines=deadlines)
    )
    return now.replace(second=0) if running else None


def test_steps_go_up_the_ladder_one_by_one() -> None:
    steps = [leave_rules.request_step("1", 0, (ApproverOffice.CHIEF, ApproverOffice.HEAD))]
    assert leave_rules.waiting_for(steps) is ApproverOffice.CHIEF
    assert decided("asked", steps, True) is State.ASKED
    steps.append({"act": "approve", "by": "5"})
    assert leave_rules.waiting_for(steps) is ApproverOffice.HEAD
    assert decided("asked", steps, True) is State.APPROVED
    assert decided("asked", steps, False) is State.REFUSED
    for state in ("approved", "refused", "cancelled"):
        with pytest.raises(HallError):
            decided(state, steps, True)


def test_a_new_cover_has_to_confirm_again() -> None:
    steps = [leave_rules.request_step("1", 0, (ApproverOffice.CHIEF,)), {"act": "handover"}]
    assert leave_rules.handed_over(steps)
    assert not leave_rules.handed_over([*steps, {"act": "cover"}])
    assert leave_rules.handed_over([*steps, {"act": "cover"}, {"act": "handover"}])


def test_leave_can_be_given_up() -> None:
    begins, ends = moment("03-02T08:30"), moment("03-04T17:30")
    assert end_after_cancel("approved", begins, ends, moment("03-01T00:00")) is None
    assert end_after_cancel("asked", begins, ends, NOW) is None
    assert end_after_cancel("approved", begins, ends, NOW.replace(second=40)) == NOW
    for state, now in (("approved", ends), ("refused", NOW), ("cancelled", NOW)):
        with pytest.raises(HallError):
            end_after_cancel(state, begins, ends, now)
