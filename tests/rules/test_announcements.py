"""Announcements: numbers and windows as the loudspeakers read them out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.announcer import count_en, count_zh, digits_en, digits_zh, utterance
from server.core.digit_words import DIGITS_ZH
from server.core.settings import Settings


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        ("A012", "A零一二", "A, zero one two"),
        ("AB012", "A B零一二", "A B, zero one two"),
        ("7", "七", "seven"),
    ],
)
def test_letters_are_spoken_singly(number: str, zh: str, en: str) -> None:
    assert digits_zh(number) == zh
    assert digits_en(number) == en


def test_the_hall_chooses_the_word_for_one() -> None:
    assert digits_zh("A112") == "A一一二"
    assert digits_zh("A112", "幺") == "A幺幺二"


@pytest.mark.parametrize(
    ("window", "zh", "en"),
    [
        (1, "一", "1"),
        (3, "三", "3"),
        (10, "十", "10"),
        (12, "十二", "12"),
        (20, "二十", "20"),
        (23, "二十三", "23"),
        (99, "九十九", "99"),
        (100, "一零零", "one zero zero"),
        (128, "一二八", "one two eight"),
    ],
)
def test_windows_are_counted_up_to_99_and_spelled_beyond(window: int, zh: str, en: str) -> None:
    assert (count_zh(window), count_en(window)) == (zh, en)


@given(st.integers(1, 99))
def test_a_window_number_that_is_heard_is_the_number_that_was_meant(window: int) -> None:
    tens, middle, ones = count_zh(window).partition("十")
    if not middle:
        tens, ones = "", tens
    heard = (DIGITS_ZH.index(tens) if tens else 1 if middle else 0) * 10
    assert heard + (DIGITS_ZH.index(ones) if ones else 0) == window


def test_an_announcement_says_number_and_window_in_both_languages() -> None:
    settings = Settings(voice_one="幺", voice_repeats=3, voice_volume=55)
    assert utterance("AB112", 12, "east", settings) == {
        "zone": "east",
        "parts": [
            {"lang": "zh", "text": "请A B幺幺二号到十二号窗口"},
            {"lang": "en", "text": "Number A B, one one two, please go to window 12."},
        ],
        "short": {"lang": "zh", "text": "A B幺幺二，十二号窗口"},
        "repeats": 3,
        "volume": 55,
    }


def test_a_hall_may_have_one_language_or_english_first() -> None:
    for languages in ("zh", "en,zh"):
        parts = utterance("A1", 1, "east", Settings(voice_languages=languages))["parts"]
        assert [part["lang"] for part in parts] == languages.split(",")
