"""Delivery of punches: batches, polls, gaps and quarantine; and the bounds of doubtful times."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from server.time_clocks.clock_drift import ClockFacts
from server.time_clocks.punch_rules import (
    BACKLOG_LINES,
    GAP_MS,
    LAG_MS,
    LIVE_LINES,
    SETTLE_MS,
    STEADY_MS,
    DeliveryState,
    PunchLine,
    TimeDoubt,
    TimeTolerance,
    doubt,
    is_absurd,
)

NOON = 1_772_424_000_000
DAY_MS = 86_400_000
STEADY = DeliveryState(last_contact_at=NOON, steady_since=NOON - STEADY_MS, delivered_until=NOON)
RETURNED = DeliveryState(NOON, NOON, backlog_since=NOON)


@pytest.mark.parametrize(
    ("now", "steady"), [(NOON, True), (NOON + GAP_MS, True), (NOON + GAP_MS + 1, False)]
)
def test_after_a_gap_the_time_clock_is_catching_up(now: int, steady: bool) -> None:
    state = STEADY.after_contact(now)
    if steady:
        assert state == replace(STEADY, last_contact_at=now)
    else:
        assert state == replace(STEADY, last_contact_at=now, steady_since=now, backlog_since=now)


def test_a_first_contact_and_a_time_that_went_back_are_gaps() -> None:
    assert DeliveryState().after_contact(NOON) == RETURNED
    assert STEADY.after_contact(NOON - 1).backlog_since == NOON - 1


def test_a_live_batch_changes_no_delivery() -> None:
    now = NOON + 5_000
    expected = replace(STEADY, last_contact_at=now, last_batch_at=now)
    assert STEADY.after_batch(now, LIVE_LINES, now - 1) == expected
    assert STEADY.after_batch(now, LIVE_LINES, None) == expected


def test_more_lines_than_live_ones_are_no_live_batch() -> None:
    now = NOON + 5_000
    state = STEADY.after_batch(now, LIVE_LINES + 1, now - 1)
    assert (state.last_backlog_at, state.backlog_since) == (now, None)


def test_a_large_batch_begins_a_backlog() -> None:
    now = NOON + 5_000
    assert STEADY.after_batch(now, BACKLOG_LINES, None).backlog_since is None
    state = STEADY.after_batch(now, BACKLOG_LINES + 1, now - 1)
    assert (state.backlog_since, state.delivered_until) == (now, now - 1)


def test_a_large_batch_during_a_backlog_does_not_begin_it_again() -> None:
    state = RETURNED.after_batch(NOON + 5_000, BACKLOG_LINES + 1, None)
    assert (state.backlog_since, state.delivered_until) == (NOON, None)


def test_a_backlog_is_delivered_up_to_its_newest_punch_unless_that_lies_ahead() -> None:
    now = NOON + 5_000
    assert RETURNED.after_batch(now, 1, now).delivered_until == now
    assert RETURNED.after_batch(now, 1, now + 1).delivered_until is None


def test_a_failed_batch_begins_or_continues_a_backlog() -> None:
    now = NOON + 5_000
    failed = STEADY.after_failed_batch(now)
    assert failed == replace(STEADY, last_contact_at=now, last_batch_at=now, backlog_since=now)
    assert RETURNED.after_failed_batch(now).backlog_since == NOON


def test_a_poll_means_that_all_but_the_last_seconds_are_delivered() -> None:
    now = NOON + 60_000
    state = STEADY.after_poll(now)
    assert state == replace(STEADY, last_contact_at=now, delivered_until=now - LAG_MS)


@pytest.mark.parametrize("batch_at", [None, NOON + 10_000])
def test_a_backlog_ends_some_seconds_after_the_last_batch(batch_at: int | None) -> None:
    state = replace(RETURNED, last_batch_at=batch_at)
    quiet = (batch_at or NOON) + SETTLE_MS
    assert state.after_poll(quiet - 1) == replace(state, last_contact_at=quiet - 1)
    ended = state.after_poll(quiet)
    assert (ended.backlog_since, ended.delivered_until) == (None, quiet - LAG_MS)


def test_nothing_is_delivered_while_lines_are_unread() -> None:
    waiting = STEADY.after_quarantine()
    assert waiting == replace(STEADY, has_quarantined=True)
    assert waiting.delivered(NOON + 1) == waiting
    assert waiting.after_review() == STEADY


def test_delivery_never_goes_back() -> None:
    assert STEADY.delivered(NOON - 1) == STEADY
    assert STEADY.delivered(NOON + 1).delivered_until == NOON + 1
    assert DeliveryState().delivered(5).delivered_until == 5


# Live punches that measure the clock


@pytest.mark.parametrize(
    ("ahead", "seconds"), [(1, 0), (499, 0), (500, 1), (1499, 1), (1500, 2), (1_000_499, 1000)]
)
def test_a_claim_ahead_of_now_is_rounded_to_seconds(ahead: int, seconds: int) -> None:
    assert STEADY.offset_of(NOON + ahead, NOON, 50) == seconds


@pytest.mark.parametrize(
    ("claim", "seconds"), [(0, 0), (-1, 0), (-999, 0), (-1000, -1), (-1999, -1), (-600_000, -600)]
)
def test_a_slow_clock_is_measured_against_the_last_contact(claim: int, seconds: int) -> None:
    assert STEADY.offset_of(NOON + claim, NOON + 4_000, 1) == seconds


def test_a_punch_of_this_moment_is_exact() -> None:
    assert STEADY.offset_of(NOON, NOON, 1) == 0
    assert STEADY.offset_of(NOON, NOON, LIVE_LINES) == 0
    now = NOON + 4_000
    assert DeliveryState().offset_of(now, now, 1) is None


@pytest.mark.parametrize(
    ("changes", "lines", "wait"),
    [
        ({"steady_since": NOON - STEADY_MS + 1}, 1, 0),
        ({"steady_since": None}, 1, 0),
        ({"last_backlog_at": NOON - STEADY_MS}, 1, 0),
        ({"backlog_since": NOON}, 1, 0),
        ({"last_contact_at": None}, 1, 0),
        ({"last_contact_at": NOON + 1}, 1, 0),
        ({}, LIVE_LINES + 1, 0),
        ({}, 1, GAP_MS + 1),
    ],
)
def test_what_is_not_live_and_steady_measures_nothing(
    changes: dict[str, int | None], lines: int, wait: int
) -> None:
    state = replace(STEADY, **changes)  # type: ignore[arg-type]
    assert state.offset_of(NOON - 600_000, NOON + wait, lines) is None


@pytest.mark.parametrize(
    ("changes", "wait"),
    [({"last_backlog_at": NOON - STEADY_MS - 1}, 0), ({}, GAP_MS), ({"recalled_until": NOON}, 0)],
)
def test_the_last_moments_that_still_measure(changes: dict[str, int], wait: int) -> None:
    state = replace(STEADY, **changes)  # type: ignore[arg-type]
    assert state.offset_of(NOON - 600_000, NOON + wait, 1) == -600


def test_records_that_the_hall_requested_measure_nothing() -> None:
    assert STEADY.after_recall(NOON + 1).offset_of(NOON + 90_000, NOON, 1) is None


# Bounds of doubtful times

BELIEF = TimeTolerance(tolerance=60, oldest_days=30)
LINE = PunchLine("1", datetime.fromisoformat("2026-03-02T12:00"))


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (60_000, TimeDoubt.NONE),
        (60_001, TimeDoubt.FUTURE),
        (-30 * DAY_MS, TimeDoubt.NONE),
        (-30 * DAY_MS - 1, TimeDoubt.OLD),
    ],
)
def test_the_oldest_and_the_newest_time_that_is_trusted(claim: int, expected: TimeDoubt) -> None:
    assert doubt(LINE, NOON + claim, NOON, ClockFacts(), BELIEF) is expected


@pytest.mark.parametrize(("year", "expected"), [(2009, TimeDoubt.RESET), (2010, TimeDoubt.OLD)])
def test_a_year_before_2010_is_that_of_a_reset_clock(year: int, expected: TimeDoubt) -> None:
    line = PunchLine("1", datetime(year, 6, 1))  # noqa: DTZ001 - a wall clock
    assert doubt(line, 0, NOON, ClockFacts(), BELIEF) is expected


@pytest.mark.parametrize(
    ("year", "claim", "expected"),
    [
        (2009, 0, True),
        (2010, 0, False),
        (2026, DAY_MS, False),
        (2026, DAY_MS + 1, True),
    ],
)
def test_absurd_times(year: int, claim: int, expected: bool) -> None:
    claimed = datetime(year, 6, 1)  # noqa: DTZ001 - a wall clock
    assert is_absurd(claimed, NOON + claim, NOON) is expected
