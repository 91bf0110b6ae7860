"""Issuing rules: the document that is shown, entries that are late, the table of moves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.rules import FINAL, CaseMove, CaseWay, IdKind, masked_id, person_key
from server.catalogue.model import CaseMode, ItemKind
from server.core.workflow import Attempt
from server.core.working_days import Workdays
from server.issuing import exchange, workflow
from server.issuing.errors import LicenceCode
from server.issuing.exchange import Variant, codes
from server.issuing.rules import (
    AT_WINDOW,
    Entry,
    IdCheck,
    LicenceMove,
    Place,
    days_late,
    entry_counts,
    id_check,
    number_key,
    plain_number,
    shown_of,
)
from server.issuing.workflow import LICENCE

SECRET = b"secret"
NUMBER = "110105194912310029"
CARD = IdKind.ID_CARD
MASKED, KEY = masked_id(NUMBER), person_key(SECRET, CARD, NUMBER)
MONDAY = date(2026, 3, 2)
CALENDAR = Workdays().statutory()
EVERYTHING = (
    workflow.WORDS,
    workflow.SHELF,
    workflow.PAID,
    workflow.IDENTITY,
    workflow.RECEIVER,
    workflow.GRANTED,
    workflow.OPEN_ENTRY,
)


@pytest.mark.parametrize(
    ("number", "kind", "expected"),
    [
        (NUMBER, CARD, IdCheck.WHOLE),
        ("0029", CARD, IdCheck.TAIL),
        ("0028", CARD, None),
        ("110105194912310037", CARD, None),
        (NUMBER, IdKind.OTHER, None),
        ("0029", IdKind.OTHER, None),
    ],
)
def test_a_document_is_compared_by_its_hash_or_its_end(
    number: str, kind: IdKind, expected: IdCheck | None
) -> None:
    assert id_check(shown_of(SECRET, kind, number), CARD, MASKED, KEY) is expected


def test_of_a_document_only_the_end_and_the_hash_are_kept() -> None:
    shown = shown_of(SECRET, CARD, NUMBER)
    assert (shown.length, shown.tail, shown.key) == (18, "29", KEY)


def test_a_case_without_a_number_takes_any_document_that_is_shown() -> None:
    assert id_check(shown_of(SECRET, CARD, "0029"), CARD, "", "") is IdCheck.SHOWN
    assert id_check(shown_of(SECRET, CARD, "29"), CARD, "", "") is None


def test_a_number_is_one_whatever_its_width_and_spaces() -> None:
    assert number_key("tax", "ＪＹ 01", 0) == number_key("tax", "jy01", 0)
    assert plain_number(" jy 01 ") == "JY01"
    assert number_key("tax", "JY01", 0) != number_key("tax", "JY01", 1)
    assert number_key("tax", "JY01", 0) != number_key("fire", "JY01", 0)


@pytest.mark.parametrize(
    ("entered", "allowed", "late"),
    [
        (date(2026, 3, 2), 0, 0),
        (date(2026, 3, 3), 0, 1),
        (date(2026, 3, 5), 3, 0),
        (date(2026, 3, 6), 3, 1),
        (date(2026, 3, 8), 3, 1),  # a Sunday adds nothing to the Friday
        (date(2026, 3, 9), 3, 2),
        (None, 3, 4),
    ],
)
def test_days_late_are_working_days_after_the_allowed_ones(
    entered: date | None, allowed: int, late: int
) -> None:
    assert days_late(Entry(MONDAY, entered), allowed, date(2026, 3, 11), CALENDAR) == late


def test_what_is_entered_after_the_day_is_not_entered_on_it() -> None:
    entries = [Entry(MONDAY, date(2026, 3, 3)), Entry(MONDAY, date(2026, 3, 20))]
    counts = entry_counts(entries, 3, date(2026, 3, 9), CALENDAR)
    assert (counts.issued, counts.entered, counts.late, counts.days_late) == (2, 1, 1, 2)
    assert entry_counts([], 3, MONDAY, CALENDAR).issued == 0
    friday = date(2026, 3, 6)
    one_late = entry_counts([Entry(MONDAY, friday)], 3, friday, CALENDAR)
    assert (one_late.entered, one_late.late, one_late.days_late) == (1, 1, 1)


@given(st.integers(0, 40), st.integers(0, 10), st.integers(0, 60))
def test_waiting_never_makes_an_entry_earlier(entered: int, allowed: int, today: int) -> None:
    day = MONDAY + timedelta(days=today)
    first = days_late(Entry(MONDAY, None), allowed, day, CALENDAR)
    later = days_late(Entry(MONDAY, None), allowed, day + timedelta(days=1), CALENDAR)
    assert 0 <= first <= later
    entry = Entry(MONDAY, MONDAY + timedelta(days=entered))
    assert days_late(entry, allowed, day, CALENDAR) <= first


def attempt(place: Place, role: str, **earlier: tuple[str, ...]) -> Attempt[Place]:
    """Return an attempt with everything that a move needs."""
    parts = {name.replace("_", " "): people for name, people in earlier.items()}
    return Attempt(place, "1", lambda each: each == role, parts, EVERYTHING)


def test_a_licence_leaves_only_from_the_window() -> None:
    for move in (LicenceMove.HAND, LicenceMove.POST):
        sources = {p for p in Place if LICENCE.allows(move, attempt(p, workflow.ISSUER))}
        assert sources == AT_WINDOW
        assert not LICENCE.allows(move, attempt(Place.SHELVED, workflow.OFFICE))


@pytest.mark.parametrize(
    ("without", "code"),
    [
        (workflow.GRANTED, LicenceCode.LICENCE_CASE),
        (workflow.PAID, LicenceCode.LICENCE_DUES),
        (workflow.IDENTITY, LicenceCode.LICENCE_IDENTITY),
        (workflow.RECEIVER, LicenceCode.LICENCE_RECEIVER),
    ],
)
def test_a_hand_out_needs_the_grant_the_money_the_person_and_a_signature(
    without: str, code: LicenceCode
) -> None:
    given_names = [name for name in EVERYTHING if name != without]
    tried = Attempt(Place.SHELVED, "1", lambda role: role == workflow.ISSUER, given=given_names)
    error = LICENCE.error(LicenceMove.HAND, tried)
    assert error is not None
    assert error.code is code


def test_a_request_and_its_consent_are_of_two_people() -> None:
    move = LicenceMove.MAKE_VOID
    assert not LICENCE.allows(move, attempt(Place.SHELVED, workflow.OFFICE))
    assert not LICENCE.allows(move, attempt(Place.SHELVED, workflow.OFFICE, void_asker=("1",)))
    assert LICENCE.allows(move, attempt(Place.SHELVED, workflow.OFFICE, void_asker=("2",)))


def test_every_value_of_the_hall_has_a_code_in_the_exchange_file() -> None:
    table = codes()
    assert set(table["item_kind"]) == {kind.value for kind in ItemKind}
    assert set(table["applicant"]) == {kind.value for kind in IdKind}
    assert set(table["way"]) == {way.value for way in CaseWay}
    assert set(table["mode"]) == {mode.value for mode in CaseMode}
    assert set(table["action"]) == {move.value for move in CaseMove}
    ends = {state.value for state in FINAL} - {"decided"} | {"licence", "granted", "refused"}
    assert {variant: set(table["finish"][variant]) for variant in Variant} == dict.fromkeys(
        Variant, ends
    )
    assert exchange.LENGTHS["project_no"] == 50
