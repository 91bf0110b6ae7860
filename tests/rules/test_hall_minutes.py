"""Clock of a case on the spot: worked examples, and both implementations on random cases."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.hall_minutes import (
    Pause,
    SpotTime,
    due_minute,
    minutes_before,
    open_minutes,
)
from server.cases.minute_walk import MinuteKind, stretches, walked_due_minute
from server.catalogue.hours import Span, past_hours
from server.catalogue.model import OpenLine, Scope
from server.core.working_days import SpecialDay

MONDAY, SATURDAY = date(2026, 3, 2), date(2026, 3, 7)
DAY = (Span(time(9), time(12)), Span(time(14), time(17)))


class Hours:
    """Opening hours of the tests: those of a day, none at weekends and on days of rest."""

    def __init__(self, spans: tuple[Span, ...] = DAY, rest: frozenset[date] = frozenset()) -> None:
        self._spans, self._rest = spans, rest

    def spans(self, day: date) -> tuple[Span, ...]:
        return () if day in self._rest or day.isoweekday() > 5 else self._spans


HOURS = Hours()


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute))


def due(spot: SpotTime, minutes: int, hours: Hours = HOURS) -> datetime | None:
    result = due_minute(spot, minutes, hours)
    assert result == walked_due_minute(spot, minutes, hours)
    return result


def test_each_day_has_the_hours_of_the_version_in_force_at_its_end() -> None:
    def lines(opens: int) -> tuple[OpenLine, ...]:
        return (OpenLine(Scope.HALL, "", frozenset(range(1, 6)), time(opens), time(17)),)

    rest, free = date(2026, 3, 5), date(2026, 3, 6)
    versions: list[tuple[int, tuple[OpenLine, ...], tuple[SpecialDay, ...]]] = [
        (3, lines(8), ()),
        (4, lines(7), ()),
        (4, lines(9), (SpecialDay(rest, False, "本厅休息"),)),
    ]
    state = (SpecialDay(free, False, "放假"), SpecialDay(SATURDAY, True, "调休", 1))
    hours = past_hours(versions, state, lambda at: date(2026, 3, at))
    days = [date(2026, 2, 27), date(2026, 3, 3), date(2026, 3, 4), rest, free, SATURDAY]
    opens = [[span.opens.hour for span in hours.spans(day)] for day in days]
    assert opens == [[8], [8], [9], [], [], [9]]
    assert hours.basis() != past_hours(versions[:1], state, lambda at: date(2026, 3, at)).basis()


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        (at(10, 5), 30, at(10, 35)),
        (at(8, 30), 30, at(9, 30)),  # accepted before the hall opens
        (at(11, 30), 30, at(12)),  # closing time is still in time
        (at(11, 50), 30, at(14, 20)),  # over noon
        (at(12, 10), 30, at(14, 30)),
        (at(16, 50), 30, at(9, 20, date(2026, 3, 3))),  # over night
        (at(16, 50, date(2026, 3, 6)), 30, at(9, 20, date(2026, 3, 9))),  # over the weekend
        (at(10, 0, SATURDAY), 480, at(11, 0, date(2026, 3, 10))),
    ],
)
def test_only_minutes_of_opening_hours_count(
    start: datetime, minutes: int, expected: datetime
) -> None:
    assert due(SpotTime(start), minutes) == expected


def test_the_halls_own_day_of_rest_does_not_count() -> None:
    hours = Hours(rest=frozenset({date(2026, 3, 3)}))
    assert due(SpotTime(at(16, 50)), 30, hours) == at(9, 20, date(2026, 3, 4))


def test_a_pause_does_not_count_and_an_open_one_has_no_due_time() -> None:
    spot = SpotTime(at(10), (Pause(at(10, 20), at(10, 50)),))
    assert due(spot, 30) == at(11)
    over_noon = SpotTime(at(11, 50), (Pause(at(11, 55), at(14, 5)),))
    assert due(over_noon, 30) == at(14, 30)
    assert due(SpotTime(at(10), (Pause(at(10, 20), None),)), 30) is None
    assert due(SpotTime(at(10), (Pause(at(10, 40), None),)), 30) == at(10, 30)


def test_a_hall_that_never_opens_has_no_due_time() -> None:
    assert due(SpotTime(at(10)), 30, Hours(())) is None


def test_the_stretches_can_be_recounted_by_hand() -> None:
    spot = SpotTime(at(11, 40), (Pause(at(11, 45), at(11, 50)),))
    kind = MinuteKind
    assert [
        (s.kind, s.begins, s.ends, s.number) for s in stretches(spot, 30, HOURS, at(11, 40))
    ] == [
        (kind.RUNNING, at(11, 40), at(11, 45), 5),
        (kind.SUSPENDED, at(11, 45), at(11, 50), 5),
        (kind.RUNNING, at(11, 50), at(12), 15),
        (kind.CLOSED, at(12), at(14), 15),
        (kind.RUNNING, at(14), at(14, 15), 30),
    ]
    still = SpotTime(at(11, 40), (Pause(at(11, 45), None),))
    assert [(s.kind, s.ends) for s in stretches(still, 30, HOURS, at(11, 58))] == [
        (kind.RUNNING, at(11, 45)),
        (kind.SUSPENDED, at(11, 58)),
    ]


def test_minutes_left_and_over_are_those_of_opening_hours() -> None:
    assert open_minutes(at(11, 50), at(14, 20), HOURS) == 30
    assert open_minutes(at(12, 10), at(13), HOURS) == 0
    assert minutes_before(at(14, 20), 30, HOURS) == at(11, 50)
    assert minutes_before(at(9, 10), 0, HOURS) == at(9, 10)


spans = st.sampled_from([DAY, (Span(time(8, 30), time(17, 30)),), (Span(time(13), time(13, 47)),)])
rests = st.frozensets(st.dates(MONDAY, MONDAY + timedelta(days=12)), max_size=5)


@st.composite
def spots(draw: st.DrawFn) -> SpotTime:
    moment = start = at(0) + timedelta(minutes=draw(st.integers(0, 4 * 1440)))
    pauses: list[Pause] = []
    for wait, length in draw(
        st.lists(st.tuples(st.integers(0, 400), st.integers(0, 700)), max_size=3)
    ):
        begins = moment + timedelta(minutes=wait)
        moment = begins + timedelta(minutes=length)
        pauses.append(Pause(begins, moment))
    is_open: bool = draw(st.booleans())
    if pauses and is_open:
        pauses[-1] = Pause(pauses[-1].begins, None)
    return SpotTime(start, tuple(pauses))


@given(spots(), st.integers(5, 120), spans, rests)
def test_both_implementations_agree(
    spot: SpotTime, minutes: int, day: tuple[Span, ...], rest: frozenset[date]
) -> None:
    hours = Hours(day, rest)
    result = due(spot, minutes, hours)
    if result is not None and not spot.pauses:
        assert open_minutes(spot.start, result, hours) == minutes
        assert minutes_before(result, minutes, hours) >= spot.start
