"""Checks of the business data: what could never work is named, with the row and the column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from server.catalogue.hours import window_lines
from server.catalogue.model import (
    Catalogue,
    Handling,
    LimitUnit,
    Mandate,
    OpenLine,
    Scope,
    Staff,
)
from server.catalogue.workbook import rules
from server.catalogue.workbook.openings import can_meet, hours_problems
from server.catalogue.workbook.problem import Flaw, Problem
from server.catalogue.workbook.rows import Row
from server.catalogue.workbook.rules import Finding
from server.core.actors import Role
from support.halls import branches, catalogue, two_sites

HALL = catalogue()
NEW_YEAR = date(2026, 1, 1)


def changed(part: str, code: str, hall: Catalogue = HALL, /, **changes: Any) -> Catalogue:
    """Return the hall with one entry of a part changed."""
    key = "number" if part == "staff" else "code"
    entries: list[Any] = list(getattr(hall, part))
    place = next(n for n, entry in enumerate(entries) if getattr(entry, key) == code)
    entries[place] = replace(entries[place], **changes)
    parts: dict[str, Any] = {part: tuple(entries)}
    return replace(hall, **parts)


def found(hall: Catalogue) -> list[Finding]:
    return list(rules.findings(hall))


def test_a_hall_in_order_has_no_findings() -> None:
    assert found(HALL) == []
    assert found(two_sites()) == []


def test_each_room_of_a_hall_in_two_buildings_names_its_building() -> None:
    hall = changed("zones", "west", two_sites(), site="")
    assert found(hall) == [Finding(Flaw.SITE_MISSING, "zones", (("code", "west"),), "site")]
    assert found(replace(hall, sites=hall.sites[:1])) == []


@pytest.mark.parametrize("field", ["place", "place_en"])
@pytest.mark.parametrize("unit", ["tobacco", "cars"])
def test_a_unit_that_works_elsewhere_says_where_in_both_languages(unit: str, field: str) -> None:
    hall = changed("units", unit, **{field: ""})
    assert found(hall) == [Finding(Flaw.PLACE_MISSING, "units", (("code", unit),), field)]


def test_a_unit_does_not_list_an_item_twice() -> None:
    hall = changed("items", "tax-2", name="事项tax-1")
    finding = Finding(Flaw.NAME_REPEATED, "items", (("code", "tax-2"),), "name", "事项tax-1")
    assert found(hall) == [finding]
    assert found(changed("items", "build-1", name="事项tax-1")) == [], "of another unit"


@pytest.mark.parametrize(
    ("promised", "legal", "is_fault"), [(10, 10, False), (11, 10, True), (11, 0, False)]
)
def test_nothing_is_promised_later_than_the_law_allows(
    promised: int, legal: int, is_fault: bool
) -> None:
    hall = changed("items", "tax-1", promised_days=promised, legal_days=legal)
    match = (("code", "tax-1"),)
    finding = Finding(Flaw.PROMISE_LONGER, "items", match, "promised_days", promised, legal)
    assert found(hall) == ([finding] if is_fault else [])


@pytest.mark.parametrize(
    ("promised", "legal", "is_fault"),
    [(4, 4, False), (5, 6, True), (5, 7, False), (9, 11, False), (9, 10, True), (11, 0, False)],
)
def test_a_promise_in_working_days_is_compared_with_a_limit_in_calendar_days(
    promised: int, legal: int, is_fault: bool
) -> None:
    unit = LimitUnit.CALENDAR
    hall = changed("items", "tax-1", promised_days=promised, legal_days=legal, legal_unit=unit)
    match = (("code", "tax-1"),)
    flaw = Flaw.PROMISE_LONGER_CALENDAR
    finding = Finding(flaw, "items", match, "promised_days", promised, legal)
    assert found(hall) == ([finding] if is_fault else [])


@pytest.mark.parametrize("field", ["advice", "advice_en"])
def test_an_item_for_consultation_says_who_accepts_it(field: str) -> None:
    hall = changed("items", "ask-1", **{field: ""})
    assert found(hall) == [Finding(Flaw.ADVICE_MISSING, "items", (("code", "ask-1"),), field)]
    assert found(changed("items", "tax-1", **{field: ""})) == []


def test_a_specialised_window_has_a_unit_and_a_comprehensive_one_has_none() -> None:
    def window(flaw: Flaw, code: str) -> list[Finding]:
        return [Finding(flaw, "windows", (("code", code),), "units")]

    assert found(changed("windows", "T1", units=())) == window(Flaw.WINDOW_WITHOUT_UNIT, "T1")
    assert found(changed("windows", "G1", units=("tax",))) == window(Flaw.WINDOW_WITH_UNIT, "G1")
    assert found(changed("windows", "G1", items=("tax-1",))) == window(Flaw.WINDOW_WITH_UNIT, "G1")


def test_a_window_names_items_of_its_own_units_only() -> None:
    hall = changed("windows", "T1", items=("gone", "tax-1", "build-1"))
    match = (("window", "T1"), ("item", "build-1"))
    finding = Finding(Flaw.WINDOW_ITEM_FOREIGN, "window_items", match, "item", "build-1")
    assert found(hall) == [finding]


def mandate(**changes: Any) -> Catalogue:
    """Return the hall with the first mandate changed; it was signed and begins at new year."""
    return changed("mandates", "M1", **changes)


def test_a_mandate_names_items_of_its_own_unit_only() -> None:
    match = (("mandate", "M1"), ("item", "build-1"))
    assert found(mandate(items=("gone", "build-1", "tax-1"))) == [
        Finding(Flaw.MANDATE_ITEM_FOREIGN, "mandate_items", match, "item", "build-1")
    ]


def test_a_mandate_authorises_comprehensive_windows_only() -> None:
    match = (("code", "M1"),)
    assert found(mandate(windows=("X9", "T1", "G1"))) == [
        Finding(Flaw.MANDATE_WINDOW_KIND, "mandates", match, "windows", "T1")
    ]


def test_a_mandate_without_items_is_named() -> None:
    match = (("code", "M1"),)
    assert found(mandate(items=())) == [Finding(Flaw.MANDATE_EMPTY, "mandates", match, "code")]


def test_a_mandate_is_signed_before_it_begins_and_begins_before_it_ends() -> None:
    match, day = (("code", "M1"),), timedelta(days=1)
    for good in ({"valid_from": NEW_YEAR + day}, {"valid_to": NEW_YEAR}, {"valid_to": None}):
        assert found(mandate(**good)) == []
    early = NEW_YEAR - day
    assert found(mandate(valid_from=early)) == [
        Finding(Flaw.MANDATE_DATES, "mandates", match, "valid_from", early, NEW_YEAR)
    ]
    assert found(mandate(valid_to=early)) == [
        Finding(Flaw.MANDATE_DATES, "mandates", match, "valid_to", early, NEW_YEAR)
    ]


def with_staff(*people: Staff) -> Catalogue:
    return replace(HALL, staff=people)


def clerk(number: str, unit: str = "tax", windows: tuple[str, ...] = (), **more: Any) -> Staff:
    return Staff(number, number, unit, Role.CLERK, windows, **more)


def staff_finding(flaw: Flaw, number: str, field: str, value: object = "") -> Finding:
    return Finding(flaw, "staff", (("number", number),), field, value)


def test_a_unit_has_one_chief_representative() -> None:
    chiefs = [
        clerk(n, unit, chief=True) for n, unit in (("1", "tax"), ("2", "build"), ("3", "tax"))
    ]
    assert found(with_staff(*chiefs, clerk("4"))) == [
        staff_finding(Flaw.CHIEF_REPEATED, "3", "chief", "tax")
    ]
    # Each of them is named who has no unit to represent.
    nobody = [clerk(n, "", chief=True) for n in ("1", "2")]
    assert found(with_staff(*nobody)) == [
        staff_finding(Flaw.CHIEF_WITHOUT_UNIT, n, "chief") for n in ("1", "2")
    ]


def test_a_substitute_is_somebody_else_who_may_work_at_one_of_the_windows() -> None:
    def cover_of(a: Staff, *others: Staff) -> list[Finding]:
        return found(with_staff(a, *others))

    a = clerk("1", windows=("T1", "T2"), cover="2")
    assert cover_of(a, clerk("2", windows=("T2", "S1"))) == []
    assert cover_of(a, clerk("2", windows=("S1",))) == [
        staff_finding(Flaw.COVER_WINDOWS, "1", "cover", "2")
    ]
    assert cover_of(replace(a, windows=()), clerk("2")) == [], "A of the office has no window"
    assert cover_of(replace(a, cover="1")) == [staff_finding(Flaw.COVER_SELF, "1", "cover", "1")]
    assert cover_of(replace(a, cover="9")) == [], "another check names an unknown number"
    assert cover_of(replace(a, cover=""), clerk("", windows=("S1",))) == []
    unnamed = clerk("", windows=("T1",), cover="2")
    assert cover_of(unnamed, clerk("2", windows=("S1",))) == [], "an empty cell is named already"


def test_there_is_a_class_without_priority() -> None:
    finding = Finding(Flaw.CLASS_ORDINARY, "classes", (), "level")
    assert found(replace(HALL, classes=HALL.classes[1:])) == [finding]


# Items that no window could ever serve


def unservable(hall: Catalogue) -> list[str]:
    return [str(finding.value) for finding in rules.unservable(hall)]


def test_an_item_is_served_at_its_own_windows_or_by_mandate() -> None:
    assert unservable(HALL) == []
    assert unservable(changed("mandates", "M2", items=())) == ["事项social-1"]
    assert unservable(changed("mandates", "M2", windows=())) == ["事项social-1"]
    assert unservable(changed("windows", "S1", units=("fire",))) == ["事项build-1"]
    assert unservable(changed("windows", "S1", items=("ask-1",))) == ["事项build-1"]
    assert unservable(changed("windows", "S1", items=("build-1",))) == []


def test_the_finding_names_the_row_of_the_item() -> None:
    finding = Finding(
        Flaw.ITEM_UNSERVABLE, "items", (("code", "social-1"),), "code", "事项social-1"
    )
    assert list(rules.unservable(changed("mandates", "M2", items=()))) == [finding]


def test_a_mandate_does_not_let_a_specialised_window_serve_an_item() -> None:
    hall = changed("mandates", "M2", windows=("T1",))
    assert unservable(hall) == ["事项social-1"]
    second = Mandate("M9", "social", NEW_YEAR, NEW_YEAR, None, ("social-1",), ("G2",))
    assert unservable(replace(hall, mandates=(*hall.mandates, second))) == []


def test_items_for_consultation_and_of_units_elsewhere_need_no_window() -> None:
    no_windows = replace(HALL, windows=())
    names = ["tax-1", "tax-2", "social-1", "build-1", "fire-1", "lapsed-1"]
    assert unservable(no_windows) == [f"事项{code}" for code in names]
    consulted = changed("items", "build-1", no_windows, handling=Handling.CONSULT)
    assert "事项build-1" not in unservable(consulted)


def test_a_window_and_an_item_whose_hours_never_meet() -> None:
    tuesday = OpenLine(Scope.WINDOW, "F1", frozenset({2}), time(8, 30), time(12))
    assert tuesday in HALL.hours
    fire = OpenLine(Scope.ITEM, "fire-1", frozenset({1, 3}), time(8, 30), time(12))
    assert unservable(replace(HALL, hours=(*HALL.hours, fire))) == ["事项fire-1"]


# Opening hours


def line(
    days: set[int], opens: int, closes: int, scope: Scope = Scope.HALL, subject: str = ""
) -> OpenLine:
    return OpenLine(scope, subject, frozenset(days), time(opens), time(closes))


@pytest.mark.parametrize(
    ("limits", "meet"),
    [
        ([], True),
        ([line({1}, 11, 13)], True),
        ([line({1}, 12, 13)], False),  # from the minute on at which the window closes
        ([line({1}, 7, 8)], False),
        ([line({1}, 7, 9)], True),
        ([line({3}, 9, 10)], False),
        ([line({3}, 9, 10), line({2}, 9, 10)], True),
    ],
)
@pytest.mark.parametrize("scope", [Scope.HALL, Scope.WINDOW])
def test_a_window_meets_an_item_if_both_are_open_at_some_minute(
    limits: list[OpenLine], meet: bool, scope: Scope
) -> None:
    own = line({1, 2}, 8, 12, scope, "T1" if scope is Scope.WINDOW else "")
    hours = [own, *(replace(limit, scope=Scope.ITEM, subject="tax-1") for limit in limits)]
    hall = replace(catalogue(), hours=tuple(hours))
    assert can_meet(hall, "T1", "tax-1") is meet


def test_hours_of_a_window_replace_those_of_the_hall() -> None:
    hours = (
        line({1}, 8, 12),
        line({1}, 14, 16, Scope.WINDOW, "T1"),
        line({1}, 9, 10, Scope.ITEM, "tax-1"),
    )
    hall = replace(catalogue(), hours=hours)
    assert not can_meet(hall, "T1", "tax-1")
    assert can_meet(hall, "T2", "tax-1")
    assert can_meet(hall, "T1", "tax-2")
    assert not can_meet(replace(hall, hours=hours[1:]), "T2", "tax-2"), "no hours at all"


def test_windows_without_own_hours_have_those_of_their_building() -> None:
    hours = (
        line({1}, 8, 12),
        line({1}, 14, 16, Scope.SITE, "north"),
        line({1}, 9, 10, Scope.ITEM, "tax-1"),
        line({1}, 8, 10, Scope.WINDOW, "S1"),
    )
    hall = replace(branches(), hours=hours)
    assert can_meet(hall, "T1", "tax-1")
    assert not can_meet(hall, "T2", "tax-1")
    assert window_lines(hall, "T2") == [hours[1]]
    assert window_lines(hall, "S1") == [hours[3]]
    assert window_lines(replace(hall, sites=hall.sites[1:]), "T1") == [hours[1]]


def problems(*lines: OpenLine, faulty: frozenset[int] = frozenset()) -> Iterator[Problem]:
    """Return the problems of opening hours that stand in the rows from 2 on."""
    rows = [Row(number, {}) for number in range(2, 2 + len(lines))]
    return hours_problems(replace(branches(), hours=lines), rows, faulty)


def problems_of(
    *lines: OpenLine, faulty: frozenset[int] = frozenset()
) -> list[tuple[Flaw, str, int, str, str]]:
    """Return the codes, places and values of the problems."""
    return [(p.code, p.sheet, p.row, p.column, p.value) for p in problems(*lines, faulty=faulty)]


def test_hours_in_order_have_no_problem() -> None:
    assert problems_of(line({1}, 8, 12), line({1}, 12, 17), line({2}, 9, 12)) == []


def test_hours_that_close_before_they_open() -> None:
    for closes, shown in ((12, "12:00"), (9, "09:00")):
        assert problems_of(line({2}, 8, 12), line({1}, 12, closes)) == [
            (Flaw.HOURS_REVERSED, "开放时间", 3, "结束", shown)
        ]
    words = next(problems(line({1}, 12, 9)))
    assert (words.zh, words.en) == (
        "结束时间09:00不晚于开始时间12:00",
        "closing at 09:00 is not after opening at 12:00",
    )


@pytest.mark.parametrize(
    ("scope", "subject", "is_known"),
    [
        (Scope.HALL, "", True),
        (Scope.HALL, "T1", False),
        (Scope.WINDOW, "T1", True),
        (Scope.WINDOW, "", False),
        (Scope.WINDOW, "tax-1", False),
        (Scope.ITEM, "tax-1", True),
        (Scope.ITEM, "T1", False),
        (Scope.SITE, "north", True),
        (Scope.SITE, "", False),
        (Scope.SITE, "west", False),
    ],
)
def test_hours_are_those_of_the_hall_a_building_a_window_or_an_item(
    scope: Scope, subject: str, is_known: bool
) -> None:
    own = line({1}, 8, 12, scope, subject)
    place = (Flaw.HOURS_SUBJECT, "开放时间", 3, "对象编码", subject)
    assert problems_of(line({2}, 8, 12), own) == ([] if is_known else [place])


def test_hours_of_one_day_do_not_overlap_and_the_earlier_row_is_named() -> None:
    morning, long = line({1, 2}, 8, 12), line({2, 3}, 11, 13)
    assert problems_of(morning, line({3}, 11, 13)) == []
    assert problems_of(morning, replace(long, scope=Scope.WINDOW, subject="T1")) == []
    assert problems_of(morning, long) == [(Flaw.HOURS_OVERLAP, "开放时间", 3, "开始", "")]
    assert next(problems(line({5}, 8, 9), morning, long)).zh == "与第3行的时间重叠"
    # Each row is named once, with the first row that it overlaps.
    rows = [(p.row, p.zh) for p in problems(morning, morning, morning)]
    assert rows == [(3, "与第2行的时间重叠"), (4, "与第2行的时间重叠")]


def test_two_windows_may_have_the_same_hours() -> None:
    own = [line({1}, 8, 12, Scope.WINDOW, code) for code in ("T1", "T2")]
    assert problems_of(line({1}, 8, 12), *own) == []


def test_a_row_with_an_unreadable_cell_is_not_judged_further() -> None:
    reversed_line = line({1}, 12, 8)
    assert problems_of(line({1}, 8, 12), reversed_line, faulty=frozenset({3})) == []
    assert problems_of(reversed_line, faulty=frozenset({2})) == [], "it may be the hall's"


def test_a_hall_has_opening_hours() -> None:
    nothing = (Flaw.HOURS_NONE, "开放时间", 0, "", "")
    assert problems_of() == [nothing]
    assert problems_of(line({1}, 8, 12, Scope.WINDOW, "T1")) == [nothing]
