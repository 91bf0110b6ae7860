"""Quotas of items: their notation, the slot that holds, and when the next places open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from server.catalogue.model import OpenLine, Scope
from server.core.settings import Settings
from server.queue.quota_notation import Quota, is_quotas, items_of, parse
from server.queue.quota_rules import opens_again, quota_at
from support.halls import MONDAY, catalogue

HALL = catalogue()
SETTINGS = Settings(last_ticket_minutes=15, break_ticket_minutes=15)
NINE = Quota("tax-1", time(9), time(10), 20)
TEXT = "tax-1 09:00-10:00 20；tax-1 10:00-11:00 0; tax-2 9:00 - 9:30 5"


def at(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(MONDAY, time(hour, minute))


def test_quotas_are_read_in_either_punctuation() -> None:
    assert parse(TEXT) == (
        NINE,
        Quota("tax-1", time(10), time(11), 0),
        Quota("tax-2", time(9), time(9, 30), 5),
    )
    assert parse(" ;\n") == ()


@pytest.mark.parametrize(
    "text",
    ["tax-1", "tax-1 9-10 20", "tax-1 10:00-09:00 5", "a 09:00-09:00 1", "a 25:00-26:00 1", "a b"],
)
def test_a_malformed_quota_is_refused(text: str) -> None:
    assert not is_quotas(text)
    assert is_quotas(TEXT)
    assert is_quotas("")


def test_the_items_that_have_a_quota() -> None:
    assert items_of(TEXT) == ["tax-1", "tax-1", "tax-2"]
    assert items_of("") == []


def test_a_slot_begins_and_ends_at_any_minute() -> None:
    assert parse("tax-1 9:15—10:45 7") == (Quota("tax-1", time(9, 15), time(10, 45), 7),)


def test_a_slot_holds_from_its_first_minute_to_before_its_last() -> None:
    assert quota_at(TEXT, "tax-1", at(9)) == NINE
    assert quota_at(TEXT, "tax-1", at(9, 59)) == NINE
    assert quota_at(TEXT, "tax-1", at(8, 59)) is None
    assert quota_at(TEXT, "tax-1", at(11)) is None
    assert quota_at(TEXT, "build-1", at(9)) is None


def again(text: str, quota: Quota, now: datetime) -> datetime | None:
    return opens_again(HALL, SETTINGS, text, quota, now)


def test_the_next_places_open_with_the_next_slot_that_has_any() -> None:
    assert again("tax-1 09:00-10:00 20", NINE, at(9, 30)) == at(10)
    assert again(TEXT, NINE, at(9, 30)) == at(11)


def test_after_a_slot_until_a_break_or_the_evening_the_next_opening_is_told() -> None:
    noon = Quota("tax-1", time(9), time(12), 20)
    assert again("", noon, at(11)) == at(14, 30)
    early = Settings(break_ticket_minutes=240)
    assert opens_again(HALL, early, "", noon, at(11)) == at(12), "numbers are given in the break"
    last = Quota("tax-1", time(9), time(11, 46), 20)
    assert again("", last, at(11)) == at(14, 30), "no numbers shortly before closing"
    assert again("", Quota("tax-1", time(9), time(11, 45), 20), at(11)) == at(11, 45)
    evening = Quota("tax-1", time(14), time(18), 20)
    assert again("", evening, at(15)) == at(8, 30) + timedelta(days=1)


def test_the_places_of_an_item_with_hours_of_its_own_open_within_them() -> None:
    own = OpenLine(Scope.ITEM, "tax-1", frozenset({1, 3}), time(9), time(10))
    hall = replace(HALL, hours=(*HALL.hours, own))
    assert opens_again(hall, SETTINGS, "", NINE, at(9, 30)) == at(9) + timedelta(days=2)


def test_an_item_without_a_window_has_no_next_places() -> None:
    assert again("", Quota("lapsed-1", time(9), time(10), 1), at(9)) is None
