"""Spoken numbers: the kiosk's page and the loudspeakers use one table."""

from __future__ import annotations

import pytest

from display.announcer import count_en, count_zh, digits_en, digits_zh, utterance
from kiosk import views
from server.core.settings import Settings
from server.queue import snapshot
from support.web import Web


@pytest.mark.parametrize("digit_one", ["一", "幺"])
def test_the_kiosk_reads_digits_as_the_loudspeakers_do(web: Web, digit_one: str) -> None:
    web.small.configure(voice_one=digit_one)
    printer = views.printer_view(None, {})
    words = views.kiosk_state(snapshot.take(web.small.ctx), "1", printer, {}, None).digits
    assert "".join(words[int(char)] for char in "0123456789") == digits_zh("0123456789", digit_one)
    assert words[1] == digit_one


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


def test_windows_are_counted_up_to_99_and_spelled_beyond() -> None:
    assert [count_zh(n) for n in (3, 10, 12, 20, 23, 128)] == [
        *("三", "十", "十二", "二十", "二十三", "一二八"),
    ]
    assert [count_en(n) for n in (3, 99, 128)] == ["3", "99", "one two eight"]


def test_an_announcement_says_number_and_window_in_both_languages() -> None:
    announcement = utterance("AB112", 12, "east", Settings(voice_one="幺"))
    assert announcement["short"] == {"lang": "zh", "text": "A B幺幺二，十二号窗口"}
    parts = announcement["parts"]
    assert [part["text"] for part in parts] == [
        "请A B幺幺二号到十二号窗口",
        "Number A B, one one two, please go to window 12.",
    ]
