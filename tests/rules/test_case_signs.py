"""Signs of cases outside the hall: each is found, and an honest day shows none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.due_texts import minute_text
from server.catalogue.hours import Span
from server.core.working_days import Workdays
from server.supervision.rules import LampLevel, LampRule
from server.supervision.signs import (
    EnteredCase,
    IssuedNumber,
    ServedTicket,
    Sign,
    SignLimits,
    heaps,
    issued_without_case,
    month_ends,
    of_cases,
    twice,
    without_case,
)

DAY_MS, MINUTE_MS = 86_400_000, 60_000
NOON = 1_772_424_000_000
"""12:00 of 2 March 2026 in the hall."""
CLOSING = NOON + 5 * 3_600_000
LIMITS = SignLimits(
    quick_minutes=10, burst_count=3, burst_minutes=20, double_days=5, month_end_percent=60
)
HONEST = EnteredCase(
    id="K1",
    number="1",
    item="tax-1",
    unit="tax",
    staff="1001",
    promised=True,
    with_ticket=True,
    from_list=False,
    day="2026-03-02",
    entered_day="2026-03-02",
    at=NOON,
    accepted_at=NOON,
    decided_at=NOON + 3 * DAY_MS,
    decided_day="2026-03-05",
    person="P1",
)


def signs(*cases: EnteredCase) -> list[Sign]:
    return [sign.sign for sign in of_cases(cases, LIMITS)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 99), st.booleans()), unique=True))
def test_exactly_the_issued_numbers_without_a_case_are_signs(
    drawn: list[tuple[int, int, bool]],
) -> None:
    numbers = [IssuedNumber(f"u{unit}", f"N{n}", "", "", has) for unit, n, has in drawn]
    proposed = issued_without_case(numbers)
    assert [(sign.unit, sign.words.split("（")[0]) for sign in proposed] == [
        (entry.unit, f"证照编号 {entry.number}") for entry in numbers if not entry.has_case
    ]
    outside = {(entry.unit, entry.number) for entry in numbers if not entry.has_case}
    assert len({sign.mark for sign in proposed}) == len(outside)


def test_an_honest_case_shows_no_sign() -> None:
    assert signs(HONEST) == []
    assert signs(replace(HONEST, decided_at=None)) == []
    assert signs(replace(HONEST, decided_at=NOON + 10 * MINUTE_MS)) == []
    assert signs(replace(HONEST, decided_at=NOON, promised=False)) == []
    listed = replace(HONEST, from_list=True, with_ticket=False, day="2026-02-20")
    assert signs(listed) == []


@pytest.mark.parametrize(
    ("changes", "sign", "words"),
    [
        ({"day": "2026-03-01"}, Sign.ENTERED_LATE, "收件 2026-03-01，登记 2026-03-02"),
        ({"with_ticket": False}, Sign.NO_VISIT, "没有对应的号码"),
        ({"decided_at": NOON + 9 * MINUTE_MS + 59_999}, Sign.QUICK, "受理后 9 分钟办结"),
    ],
)
def test_signs_of_single_cases(changes: dict[str, object], sign: Sign, words: str) -> None:
    (seen,) = of_cases([replace(HONEST, **changes)], LIMITS)  # type: ignore[arg-type]
    assert (seen.sign, seen.unit, seen.staff, seen.mark) == (sign, "tax", "1001", f"{sign}:K1")
    assert words in seen.words


def test_a_number_that_was_accepted_without_a_case() -> None:
    ticket = ServedTicket("T1", "A001", "tax-1", "tax", "1001", has_case=False)
    (seen,) = without_case([ticket, replace(ticket, has_case=True)])
    assert (seen.sign, seen.mark, "A001" in seen.words) == (Sign.NO_CASE, "no_case:T1", True)


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 1),
        ({"at": NOON + 5 * DAY_MS}, 1),
        ({"at": NOON + 5 * DAY_MS + 1}, 0),
        ({"item": "tax-2"}, 0),
        ({"person": "P2"}, 0),
        ({"person": ""}, 0),
    ],
)
def test_a_second_case_of_the_same_person_and_item(changes: dict[str, object], count: int) -> None:
    second = replace(HONEST, id="K2", number="2", at=NOON + 1)
    second = replace(second, **changes)  # type: ignore[arg-type]
    assert len(twice([second], [HONEST], LIMITS)) == count
    assert len(twice([HONEST, second], [], LIMITS)) == count
    assert twice([second], [replace(HONEST, given_up=True)], LIMITS) == []


@pytest.mark.parametrize(
    ("minutes", "is_sign"),
    [
        ((40, 35, 20), True),
        ((40, 35, 19), False),
        ((61, 60, 55), False),  # one is before the last hour
        ((10, 5), False),
    ],
)
def test_a_heap_before_closing(minutes: tuple[int, ...], is_sign: bool) -> None:
    cases = [
        replace(HONEST, id=f"K{n}", at=CLOSING - before * MINUTE_MS)
        for n, before in enumerate(minutes)
    ]
    assert [sign.staff for sign in heaps(cases, CLOSING, LIMITS)] == (["1001"] if is_sign else [])
    mixed = [replace(case, staff=f"100{n}") for n, case in enumerate(cases)]
    assert heaps(mixed, CLOSING, LIMITS) == []
    assert heaps([replace(case, from_list=True) for case in cases], CLOSING, LIMITS) == []


@pytest.mark.parametrize(
    ("late", "every", "is_sign"), [(7, 10, True), (6, 10, False), (9, 9, False)]
)
def test_decisions_on_the_last_days_of_a_month(late: int, every: int, is_sign: bool) -> None:
    last = ["2026-03-30", "2026-03-31"]
    cases = [
        replace(HONEST, id=f"K{n}", decided_day=last[n % 2] if n < late else "2026-03-10")
        for n in range(every)
    ]
    assert bool(month_ends(cases, "2026-03", last, LIMITS)) is is_sign


CALENDAR = Workdays()
FRIDAY = date(2026, 3, 6)


class Hours:
    """Hours of the tests: nine to twelve and two to five on working days."""

    def spans(self, day: date) -> tuple[Span, ...]:
        if not CALENDAR.works(day):
            return ()
        return Span(time(9), time(12)), Span(time(14), time(17))


def lamp_rule(days: int = 1, minutes: int = 10) -> LampRule:
    return LampRule(CALENDAR, Hours(), days, minutes)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12))


@pytest.mark.parametrize(
    ("level", "days", "expected"),
    [
        (LampLevel.RED, 1, date(2026, 3, 7)),
        (LampLevel.YELLOW, 0, FRIDAY),
        (LampLevel.YELLOW, 1, date(2026, 3, 5)),
        (LampLevel.YELLOW, 5, date(2026, 2, 27)),
    ],
)
def test_the_day_on_which_a_lamp_changes(level: LampLevel, days: int, expected: date) -> None:
    assert lamp_rule(days).crossing(level, FRIDAY.isoformat()) == expected.isoformat()


@pytest.mark.parametrize(
    ("level", "due", "expected"),
    [
        (LampLevel.RED, "2026-03-06T10:35", "2026-03-06T10:36"),
        (LampLevel.YELLOW, "2026-03-06T10:35", "2026-03-06T10:25"),
        (LampLevel.YELLOW, "2026-03-06T14:04", "2026-03-06T11:54"),  # noon does not count
        (LampLevel.YELLOW, "2026-03-09T09:03", "2026-03-06T16:53"),  # nor does the weekend
    ],
)
def test_the_minute_in_which_the_lamp_of_a_case_on_the_spot_changes(
    level: LampLevel, due: str, expected: str
) -> None:
    rule = lamp_rule()
    assert rule.crossing(level, due) == expected
    at = datetime.fromisoformat(expected)
    assert not rule.has_crossed(level, due, at - timedelta(seconds=1))
    assert rule.has_crossed(level, due, at)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 3, 4), None),
        (date(2026, 3, 5), LampLevel.YELLOW),
        (FRIDAY, LampLevel.YELLOW),
        (date(2026, 3, 7), LampLevel.RED),
    ],
)
def test_the_present_colour(today: date, expected: LampLevel | None) -> None:
    assert lamp_rule().colour(FRIDAY.isoformat(), noon(today)) is expected
    assert lamp_rule().colour("", noon(today)) is None


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(days, days, st.integers(0, 20), st.times() | st.none())
def test_no_lamp_is_lit_behind_the_horizon(
    due: date, today: date, yellow: int, at: time | None
) -> None:
    rule = lamp_rule(yellow, 10 * yellow)
    text = due.isoformat() if at is None else minute_text(datetime.combine(due, at))
    is_open = at is None or any(span.opens < at <= span.closes for span in Hours().spans(due))
    if CALENDAR.works(due) and is_open and rule.colour(text, noon(today)):
        assert text <= rule.horizon(noon(today))
