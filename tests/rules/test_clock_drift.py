"""Clock of a time clock: bounds of a measurement, and the times that a wrong clock may show."""

from __future__ import annotations

import pytest

from server.time_clocks.clock_drift import (
    CONFIRM_MS,
    FAR_SECONDS,
    MOST_OFFSET,
    MOST_SPANS,
    ClockFacts,
    Suspicion,
    WrongSpan,
)

NOON = 1_772_424_000_000
EARLIER = NOON - 600_000
TOLERANCE = 60
RIGHT = ClockFacts(0, EARLIER)
SLOW = ClockFacts(-600, EARLIER, (WrongSpan(-600, EARLIER),))


@pytest.mark.parametrize("offset", [-60, 0, 60])
def test_an_offset_within_the_tolerance_is_no_error(offset: int) -> None:
    assert RIGHT.after_measurement(offset, NOON, TOLERANCE) == ClockFacts(offset, NOON)


@pytest.mark.parametrize("offset", [-61, 61])
def test_a_wrong_clock_may_have_been_wrong_since_the_last_measurement(offset: int) -> None:
    expected = ClockFacts(offset, NOON, (WrongSpan(offset, EARLIER),))
    assert RIGHT.after_measurement(offset, NOON, TOLERANCE) == expected


def test_a_clock_that_was_never_measured_is_wrong_from_now_or_from_the_suspicion() -> None:
    assert ClockFacts().after_measurement(90, NOON, TOLERANCE).wrong == (WrongSpan(90, NOON),)
    suspected = ClockFacts(suspicion=Suspicion(90, EARLIER))
    assert suspected.after_measurement(90, NOON, TOLERANCE).wrong == (WrongSpan(90, EARLIER),)


@pytest.mark.parametrize("offset", [-630, -600, -570])
def test_nearly_the_same_error_continues_the_span(offset: int) -> None:
    assert SLOW.after_measurement(offset, NOON, TOLERANCE) == ClockFacts(offset, NOON, SLOW.wrong)


def test_half_the_tolerance_is_counted_in_whole_seconds() -> None:
    assert len(SLOW.after_measurement(-630, NOON, 61).wrong) == 1
    assert len(SLOW.after_measurement(-631, NOON, 61).wrong) == 2
    assert len(ClockFacts(0, 0, (WrongSpan(90, 0),)).after_measurement(121, 1, 61).wrong) == 2


@pytest.mark.parametrize("offset", [-631, -569, 600])
def test_another_error_begins_another_span(offset: int) -> None:
    expected = (WrongSpan(-600, EARLIER, NOON), WrongSpan(offset, EARLIER))
    assert SLOW.after_measurement(offset, NOON, TOLERANCE).wrong == expected


def test_a_clock_that_was_set_right_ends_the_span() -> None:
    state = SLOW.after_measurement(3, NOON, TOLERANCE)
    assert state == ClockFacts(3, NOON, (WrongSpan(-600, EARLIER, NOON),))
    assert not state.is_off
    assert SLOW.is_off
    assert not RIGHT.is_off


def test_an_offset_is_stored_within_its_bounds() -> None:
    for offset in (-MOST_OFFSET - 1, MOST_OFFSET + 1):
        state = RIGHT.after_measurement(offset, NOON, TOLERANCE)
        assert abs(state.offset) == MOST_OFFSET


def test_the_oldest_spans_are_dropped() -> None:
    clock = RIGHT
    for n in range(MOST_SPANS + 2):
        clock = clock.after_measurement(100 if n % 2 else -100, NOON + n, TOLERANCE)
    assert len(clock.wrong) == MOST_SPANS
    assert clock.wrong[-1].begins == NOON + MOST_SPANS
    assert clock.wrong[0].begins == NOON + 1


# Claims of live punches


