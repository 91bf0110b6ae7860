"""Number and window in the transcript of a speech recogniser."""

from __future__ import annotations

import pytest

from bench.voice.transcript_parser import Heard, english, mandarin

SOUNDS = {
    "请": "qing",
    "爱": "ai",
    "酒": "jiu",
    "流": "liu",
    "四": "si",
    "十": "shi",
    "一": "yi",
    "二": "er",
    "三": "san",
    "零": "ling",
    "幺": "yao",
    "号": "hao",
    "到": "dao",
    "窗": "chuang",
    "口": "kou",
    "春": "chun",
}


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("请A012号到3号窗口。", Heard("A", "012", "3")),
        ("请A 零幺二号,到二十三号窗口", Heard("A", "012", "23")),
        ("请爱酒流一号到十号春口", Heard("", "961", "10")),
        ("请A四一二号到十二号窗口", Heard("A", "412", "12")),
        ("请W-0-4-5-7号到18号窗口", Heard("W", "0457", "18")),
        ("请请请", Heard("", "", "")),
    ],
)
def test_characters_count_by_their_sound(text: str, heard: Heard) -> None:
    assert mandarin(text, [SOUNDS.get(sign, sign) for sign in text]) == heard


def test_a_letter_heard_as_a_digit_is_harmless_but_a_doubled_digit_is_not() -> None:
    assert Heard("", "1583", "28").number_is("583")
    assert not Heard("C", "4550", "22").number_is("450")
    assert not Heard("C", "45", "22").number_is("450")


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("Number A, zero one two, please go to window 23.", Heard("A", "012", "23")),
        ("Number B, 012. Please go to window three.", Heard("B", "012", "3")),
        ("Thank you.", Heard("", "", "")),
    ],
)
def test_english_counts_digits_and_words(text: str, heard: Heard) -> None:
    assert english(text) == heard
