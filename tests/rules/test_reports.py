"""Periods of reports, and how their figures add up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.reports.columns import change
from server.reports.periods import PeriodKind, earlier_span, parse_period, period_of
from server.reports.rules import TicketSums, total

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
KINDS = st.sampled_from(PeriodKind)
SUMS = st.builds(TicketSums, *[st.integers(0, 10**6)] * 10)


@given(day=DAYS, kind=KINDS)
def test_every_day_is_in_one_period_of_each_kind(day: date, kind: PeriodKind) -> None:
    period = period_of(kind, day)
    assert period.first <= day <= period.last
    assert period.kind is kind
    assert parse_period(period.id) == period
    assert period.before().last + timedelta(days=1) == period.first
    assert period.after().before() == period
    assert period.days(period.last)[-1] == period.last


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11-30", date(2026, 11, 30), date(2026, 11, 30)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("9998-12", date(9998, 12, 1), date(9998, 12, 31)),
    ],
)
def test_a_period_runs_from_its_first_to_its_last_day(text: str, first: date, last: date) -> None:
    period = parse_period(text)
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "2026", "20261130", "2026-13", "2026-W54", "2026-W48-1", "9999-12", "2026-1-01"]
)
def test_other_texts_name_no_period(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_period(text)


@pytest.mark.parametrize(
    ("period", "today", "first", "last"),
    [
        ("2026-11", "2026-12-01", "2026-10-01", "2026-10-31"),
        ("2026-11", "2026-11-30", "2026-10-01", "2026-10-31"),
        ("2026-11", "2026-11-10", "2026-10-01", "2026-10-10"),
        ("2026-03", "2026-03-30", "2026-02-01", "2026-02-28"),
        ("2026-W48", "2026-11-25", "2026-11-16", "2026-11-18"),
        ("2026-11-30", "2026-11-30", "2026-11-29", "2026-11-29"),
    ],
)
def test_a_running_period_is_compared_with_as_many_days(
    period: str, today: str, first: str, last: str
) -> None:
    span = earlier_span(parse_period(period), date.fromisoformat(today))
    assert tuple(day.isoformat() for day in span) == (first, last)


@given(parts=st.lists(SUMS, max_size=5))
def test_a_total_is_the_sum_of_its_rows(parts: list[TicketSums]) -> None:
    every = total(parts)
    assert every.issued == sum(part.issued for part in parts)
    assert every.service_ms == sum(part.service_ms for part in parts)
    assert total(reversed(parts)) == every


def test_means_and_shares_follow_from_the_sums() -> None:
    sums = TicketSums(waits=2, wait_ms=390_000, aimed=20, over=5, services=4, service_ms=600_000)
    assert (sums.wait_mean, sums.service_mean) == (3.25, 2.5)
    assert TicketSums().service_mean is None
    assert (sums.over_rate.percent, sums.over_rate.of) == (25.0, 20)


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [(5, 0, "—"), (7, 9, "-2"), (12, 10, "+2（+20.0%）"), (10, 10, "+0（+0.0%）")],
)
def test_a_change_has_a_percentage_where_there_are_enough(
    now: int, before: int, words: str
) -> None:
    assert change(now, before) == words
