"""Redress of bad ratings: what is due when, and the figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from server.core.working_days import Due, Workdays, is_overdue
from server.ratings.redress_rules import (
    CallResult,
    Limits,
    RedressCase,
    RedressCounts,
    RedressMove,
    RedressState,
    Step,
    count_redress,
    due_after,
    fits,
)

LIMITS = Limits(contact=1, appeal=3, redress=15, recheck=5)
FRIDAY = date(2026, 3, 6)
WORK = Workdays()


def due(move: RedressMove, state: RedressState, before: Due | None, day: date = FRIDAY) -> Due:
    return due_after(move, state, before, day, LIMITS, WORK)


FIRST = due(RedressMove.OPEN, RedressState.OPEN, None)


def test_a_bad_rating_of_friday_is_contacted_on_monday_and_put_right_in_fifteen_days() -> None:
    assert Due("2026-03-09", "2026-03-27") == FIRST
    later = due(RedressMove.CONTACT, RedressState.CONTACTED, FIRST, date(2026, 3, 9))
    assert later == Due("2026-03-27", "2026-03-27")
    assert due(RedressMove.START, RedressState.REDRESSING, later, date(2026, 3, 10)) == later


def test_a_refused_appeal_gives_the_unit_its_days_again() -> None:
    appealed = due(RedressMove.APPEAL, RedressState.APPEALED, FIRST, date(2026, 3, 9))
    assert appealed == Due("2026-03-12", "2026-03-27")
    refused = due(RedressMove.REFUSE, RedressState.REFUSED, appealed, date(2026, 3, 12))
    assert refused == Due("2026-04-02", "2026-04-02")
    granted = due(RedressMove.GRANT, RedressState.GRANTED, appealed, date(2026, 3, 12))
    assert granted == Due("", "2026-03-27")


def test_after_the_answer_the_office_calls_and_a_dissatisfied_person_begins_it_again() -> None:
    answered = due(RedressMove.ANSWER, RedressState.ANSWERED, FIRST, date(2026, 3, 20))
    assert answered == Due("2026-03-27", "2026-03-27")
    again = due(RedressMove.RECHECK, RedressState.REDRESSING, answered, date(2026, 3, 23))
    assert again == Due("2026-04-13", "2026-04-13")
    fine = due(RedressMove.RECHECK, RedressState.RECHECKED, answered, date(2026, 3, 23))
    assert fine == Due("2026-03-30", "2026-03-27")
    assert due(RedressMove.CLOSE, RedressState.CLOSED, fine, date(2026, 3, 24)).next == ""


def test_one_more_call_moves_no_due_day() -> None:
    assert due(RedressMove.CALL, RedressState.CONTACTED, FIRST, date(2026, 3, 20)) == FIRST


def test_nobody_can_be_called_without_a_contact() -> None:
    assert [result for result in CallResult if fits(result, named=False)] == [CallResult.NO_CONTACT]
    assert CallResult.NO_CONTACT not in [r for r in CallResult if fits(r, named=True)]


def step(move: RedressMove, state: RedressState, day: str, answer: str = "2026-03-27") -> Step:
    return Step(move, state, day, Due(answer, answer))


OPENED = step(RedressMove.OPEN, RedressState.OPEN, "2026-03-06")
CALLED = replace(
    step(RedressMove.CONTACT, RedressState.CONTACTED, "2026-03-09"), result=CallResult.UNREACHABLE
)
ANSWERED = step(RedressMove.ANSWER, RedressState.ANSWERED, "2026-03-27")
LATE = step(RedressMove.ANSWER, RedressState.ANSWERED, "2026-03-30")
GRANTED = step(RedressMove.GRANT, RedressState.GRANTED, "2026-03-12")


def test_the_rate_counts_only_those_whose_time_has_run_or_that_were_answered() -> None:
    still_open = RedressCase(True, (OPENED,))
    in_time = RedressCase(False, (OPENED, ANSWERED))
    late = RedressCase(True, (OPENED, CALLED, LATE))
    assert count_redress([still_open, in_time, late], date(2026, 3, 27)) == RedressCounts(
        opened=3, granted=0, run_out=2, in_time=1, named=2, called=1
    )
    assert count_redress([still_open], date(2026, 3, 28)).run_out == 1


def test_a_granted_appeal_is_shown_apart_and_in_no_rate() -> None:
    granted = RedressCase(True, (OPENED, CALLED, GRANTED))
    assert count_redress([granted], date(2027, 1, 1)) == RedressCounts(opened=1, granted=1)


def test_a_second_answer_does_not_mend_a_late_first_one() -> None:
    again = step(RedressMove.RECHECK, RedressState.REDRESSING, "2026-03-31", "2026-04-20")
    second = step(RedressMove.ANSWER, RedressState.ANSWERED, "2026-04-02", "2026-04-20")
    counts = count_redress([RedressCase(False, (OPENED, LATE, again, second))], date(2026, 5, 1))
    assert (counts.run_out, counts.in_time) == (1, 0)


@given(
    st.sampled_from(RedressMove), st.sampled_from(RedressState), st.dates(FRIDAY, date(2027, 1, 1))
)
def test_every_step_but_the_last_has_a_due_day_in_the_future(
    move: RedressMove, state: RedressState, day: date
) -> None:
    result = due_after(move, state, Due("2027-02-01", "2027-02-01"), day, LIMITS, WORK)
    ended = state in (RedressState.GRANTED, RedressState.CLOSED)
    assert (result.next == "") == (ended and move is not RedressMove.CALL)
    assert not is_overdue(result.next, day)


def test_each_redress_counts_once_in_any_order() -> None:
    granted = RedressCase(False, (OPENED, GRANTED))
    late = RedressCase(True, (OPENED, CALLED, LATE))
    counts = count_redress([granted, late, granted, late], date(2026, 4, 1))
    assert counts == RedressCounts(opened=4, granted=2, run_out=2, in_time=0, named=2, called=2)
