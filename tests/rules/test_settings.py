"""Settings and refusals: bounds, choices and forms of values, sentences of error codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from server.core.digit_words import digits_zh
from server.core.errors import CommonCode, HallError, Refusal
from server.core.half_width import half_width
from server.core.settings import (
    CalendarSettings,
    Declaration,
    GeneralSettings,
    Settings,
    bounds,
    choices,
    declared,
    groups,
    is_printable,
    setting,
    with_values,
)

FIGURE = Declaration("数", "Figure", "", low=2, high=5)
CHOICE = Declaration("选", "Choice", "", choices={"b": ("乙", "B"), "a": ("甲", "A")})
FORM = Declaration("文", "Text", "", is_valid=str.isupper)


def refusal(declaration: Declaration, value: int | str) -> dict[str, Any]:
    """Return the data of the refusal of a value."""
    with pytest.raises(HallError) as caught:
        declaration.require_valid("speed", value)
    assert caught.value.code is CommonCode.SETTING_INVALID
    return caught.value.data


def test_a_figure_keeps_its_bounds() -> None:
    for value in (2, 5):
        FIGURE.require_valid("speed", value)
    for value in (1, 6):
        assert refusal(FIGURE, value) == {"name": "speed", "low": 2, "high": 5}


@pytest.mark.parametrize(("low", "high"), [(None, 5), (2, None), (None, None)])
def test_a_figure_without_both_bounds_is_free(low: int | None, high: int | None) -> None:
    for value in (-100, 100):
        Declaration("数", "Figure", "", low=low, high=high).require_valid("speed", value)


def test_a_choice_is_one_of_its_texts() -> None:
    CHOICE.require_valid("speed", "a")
    assert refusal(CHOICE, "c") == {"name": "speed", "choices": ["a", "b"]}


def test_a_text_is_at_most_two_hundred_characters_long() -> None:
    Declaration("文", "Text", "").require_valid("speed", "字" * 200)
    data = {"name": "speed", "high": 200}
    assert refusal(Declaration("文", "Text", ""), "字" * 201) == data


def test_a_text_with_a_form_keeps_it() -> None:
    FORM.require_valid("speed", "ABC")
    assert refusal(FORM, "abc") == {"name": "speed"}


@pytest.mark.parametrize("values", [{"speed": 1}, {"makeup_weekday": "1"}, {"timezone": 8}])
def test_an_unknown_name_or_another_type_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(HallError) as caught:
        with_values(Settings(), values)
    assert caught.value.code is CommonCode.SETTING_INVALID
    assert caught.value.data == {"name": next(iter(values))}


def test_a_bound_is_checked_for_the_setting_by_its_name() -> None:
    with pytest.raises(HallError) as caught:
        with_values(Settings(), {"makeup_weekday": 6})
    assert caught.value.data == {"name": "makeup_weekday", "low": 1, "high": 5}


def test_new_values_replace_old_ones_and_leave_the_rest() -> None:
    first = with_values(Settings(), {"makeup_weekday": 3})
    second = with_values(first, {"calendar_warn_month": 9})
    calendar = second.of(CalendarSettings)
    assert (calendar.makeup_weekday, calendar.calendar_warn_month) == (3, 9)
    assert first.of(CalendarSettings).calendar_warn_month == 11
    assert second.values() == Settings().values() | {"makeup_weekday": 3, "calendar_warn_month": 9}


def test_settings_with_equal_values_are_equal() -> None:
    assert Settings(makeup_weekday=3) == Settings(makeup_weekday=3)
    assert hash(Settings(makeup_weekday=3)) == hash(Settings(makeup_weekday=3))
    assert Settings(makeup_weekday=3) != Settings()
    assert Settings() != Settings().values()


def test_every_setting_is_declared_once_with_its_bounds_and_choices() -> None:
    assert {type(Settings().of(group)) for group in groups()} == set(groups())
    places = [group.SECTION.place for group in groups()]
    assert places == sorted(places)
    assert groups()[-1] is GeneralSettings
    entry = declared()["makeup_weekday"]
    assert (entry.group, entry.default, entry.declaration.low) == (CalendarSettings, 1, 1)
    assert bounds()["makeup_weekday"] == (1, 5)
    assert "timezone" not in bounds()
    assert set(choices()["voice_one"]) == {"一", "幺"}
    assert "timezone" not in choices()


def test_a_field_of_a_group_has_its_declaration() -> None:
    made = setting(3, "数", "Figure", "about", low=1, high=4)
    assert made.default == 3
    assert made.metadata["declaration"] == Declaration("数", "Figure", "about", low=1, high=4)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("好 ok", True), ("a\nb", False), ("a\x00", False), ("\ud800", False), (5, True), ("", True)],
)
def test_a_text_with_control_characters_cannot_be_printed(value: Any, expected: bool) -> None:
    assert is_printable(value) is expected


# Refusals

PLAIN = Refusal(409, "一般", "general")
BY_STATE = Refusal(409, "一般", "general", by="state", cases={"5": ("五", "five")})


def test_a_refusal_without_cases_has_one_sentence() -> None:
    assert PLAIN.texts({"state": 5}) == ("一般", "general")


def test_a_fact_decides_the_sentence_by_its_text() -> None:
    assert BY_STATE.texts({"state": 5}) == ("五", "five")
    for data in ({"state": 6}, {}):
        assert BY_STATE.texts(data) == ("一般", "general")


def test_a_function_of_all_facts_decides_before_a_single_one() -> None:
    def sentences(data: Mapping[str, Any]) -> tuple[str, str] | None:
        return ("多", "many") if data.get("n", 0) > 1 else None

    refusal_of_many = Refusal(
        409, "一般", "general", by="state", cases={"5": ("五", "five")}, sentences=sentences
    )
    assert refusal_of_many.texts({"n": 2, "state": 5}) == ("多", "many")
    assert refusal_of_many.texts({"n": 1, "state": 5}) == ("五", "five")
    assert refusal_of_many.texts({"n": 1}) == ("一般", "general")


def test_an_error_shows_its_code_and_its_facts() -> None:
    error = HallError(CommonCode.INVALID, field="day")
    assert str(error) == "invalid"
    assert repr(error) == "HallError('invalid', {'field': 'day'})"


# Texts


def test_digits_are_read_with_the_halls_word_for_one() -> None:
    assert "".join(digits_zh()) == "零一二三四五六七八九"
    assert "".join(digits_zh("幺")) == "零幺二三四五六七八九"


def test_full_width_codes_are_converted_and_names_stay() -> None:
    assert half_width("Ａｚ０９．－＿／：，张") == "Az09.-_/:，张"
