"""Approval by silence: which scheme covers a case, and from which moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from server.catalogue.hours import Span
from server.catalogue.model import Handling, Item, ItemKind
from server.tacit_approval.rules import Scheme, SchemeLimit, covering, end_of, is_barred

LEGAL, PROMISED = SchemeLimit.LEGAL, SchemeLimit.PROMISED
ITEM = Item(
    "a-1", "a", "", "事项", "Item", ItemKind.APPROVAL, Handling.ACCEPTED, (), "", 5, 20, "", 10
)
MONDAY = date(2026, 3, 2)
SCHEME = Scheme("S1", frozenset({"a-1"}), LEGAL, MONDAY, date(2026, 3, 31), since=100, until=200)


class Hours:
    """Opening hours of the tests: two spans on working days, none at the weekend."""

    def spans(self, day: date) -> tuple[Span, ...]:
        if day.isoweekday() > 5:
            return ()
        if day.isoweekday() == 5:
            return (Span(time(9), time(12)),)
        return (Span(time(9), time(12)), Span(time(14), time(17, 30)))


def covers(item: Item = ITEM, accepted: date = MONDAY, end: int = 150, *more: Scheme) -> str:
    scheme = covering([SCHEME, *more], [item], accepted, LEGAL, end)
    return scheme.id if scheme else ""


def test_silence_counts_from_the_close_of_the_last_day() -> None:
    assert end_of(MONDAY, Hours()) == datetime.combine(MONDAY, time(17, 30))
    assert end_of(date(2026, 3, 6), Hours()) == datetime.combine(date(2026, 3, 6), time(12))
    assert end_of(date(2026, 3, 7), Hours()) == datetime.combine(date(2026, 3, 8), time())


def test_hazards_and_rights_of_others_bar_it_in_any_version() -> None:
    assert not is_barred(ITEM)
    for bar in ("hazard", "third_party"):
        barred = replace(ITEM, **{bar: True})  # type: ignore[arg-type]
        assert is_barred(barred)
        assert covering([SCHEME], [ITEM, barred], MONDAY, LEGAL, 150) is None


@pytest.mark.parametrize(
    ("accepted", "end", "covered"),
    [
        (MONDAY, 150, True),
        (date(2026, 3, 1), 150, False),  # before its first day
        (date(2026, 3, 31), 150, True),
        (date(2026, 4, 1), 150, False),  # after its last day
        (MONDAY, 99, False),  # signed afterwards
        (MONDAY, 100, True),
        (MONDAY, 199, True),
        (MONDAY, 200, False),  # withdrawn before
    ],
)
def test_the_scheme_covers_the_day_and_the_moment(accepted: date, end: int, covered: bool) -> None:
    assert bool(covers(ITEM, accepted, end)) is covered


def test_a_scheme_without_ends_covers_whatever_comes_later() -> None:
    endless = replace(SCHEME, last=None, until=None)
    assert covering([endless], [ITEM], date(2099, 1, 1), LEGAL, 10**15) is endless


def test_only_its_items_and_its_limit() -> None:
    assert covering([SCHEME], [replace(ITEM, code="a-2")], MONDAY, LEGAL, 150) is None
    assert covering([SCHEME], [ITEM], MONDAY, PROMISED, 150) is None
    assert covering([], [ITEM], MONDAY, LEGAL, 150) is None


def test_of_several_schemes_the_first_signed_counts() -> None:
    earlier, same = replace(SCHEME, id="S9", since=90), replace(SCHEME, id="S0")
    assert covers(ITEM, MONDAY, 150, earlier, same) == "S9"
    assert covers(ITEM, MONDAY, 150, same) == "S0"
