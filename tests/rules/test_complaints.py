"""Complaints: what is due when, the number's check digit, and the counts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.complaints.rules import (
    FINAL,
    ComplaintCounts,
    ComplaintMove,
    ComplaintState,
    Followed,
    Limits,
    Outcome,
    count_complaints,
    due_after,
    number_of,
    read_number,
    serial_of,
)
from server.complaints.workflow import COMPLAINT, FIRST_TIME, OUTCOME, WORDS
from server.core.check_digits import check_digit
from server.core.errors import HallError
from server.core.workflow import Attempt
from server.core.working_days import Due, Workdays, is_overdue

LIMITS = Limits(decide=5, answer=5, extension=10, close=5)
FRIDAY = date(2026, 3, 6)
WORK = Workdays()
MOVE, STATE = ComplaintMove, ComplaintState


def due(move: ComplaintMove, state: ComplaintState, before: Due | None, day: date = FRIDAY) -> Due:
    return due_after(move, state, before, day, LIMITS, WORK)


FIRST = due(MOVE.RECEIVE, STATE.RECEIVED, None)
ACCEPTED = due(MOVE.ACCEPT, STATE.ACCEPTED, FIRST, date(2026, 3, 9))


def test_a_complaint_is_decided_on_and_answered_within_working_days() -> None:
    assert due(MOVE.RECEIVE, STATE.RECEIVED, None) == Due("2026-03-13", "")
    assert due(MOVE.ACCEPT, STATE.ACCEPTED, FIRST, date(2026, 3, 9)) == ACCEPTED
    assert due(MOVE.REFUSE, STATE.REFUSED, None) == Due("", "")
    assert due(MOVE.CONTACT, STATE.RECEIVED, FIRST, date(2026, 3, 12)) == FIRST
    assert Due("2026-03-16", "2026-03-16") == ACCEPTED
    answered = due(MOVE.ANSWER, STATE.ANSWERED, ACCEPTED, date(2026, 3, 13))
    assert answered == Due("2026-03-20", "2026-03-16")
    assert due(MOVE.CLOSE, STATE.CLOSED, answered, date(2026, 3, 16)).next == ""


def test_an_extension_is_added_to_the_day_of_the_answer_and_only_when_granted() -> None:
    waiting = due(MOVE.ASK_TIME, STATE.EXTENDING, ACCEPTED, date(2026, 3, 10))
    assert waiting == ACCEPTED
    assert due(MOVE.GRANT_TIME, STATE.ACCEPTED, waiting, date(2026, 3, 11)).next == "2026-03-30"
    assert due(MOVE.DENY_TIME, STATE.ACCEPTED, waiting, date(2026, 3, 11)) == ACCEPTED


@pytest.mark.parametrize(
    ("move", "state"), [(MOVE.REFUSE, STATE.REFUSED), (MOVE.HAND_ON, STATE.HANDED_ON)]
)
def test_nothing_is_due_after_the_end(move: ComplaintMove, state: ComplaintState) -> None:
    assert due(move, state, FIRST, date(2026, 3, 9)) == Due("", "")


def test_the_check_digit_is_that_of_the_standard() -> None:
    assert check_digit("0794") == "5"  # example of ISO 7064, MOD 11,10
    assert number_of(2026, 1) == "26000017"


@given(st.integers(1, 150_000), st.integers(2024, 2099))
def test_a_number_is_read_as_it_is_written(serial: int, year: int) -> None:
    number = number_of(year, serial)
    assert read_number(number) == number
    assert read_number(f" {number[:4]}-{number[4:]} ") == number
    assert serial_of(number) == serial


@given(st.integers(1, 99_999), st.integers(0, 7), st.integers(1, 9))
def test_a_wrong_digit_is_noticed(serial: int, place: int, shift: int) -> None:
    number = number_of(2026, serial)
    digit = str((int(number[place]) + shift) % 10)
    assert read_number(number[:place] + digit + number[place + 1 :]) == ""


@pytest.mark.parametrize("text", ["", "2600001", "26000O17", "x", "26 0000 1"])
def test_no_other_text_is_a_number(text: str) -> None:
    assert read_number(text) == ""


def test_full_width_digits_are_a_number() -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in "26000017")
    assert read_number(wide) == "26000017"


def test_counts_of_a_period() -> None:
    in_time = Followed(STATE.CLOSED, "2026-03-16", "2026-03-16", Outcome.PROVEN)
    late = Followed(STATE.ANSWERED, "2026-03-16", "2026-03-17", Outcome.UNPROVEN)
    partly = Followed(STATE.ANSWERED, "2026-03-16", "2026-03-10", Outcome.PARTLY)
    refused = Followed(STATE.REFUSED, "", "", None)
    elsewhere = Followed(STATE.HANDED_ON, "", "", None)
    fresh = Followed(STATE.RECEIVED, "", "", None)
    counts = count_complaints([in_time, late, partly, refused, elsewhere, fresh])
    assert counts == ComplaintCounts(
        received=6, refused=1, handed_on=1, answered=3, in_time=2, proven=2
    )


@given(st.lists(st.tuples(st.sampled_from(ComplaintMove), st.integers(0, 3)), max_size=20))
def test_no_history_has_a_step_without_a_due_day_before_its_end(
    wishes: list[tuple[ComplaintMove, int]],
) -> None:
    """Take generated steps, some of which are refused: what is due lies ahead until the end."""
    state, now, extended = STATE.RECEIVED, FRIDAY, 0
    current = FIRST
    for move, days in wishes:
        if move is MOVE.RECEIVE:
            continue
        given_names = [WORDS, OUTCOME, *([] if extended else [FIRST_TIME])]
        attempt = Attempt(state, "1", holds=lambda _role: True, given=given_names)
        try:
            state = COMPLAINT.after(move, attempt)
        except HallError:
            continue
        now = date.fromordinal(now.toordinal() + days)
        extended += move is MOVE.ASK_TIME
        before, current = current, due(move, state, current, now)
        assert (current.next == "") == (state in FINAL)
        if move in (MOVE.ACCEPT, MOVE.ANSWER):
            assert not is_overdue(current.next, now)
        if move is MOVE.GRANT_TIME:
            assert current.answer > before.answer
    assert extended <= 1
