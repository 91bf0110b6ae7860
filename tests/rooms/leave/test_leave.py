"""Leave from request to end: decided step by step, cut short; who may do it and who may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.accounts.errors import AccountCode
from server.core import journal
from server.core.errors import CommonCode, ErrorCode, HallError
from server.core.events import AttendanceChanged, Event, RequestsChanged
from server.leave import actions as leave_actions
from server.leave import integrity as leave_integrity
from server.leave import queries as stored
from server.leave import rules
from server.leave.errors import LeaveCode
from support.halls import ADMINISTRATOR, MANAGER, MONDAY, SmallHall, at
from support.leave_halls import (
    CHIEF,
    STRANGER,
    A,
    B,
    actor,
    leave_request,
    stored_leave,
    with_cover_and_chief,
)


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    return with_cover_and_chief(small)


def ask(hall: SmallHall, begins: str, ends: str, by: str = A, **change: object) -> str:
    return leave_actions.request(
        hall.ctx, actor(by), hall.key(), leave_request(begins, ends, **change)
    )


def decide(hall: SmallHall, leave: str, by: str, approve: bool = True, words: str = "") -> None:
    leave_actions.decide(hall.ctx, actor(by), hall.key(), leave, approve, words)


def refused(code: ErrorCode, act: object, *args: object, **more: object) -> HallError:
    assert callable(act)
    with pytest.raises(HallError) as caught:
        act(*args, **more)
    assert caught.value.code is code
    return caught.value


def test_a_day_is_decided_by_the_chief_representative(hall: SmallHall) -> None:
    leave = ask(hall, "03-03T08:30", "03-03T17:30")
    assert stored_leave(hall, leave).cover == B
    assert [s["rungs"] for s in stored_leave(hall, leave).steps] == [["chief"]]
    refused(CommonCode.OWN_CASE, decide, hall, leave, A)
    refused(LeaveCode.NOT_YOUR_STEP, decide, hall, leave, B)
    refused(LeaveCode.NOT_YOUR_STEP, decide, hall, leave, STRANGER)
    decide(hall, leave, CHIEF, words="同意")
    assert stored_leave(hall, leave).state == "approved"
    refused(LeaveCode.LEAVE_SETTLED, decide, hall, leave, MANAGER)


def test_a_long_leave_goes_up_the_whole_ladder(hall: SmallHall) -> None:
    leave = ask(hall, "03-03T08:30", "03-05T17:30")
    for by in (CHIEF, MANAGER):
        decide(hall, leave, by)
        assert stored_leave(hall, leave).state == "asked"
    refused(LeaveCode.NOT_YOUR_STEP, decide, hall, leave, MANAGER)
    decide(hall, leave, ADMINISTRATOR)
    leave_row = stored_leave(hall, leave)
    assert leave_row.state == "approved"
    assert [(s["act"], s["by"]) for s in leave_row.steps] == [
        ("ask", A),
        ("approve", CHIEF),
        ("approve", MANAGER),
        ("approve", ADMINISTRATOR),
    ]


def test_the_named_head_decides(hall: SmallHall) -> None:
    hall.configure(head_staff=MANAGER)
    leave = ask(hall, "03-03T08:30", "03-05T17:30")
    for by in (CHIEF, MANAGER):
        decide(hall, leave, by)
    refused(LeaveCode.NOT_YOUR_STEP, decide, hall, leave, ADMINISTRATOR)
    decide(hall, leave, MANAGER)
    assert stored_leave(hall, leave).state == "approved"


def test_a_ladder_changed_later_does_not_move_a_leave(hall: SmallHall) -> None:
    leave = ask(hall, "03-03T08:30", "03-03T17:30")
    hall.configure(leave_ladder="*=chief+manager+head")
    decide(hall, leave, CHIEF)
    assert stored_leave(hall, leave).state == "approved"


def test_a_refusal_needs_a_reason_and_ends_the_request(hall: SmallHall) -> None:
    leave = ask(hall, "03-03T08:30", "03-05T17:30")
    refused(CommonCode.INVALID, decide, hall, leave, CHIEF, False)
    decide(hall, leave, CHIEF, False, "人手不够")
    assert stored_leave(hall, leave).state == "refused"
    again = ask(hall, "03-03T08:30", "03-05T17:30")
    assert again != leave


def test_a_chief_representatives_own_leave_goes_to_the_section(hall: SmallHall) -> None:
    leave = ask(hall, "03-03T08:30", "03-03T17:30", CHIEF, staff=CHIEF)
    refused(CommonCode.OWN_CASE, decide, hall, leave, CHIEF)
    decide(hall, leave, MANAGER)
    assert stored_leave(hall, leave).state == "approved"


def test_overlapping_leave_is_refused_but_not_the_next_hour(hall: SmallHall) -> None:
    first = ask(hall, "03-03T08:30", "03-03T12:00")
    error = refused(LeaveCode.LEAVE_OVERLAP, ask, hall, "03-03T11:59", "03-03T17:30")
    assert error.data["leave"] == first
    assert ask(hall, "03-03T12:00", "03-03T17:30")


def test_who_may_ask_for_whom(hall: SmallHall) -> None:
    refused(LeaveCode.NOT_YOUR_SHEET, ask, hall, "03-03T08:30", "03-03T12:00", STRANGER)
    refused(
        AccountCode.ACCOUNT_UNKNOWN, ask, hall, "03-03T08:30", "03-03T12:00", MANAGER, staff="9999"
    )
    for n, by in enumerate((A, B, CHIEF, MANAGER)):
        leave = ask(hall, f"03-{10 + n}T08:30", f"03-{10 + n}T12:00", by)
        assert stored_leave(hall, leave).by == by


def test_emergency_leave_is_requested_afterwards(hall: SmallHall) -> None:
    leave = ask(hall, "03-02T08:50", "03-02T12:00", B, emergency=True)
    assert rules.emergency(stored_leave(hall, leave).steps)
    assert stored_leave(hall, leave).steps[0]["after"] is True
    refused(LeaveCode.LEAVE_TOO_LATE, ask, hall, "02-25T08:30", "02-25T12:00")


def test_a_named_cover_who_is_away_is_refused_and_a_listed_one_left_out(hall: SmallHall) -> None:
    ask(hall, "03-03T08:30", "03-03T12:00", B, staff=B, cover="")
    refused(LeaveCode.COVER_CANNOT, ask, hall, "03-03T08:30", "03-03T12:00", cover=B)
    refused(LeaveCode.COVER_CANNOT, ask, hall, "03-03T08:30", "03-03T12:00", cover=A)
    refused(LeaveCode.COVER_CANNOT, ask, hall, "03-03T08:30", "03-03T12:00", cover="9999")
    assert stored_leave(hall, ask(hall, "03-03T08:30", "03-03T12:00")).cover == ""


def test_cancelled_before_shortened_during_settled_after(hall: SmallHall) -> None:
    leave = ask(hall, "03-03T08:30", "03-04T17:30")
    decide(hall, leave, CHIEF)
    decide(hall, leave, MANAGER)
    refused(
        LeaveCode.NOT_YOUR_SHEET,
        leave_actions.cancel,
        hall.ctx,
        actor(STRANGER),
        hall.key(),
        leave,
        "",
    )
    hall.clock.set(at(11, day=MONDAY.replace(day=3)))
    leave_actions.cancel(hall.ctx, actor(A), hall.key(), leave, "回来了")
    leave_row = stored_leave(hall, leave)
    assert (leave_row.state, f"{leave_row.ends:%dT%H:%M}") == ("approved", "03T11:00")
    assert leave_row.steps[-1]["act"] == "shorten"
    assert leave_row.steps[-1]["ends"] == "2026-03-04T17:30"
    refused(
        LeaveCode.LEAVE_SETTLED, leave_actions.cancel, hall.ctx, actor(A), hall.key(), leave, ""
    )
    other = ask(hall, "03-04T08:30", "03-04T12:00")
    leave_actions.cancel(hall.ctx, actor(A), hall.key(), other, "")
    assert stored_leave(hall, other).state == "cancelled"


def test_only_the_cover_confirms_the_handover(hall: SmallHall) -> None:
    leave = ask(hall, "03-03T08:30", "03-03T17:30")
    for by in (A, CHIEF, MANAGER):
        refused(
            LeaveCode.NOT_YOUR_STEP,
            leave_actions.hand_over,
            hall.ctx,
            actor(by),
            hall.key(),
            leave,
            "",
        )
    leave_actions.hand_over(hall.ctx, actor(B), hall.key(), leave, "已交接")
    assert rules.handed_over(stored_leave(hall, leave).steps)
    steps = len(stored_leave(hall, leave).steps)
    leave_actions.hand_over(hall.ctx, actor(B), hall.key(), leave, "再次")
    assert len(stored_leave(hall, leave).steps) == steps
    leave_actions.set_cover(hall.ctx, actor(A), hall.key(), leave, CHIEF)
    assert not rules.handed_over(stored_leave(hall, leave).steps)
    assert stored_leave(hall, leave).cover == CHIEF


def test_every_step_is_a_line_of_the_journal_and_an_event(hall: SmallHall) -> None:
    received: list[Event] = []
    hall.ctx.bus.subscribe(received.append)
    leave = ask(hall, "03-03T08:30", "03-03T17:30")
    decide(hall, leave, CHIEF)
    leave_actions.cancel(hall.ctx, actor(A), hall.key(), leave, "")
    lines = hall.ctx.read(lambda c: journal.of_subject(c, "small", leave))
    assert [line["act"] for line in lines] == ["leave.ask", "leave.approve", "leave.cancel"]
    events = [AttendanceChanged(("2026-03-03",), (A,)), RequestsChanged(leave, A)]
    assert received == events * 3


def test_a_repeated_request_is_stored_once(hall: SmallHall) -> None:
    request = leave_request("03-03T08:30", "03-03T17:30")
    first = leave_actions.request(hall.ctx, actor(A), "same", request)
    assert leave_actions.request(hall.ctx, actor(A), "same", request) == first


def test_only_approved_leave_counts(hall: SmallHall) -> None:
    leave = ask(hall, "03-03T08:30", "03-04T12:00")
    day = MONDAY.replace(day=4)

    def spans() -> list[str]:
        rows = hall.ctx.read(lambda c: stored.approved(c, "small", day, day, [A]))
        return [span.id for span in rows.get(A, [])]

    assert spans() == []
    decide(hall, leave, CHIEF)
    decide(hall, leave, MANAGER)
    assert spans() == [leave]
    other = day.replace(day=5)
    assert hall.ctx.read(lambda c: stored.approved(c, "small", other, other)) == {}


def test_steps_missing_in_the_journal_are_violations(hall: SmallHall) -> None:
    leave = ask(hall, "03-03T08:30", "03-03T17:30")
    decide(hall, leave, CHIEF)

    def problem_count() -> int:
        return len(hall.ctx.read(lambda c: list(leave_integrity.problems(c, "small"))))

    assert problem_count() == 0
    leave_row = stored_leave(hall, leave)
    forged = replace(leave_row, steps=leave_row.steps[:1])
    hall.ctx.write(lambda tx: stored.change(tx, forged))
    assert problem_count() == 1
