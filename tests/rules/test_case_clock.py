"""Clock of a case: worked examples, both implementations on random ledgers, the readings' order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.clock import DayTable, due_day, due_days
from server.cases.day_walk import DayKind, walk, walked_due_day
from server.cases.ledger import Entry, Limit, Mark, Reading, Start, start_of
from server.catalogue.model import LimitUnit
from server.core.working_days import SpecialDay, Workdays

HOLIDAY = tuple(SpecialDay(date(2026, 10, day), False, "国庆节") for day in range(1, 8))
MADE_UP = SpecialDay(date(2026, 10, 10), True, "补班")
"""A Saturday that is worked."""
CALENDAR = Workdays((*HOLIDAY, MADE_UP), years=frozenset({2026}))
TABLE = DayTable(CALENDAR, 2026, 2029)
TELL_DAYS = 5
MONDAY = date(2026, 9, 7)


def on(month: int, day: int) -> date:
    return date(2026, month, day)


def accepted(day: date, *more: Entry) -> list[Entry]:
    return [Entry(Mark.FILED, day), Entry(Mark.ACCEPTED, day), *more]


def due(entries: list[Entry], limit: Limit, reading: Reading = Reading.RULE) -> date | None:
    start = start_of(entries, CALENDAR, TELL_DAYS, entries[-1].day)
    assert start is not None
    result = due_day(entries, limit, TABLE, start, reading)
    assert result == walked_due_day(entries, limit, CALENDAR, start, reading)
    return result


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        (on(9, 7), 5, on(9, 14)),  # Monday; the weekend does not count
        (on(9, 11), 1, on(9, 14)),  # Friday
        (on(9, 12), 1, on(9, 14)),  # accepted on a Saturday
        (on(9, 30), 3, on(10, 10)),  # the holiday lies between, the made-up Saturday counts
        (on(9, 7), 0, on(9, 7)),
        (on(9, 12), 0, on(9, 14)),
    ],
)
def test_the_day_of_acceptance_does_not_count(day: date, days: int, expected: date) -> None:
    assert due(accepted(day), Limit(days)) == expected


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        (on(9, 7), 7, on(9, 14)),
        (on(9, 7), 5, on(9, 14)),  # the last day is a Saturday
        (on(9, 23), 10, on(10, 8)),  # it lies in the holiday
        (on(9, 29), 11, on(10, 10)),  # it is a Saturday that is worked
    ],
)
def test_a_limit_in_calendar_days_ends_on_a_working_day(
    day: date, days: int, expected: date
) -> None:
    assert due(accepted(day), Limit(days, LimitUnit.CALENDAR)) == expected


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        # Accepted Monday 7, suspended Wednesday 9, resumed Monday 14; 5 days.
        (Reading.EARLIEST, on(9, 16)),  # 8, 9, 14, 15, 16
        (Reading.RULE, on(9, 17)),  # 8, 9, 15, 16, 17
        (Reading.LATEST, on(9, 18)),  # 8, 15, 16, 17, 18
    ],
)
def test_each_reading_of_the_days_of_suspension_and_resumption(
    reading: Reading, expected: date
) -> None:
    entries = accepted(MONDAY, Entry(Mark.SUSPENDED, on(9, 9)), Entry(Mark.RESUMED, on(9, 14)))
    assert due(entries, Limit(5), reading) == expected


def test_a_suspension_every_night_empties_the_clock_in_two_readings_only() -> None:
    nights = []
    for day in range(8, 12):
        nights += [Entry(Mark.SUSPENDED, on(9, day)), Entry(Mark.RESUMED, on(9, day + 1))]
    entries = accepted(MONDAY, *nights)
    assert due(entries, Limit(4), Reading.EARLIEST) == on(9, 11)
    assert due(entries, Limit(4), Reading.RULE) == on(9, 16)
    assert due(entries, Limit(4), Reading.LATEST) == on(9, 17)


def test_a_suspended_clock_has_no_due_day() -> None:
    assert due(accepted(MONDAY, Entry(Mark.SUSPENDED, on(9, 9))), Limit(5)) is None
    # It ran out before.
    assert due(accepted(MONDAY, Entry(Mark.SUSPENDED, on(9, 17))), Limit(5)) == on(9, 14)


@pytest.mark.parametrize(
    ("asked_on", "expected"),
    [(on(9, 14), on(9, 28)), (on(9, 15), on(9, 14)), (MONDAY, on(9, 28))],
)
def test_an_extension_counts_only_if_it_came_in_time(asked_on: date, expected: date) -> None:
    assert due(accepted(MONDAY, Entry(Mark.EXTENDED, asked_on, 10)), Limit(5)) == expected


def test_an_extension_is_in_time_on_the_working_day_after_a_last_day_of_rest() -> None:
    limit = Limit(5, LimitUnit.CALENDAR)  # Saturday 12, so Monday 14
    assert due(accepted(MONDAY, Entry(Mark.EXTENDED, on(9, 14), 10)), limit) == on(9, 22)
    assert due(accepted(MONDAY, Entry(Mark.EXTENDED, on(9, 14), 1)), limit) == on(9, 14)
    assert due(accepted(MONDAY, Entry(Mark.EXTENDED, on(9, 15), 10)), limit) == on(9, 14)


@pytest.mark.parametrize(
    ("requested_on", "ahead", "expected"),
    [
        (on(9, 9), 3, on(9, 28)),  # 10, 11 and 14 September are still to come
        (on(9, 10), 3, on(9, 14)),
        (on(9, 12), 1, on(9, 28)),  # on a Saturday: Monday is still to come
        (on(9, 14), 1, on(9, 14)),
    ],
)
def test_an_extension_has_to_come_some_working_days_ahead(
    requested_on: date, ahead: int, expected: date
) -> None:
    assert (
        due(accepted(MONDAY, Entry(Mark.EXTENDED, requested_on, 10, ahead)), Limit(5)) == expected
    )


FILED = Entry(Mark.FILED, MONDAY)
"""The fifth working day after it is Monday 14."""


@pytest.mark.parametrize(
    ("more", "today", "expected"),
    [
        ([], on(9, 14), None),
        ([], on(9, 15), Start(MONDAY, is_deemed=True)),
        ([Entry(Mark.ACCEPTED, on(9, 14))], on(9, 14), Start(on(9, 14))),
        ([Entry(Mark.ACCEPTED, on(9, 15))], on(9, 15), Start(MONDAY, is_deemed=True)),
        ([Entry(Mark.TOLD, on(9, 10))], on(9, 30), None),
        ([Entry(Mark.TOLD, on(9, 15))], on(9, 15), Start(MONDAY, is_deemed=True)),
        (
            [Entry(Mark.TOLD, on(9, 10)), Entry(Mark.COMPLETED, on(9, 24))],
            on(9, 24),
            Start(on(9, 24)),
        ),
        ([Entry(Mark.ENDED, on(9, 8))], on(9, 30), None),
        ([Entry(Mark.TOLD, on(9, 10)), Entry(Mark.ENDED, on(9, 12))], on(9, 30), None),
    ],
)
def test_the_clock_begins_with_the_acceptance_or_with_silence(
    more: list[Entry], today: date, expected: Start | None
) -> None:
    assert start_of([FILED, *more], CALENDAR, TELL_DAYS, today) == expected


def test_before_the_clock_begins_no_day_is_due() -> None:
    days = due_days([FILED], Limit(5), CALENDAR, TABLE, TELL_DAYS, MONDAY)
    assert (days.earliest, days.rule, days.latest) == (None, None, None)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (Reading.EARLIEST, on(10, 13)),
        (Reading.RULE, on(10, 14)),
        (Reading.LATEST, on(10, 15)),
    ],
)
def test_the_example_of_the_chapter_for_the_hall(reading: Reading, expected: date) -> None:
    """Compare with docs/cases.zh-CN.md, whose September has a holiday of its own."""
    rest = tuple(SpecialDay(on(9, day), False, "中秋节") for day in (25, 26, 27))
    calendar = Workdays((*HOLIDAY, *rest, MADE_UP), years=frozenset({2026}))
    stopped = (Entry(Mark.SUSPENDED, on(9, 28)), Entry(Mark.RESUMED, on(10, 9)))
    entries = accepted(on(9, 21), *stopped)
    longer = [*entries, Entry(Mark.EXTENDED, on(10, 13), 5)]
    start, table = Start(on(9, 21)), DayTable(calendar, 2026, 2027)
    assert due_day(entries, Limit(8), table, start, reading) == expected
    if reading is Reading.RULE:
        assert due_day(longer, Limit(8), table, start, reading) == on(10, 21)


def test_the_strip_can_be_recounted_by_hand() -> None:
    entries = accepted(MONDAY, Entry(Mark.SUSPENDED, on(9, 9)), Entry(Mark.RESUMED, on(9, 14)))
    strip = list(walk(entries, Limit(3), CALENDAR, Start(MONDAY), Reading.RULE, on(9, 7)))
    assert [(day.kind, day.number) for day in strip] == [
        (DayKind.START, 0),
        (DayKind.RUNNING, 1),
        (DayKind.RUNNING, 2),  # suspended on this day
        (DayKind.SUSPENDED, 2),
        (DayKind.SUSPENDED, 2),
        (DayKind.REST, 2),
        (DayKind.REST, 2),
        (DayKind.SUSPENDED, 2),  # resumed on this day
        (DayKind.RUNNING, 3),
    ]
    assert [day.is_due for day in strip] == [False] * 8 + [True]


@st.composite
def ledgers(draw: st.DrawFn) -> list[Entry]:
    day = on(1, 1) + timedelta(days=draw(st.integers(0, 330)))
    entries, running = accepted(day), True
    for step, extends in draw(st.lists(st.tuples(st.integers(0, 14), st.booleans()), max_size=8)):
        day += timedelta(days=step)
        if extends:
            days, ahead = draw(st.integers(1, 15)), draw(st.sampled_from((0, 0, 1, 5)))
            entries.append(Entry(Mark.EXTENDED, day, days, ahead))
        else:
            entries.append(Entry(Mark.SUSPENDED if running else Mark.RESUMED, day))
            running = not running
    return entries


limits = st.builds(Limit, st.integers(0, 45), st.sampled_from(LimitUnit))


@given(ledgers(), limits)
def test_both_implementations_agree_and_the_readings_are_in_order(
    entries: list[Entry], limit: Limit
) -> None:
    start = Start(entries[1].day)
    days = []
    for reading in Reading:
        by_intervals = due_day(entries, limit, TABLE, start, reading)
        assert by_intervals == walked_due_day(entries, limit, CALENDAR, start, reading)
        days.append(by_intervals or date.max)
    assert days == sorted(days)


@given(ledgers(), limits, st.sampled_from(Reading))
def test_a_due_day_is_a_working_day(entries: list[Entry], limit: Limit, reading: Reading) -> None:
    day = due_day(entries, limit, TABLE, Start(entries[1].day), reading)
    assert day is None or CALENDAR.works(day)
