"""People who move between units: each day counts once, for the unit of that day."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.attendance import views
from server.attendance.messages import MonthSheet, TotalsView
from server.attendance.sheets import Facts, of_unit, sheets_of
from server.attendance.shift_rule_queries import StaffEntry
from server.bulletins.weekly_figures import figures
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM
from server.core.day_facts import Punch
from server.core.weeks import parse_week
from server.core.working_days import Workdays
from support.halls import MONDAY, STAFF, SmallHall, at, catalogue
from support.sheets import GOOD, RULE, deliver_punches, with_clock_and_rule
from support.web import Web

UNITS = [unit.code for unit in catalogue().units][:2]
MONTH = "2026-03"


def sums(totals: TotalsView) -> Counter[str]:
    """Return every additive sum of a sheet, without the share."""
    values = totals.model_dump(exclude={"rate", "days"})
    return Counter({name: int(value) for name, value in values.items()})


def moved(small: SmallHall, staff: str, unit: str, day: date) -> None:
    """Publish business data in which a person belongs to another unit from this day on."""
    small.clock.set(at(7, day=day))
    book = small.ctx.catalogue()
    people = tuple(replace(p, unit=unit) if p.number == staff else p for p in book.staff)
    import_catalogue(small.ctx, SYSTEM, replace(book, staff=people), f"moved {day}")


def month(web: Web, unit: str, span: str = MONTH) -> MonthSheet:
    """Return a month sheet as the API returns it."""
    answer = web.manager().get(f"/office/attendance/months/{unit}/{span}")
    assert answer.status_code == 200, answer.data
    return MonthSheet.model_validate(answer.get_json())


@pytest.fixture
def web(small: SmallHall) -> Web:
    """Return a hall with a month in which the clerk of T1 moves on the sixteenth."""
    with_clock_and_rule(small, delivered=at(23, day=date(2026, 4, 1)))
    day = MONDAY
    other = next(unit for unit in UNITS if unit != "tax")
    while day < date(2026, 4, 1):
        if day == date(2026, 3, 16):
            moved(small, STAFF["T1"], other, day)
        small.clock.set(at(22, day=day))
        deliver_punches(small, *(("08:37", *GOOD[1:]) if day.day in (3, 17, 18) else GOOD), day=day)
        day += timedelta(days=1)
    return Web(small)


@pytest.mark.parametrize("span", [MONTH, "2026-W12"])
def test_the_units_add_up_to_the_hall(web: Web, span: str) -> None:
    hall = month(web, "all", span)
    parts = [month(web, unit.code, span) for unit in hall.units]
    parts.append(month(web, "office", span))
    added = sum((sums(part.totals) for part in parts), Counter[str]())
    assert added == +sums(hall.totals)
    unit_rows = [row for part in parts for row in part.rows if row.number == STAFF["T1"]]
    [hall_row] = [row for row in hall.rows if row.number == STAFF["T1"]]
    assert sum((sums(row.totals) for row in unit_rows), Counter[str]()) == +sums(hall_row.totals)
    days = [[bool(day) for day in row.days] for row in unit_rows]
    assert all(sum(at_once) <= 1 for at_once in zip(*days, strict=True))
    for part in parts:
        assert sum((sums(r.totals) for r in part.rows), Counter[str]()) == +sums(part.totals)


def test_a_moved_person_is_on_both_sheets_with_the_days_of_each(web: Web) -> None:
    other = next(unit for unit in UNITS if unit != "tax")
    [before] = [row for row in month(web, "tax").rows if row.number == STAFF["T1"]]
    [after] = [row for row in month(web, other).rows if row.number == STAFF["T1"]]
    assert [row.unit for row in (before, after)] == ["tax", other]
    assert (before.totals.due, after.totals.due) == (40, 48)
    assert (before.totals.late, after.totals.late) == (1, 2)


def test_printed_sheets_hold_the_same_days(web: Web) -> None:
    content = web.manager().get("/office/attendance/months/tax/2026-03/sheet.xlsx").data
    rows = [
        row
        for row in openpyxl.load_workbook(BytesIO(content))
        .worksheets[0]
        .iter_rows(values_only=True)
        if "测试1" in row
    ]
    assert len(rows) >= 1
    assert "40" in {str(value) for row in rows for value in row}
    paper = web.manager().get("/office/attendance/months/tax/2026-03/sheet.pdf")
    assert paper.data.startswith(b"%PDF-")


def test_a_bulletin_counts_each_day_where_it_was_worked(small: SmallHall) -> None:
    with_clock_and_rule(small, delivered=at(23, day=MONDAY + timedelta(days=7)))
    other = next(unit for unit in UNITS if unit != "tax")
    for n in range(5):
        day = MONDAY + timedelta(days=n)
        if n == 2:
            moved(small, STAFF["T1"], other, day)
        small.clock.set(at(22, day=day))
        deliver_punches(small, "08:37", *GOOD[1:], day=day)
    week = parse_week("2026-W10")
    stated = small.ctx.read(lambda c: figures(small.ctx, c, week))
    late = {line.unit: line.late for line in stated.units}
    assert (late["tax"], late[other]) == (2, 3)
    cases = [case for case in stated.cases if case.staff == STAFF["T1"]]
    assert {case.unit: case.late for case in cases} == {"tax": 2, other: 3}
    for line in stated.units:
        assert line.late == sum(case.late for case in stated.cases if case.unit == line.unit)
    assert stated.facts["late"].value == str(sum(line.late for line in stated.units))


FIRST = date(2026, 3, 1)
LISTS = st.lists(
    st.tuples(
        st.integers(0, 32),
        st.lists(st.sampled_from([*UNITS, "", "gone"]), min_size=4, max_size=4),
        st.sets(st.integers(0, 3)),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda entry: entry[0],
)


@settings(max_examples=80, deadline=None)
@given(lists=LISTS, punched=st.sets(st.tuples(st.integers(0, 3), st.integers(1, 31))))
def test_the_units_add_up_after_any_moves(
    lists: list[tuple[int, list[str], set[int]]], punched: set[tuple[int, int]]
) -> None:
    """Count each day of each person on one sheet, whatever the moves.

    The staff lists are of any days; people come and go.
    """
    names = ("1", "2", "3", "4")
    listed = tuple(
        (
            FIRST + timedelta(days=since - 1),
            tuple(
                StaffEntry(names[n], names[n], units[n], chief=False)
                for n in range(4)
                if n not in missing
            ),
        )
        for since, units, missing in sorted(lists, key=lambda entry: entry[0])
    )
    punches = {
        (names[n], date(2026, 3, day).isoformat()): tuple(
            Punch(datetime.combine(date(2026, 3, day), time.fromisoformat(text)), place)
            for place, text in enumerate(GOOD)
        )
        for n, day in punched
    }
    last = date(2026, 3, 31)
    as_of = datetime(2026, 4, 1)  # noqa: DTZ001 - the hall's wall clock
    facts = Facts(
        FIRST, last, listed, (RULE,), Workdays(), punches, {}, {}, as_of, date(2026, 4, 1)
    )
    book, sheets = catalogue(), list(sheets_of(facts))
    hall = views.month_sheet(book, facts, sheets, "", MONTH)
    codes = {person.unit for _, people in listed for person in people}
    parts = [views.month_sheet(book, facts, of_unit(sheets, c), c, MONTH) for c in codes]
    added = sum((sums(part.totals) for part in parts), Counter[str]())
    assert added == +sums(hall.totals)
    counted = Counter(row.number for part in parts for row in part.rows for day in row.days if day)
    assert counted == +Counter(row.number for row in hall.rows for day in row.days if day)
