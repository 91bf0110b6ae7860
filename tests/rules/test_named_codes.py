"""Rule: which settings name what the workbook does not have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.catalogue.named_codes import (
    LostCodes,
    Named,
    lost,
    missing,
    require_known,
    require_values_known,
)
from server.core.errors import CommonCode, HallError
from server.core.settings import Settings, Value
from support.halls import catalogue

HALL = catalogue()
CODES = st.sampled_from(
    [
        *HALL.item_by,
        *HALL.unit_by,
        *HALL.window_by,
        *HALL.zone_by,
        *HALL.staff_by,
        "elderly",
        "ordinary",
        "nothing",
    ]
)


@given(st.sampled_from(Named), st.lists(CODES))
def test_a_code_is_missing_or_names_one_entry_of_its_kind(kind: Named, codes: list[str]) -> None:
    unknown = missing(HALL, kind, codes)
    assert unknown == [code for code in dict.fromkeys(codes) if code in unknown]
    assert "nothing" not in codes or "nothing" in unknown
    entries = {
        Named.ITEM: HALL.item_by,
        Named.PRIORITY: HALL.class_by,
        Named.SITE: HALL.site_by,
        Named.STAFF: HALL.staff_by,
        Named.UNIT: HALL.unit_by,
        Named.WINDOW: HALL.window_by,
        Named.ZONE: HALL.zone_by,
    }[kind]
    assert all(code in entries for code in codes if code not in unknown)
    if kind not in (Named.ITEM, Named.PRIORITY):
        assert not set(unknown) & entries.keys()


def test_items_of_units_elsewhere_and_ordinary_people_are_missing() -> None:
    assert missing(HALL, Named.ITEM, ["old-1", "tax-1"]) == ["old-1"]
    assert missing(HALL, Named.PRIORITY, ["ordinary", "elderly"]) == ["ordinary"]


def test_an_item_of_a_unit_that_left_the_hall_names_nothing() -> None:
    assert missing(HALL, Named.ITEM, ["tobacco-1", "cars-1", "tax-1"]) == ["tobacco-1", "cars-1"]


def test_a_code_that_the_workbook_does_not_have_is_refused_with_its_kind() -> None:
    require_known(HALL, Named.WINDOW, ["T1", "G1"])
    with pytest.raises(HallError) as caught:
        require_known(HALL, Named.WINDOW, ["X9", "T1", "X8", "X9"])
    assert caught.value.code is CommonCode.NOT_IN_WORKBOOK
    assert caught.value.data == {"kind": "window", "codes": ["X9", "X8"]}


def test_new_values_of_settings_name_what_the_workbook_has() -> None:
    good: dict[str, Value] = {
        "undo_seconds": 3,
        "head_staff": "",
        "item_quotas": "tax-1 09:00-10:00 3",
    }
    require_values_known(HALL, good)
    with pytest.raises(HallError) as caught:
        require_values_known(HALL, good | {"item_quotas": "gone 09:00-10:00 3"})
    assert caught.value.data == {"kind": "item", "codes": ["gone"]}


def test_only_values_of_the_hall_are_lost() -> None:
    assert lost(HALL, Settings()) == []
    text = "tax-1 09:00-10:00 3; gone 09:00-10:00 3; gone 10:00-11:00 3"
    settings = Settings(item_quotas=text, head_staff="9", undo_seconds=3)
    assert lost(HALL, settings) == [
        LostCodes("item_quotas", Named.ITEM, ("gone",)),
        LostCodes("head_staff", Named.STAFF, ("9",)),
    ]