@pytest.mark.parametrize("offset", [-60, 0, 61, FAR_SECONDS])
def test_a_likely_offset_counts_at_once(offset: int) -> None:
    claimed = RIGHT.after_claim(offset, NOON, TOLERANCE)
    assert claimed == RIGHT.after_measurement(offset, NOON, TOLERANCE)
    assert claimed.measured_at == NOON


@pytest.mark.parametrize("offset", [-61, FAR_SECONDS + 1])
def test_an_unlikely_offset_is_a_suspicion(offset: int) -> None:
    state = RIGHT.after_claim(offset, NOON, TOLERANCE)
    assert state == ClockFacts(0, EARLIER, (), Suspicion(offset, NOON))


@pytest.mark.parametrize("offset", [-660, -600, -540])
def test_an_offset_that_the_clock_is_known_to_have_counts_at_once(offset: int) -> None:
    state = SLOW.after_claim(offset, NOON, TOLERANCE)
    assert state == SLOW.after_measurement(offset, NOON, TOLERANCE)


def test_another_offset_of_a_wrong_clock_is_a_suspicion() -> None:
    for offset in (-661, -539):
        assert SLOW.after_claim(offset, NOON, TOLERANCE).suspicion == Suspicion(offset, NOON)


def test_the_last_of_several_spans_is_the_present_one() -> None:
    before = WrongSpan(-5000, 0, EARLIER)
    clock = ClockFacts(-600, EARLIER, (before, before, WrongSpan(-600, EARLIER)))
    assert clock.after_claim(-600, NOON, TOLERANCE).measured_at == NOON
    assert clock.after_claim(-5000, NOON, TOLERANCE).suspicion == Suspicion(-5000, NOON)


SUSPECTED = ClockFacts(0, EARLIER, (), Suspicion(-600, NOON))


@pytest.mark.parametrize("offset", [-660, -600, -540])
def test_a_second_punch_confirms_after_two_minutes(offset: int) -> None:
    assert SUSPECTED.after_claim(offset, NOON + CONFIRM_MS - 1, TOLERANCE) == SUSPECTED
    confirmed = SUSPECTED.after_claim(offset, NOON + CONFIRM_MS, TOLERANCE)
    assert confirmed == ClockFacts(offset, NOON + CONFIRM_MS, (WrongSpan(offset, EARLIER),))


@pytest.mark.parametrize("offset", [-661, -539])
def test_a_second_punch_with_another_offset_is_a_new_suspicion(offset: int) -> None:
    later = NOON + CONFIRM_MS
    assert SUSPECTED.after_claim(offset, later, TOLERANCE).suspicion == Suspicion(offset, later)


# Doubtful times


def test_a_wrong_span_claims_the_times_that_the_clock_showed() -> None:
    span = WrongSpan(-600, NOON, NOON + 60_000)
    first, last = NOON - 660_000, NOON - 480_000
    now = NOON + 10**9
    assert [span.claims(at, now, TOLERANCE) for at in (first - 1, first, last, last + 1)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_span_that_lasts_claims_times_up_to_now() -> None:
    span = WrongSpan(600, NOON)
    last = NOON + 5_000 + 660_000
    assert span.claims(last, NOON + 5_000, TOLERANCE)
    assert not span.claims(last + 1, NOON + 5_000, TOLERANCE)


@pytest.mark.parametrize(("late", "doubtful"), [(60_000, False), (60_001, True)])
def test_a_punch_that_arrives_at_its_own_time_is_trusted(late: int, doubtful: bool) -> None:
    was_wrong = ClockFacts(0, NOON, (WrongSpan(-600, NOON - 10**7, NOON + 10**7),))
    assert was_wrong.wrong_at(NOON, NOON + late, TOLERANCE) is doubtful
    assert was_wrong.wrong_at(NOON, NOON - late, TOLERANCE) is doubtful


def test_a_punch_at_its_own_time_is_doubtful_while_the_clock_is_wrong() -> None:
    is_wrong = ClockFacts(90, NOON, (WrongSpan(90, NOON - 10**6),))
    assert is_wrong.wrong_at(NOON, NOON, TOLERANCE)
