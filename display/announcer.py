"""Spoken announcement of a call: converts a call to parts in Mandarin, then English. Pure.

Numbers are read digit by digit, because a synthesiser reads `A012` as "A zero twelve" (HARDWARE A6
[RAN]). Window numbers are read as a number, as people say them.
"""

from __future__ import annotations

from typing import Any

from server.core import digit_words
from server.core.settings import Settings
from server.queue.settings import VoiceSettings


def digits_zh(number: str, reading_of_one: str = "一") -> str:
    """Return `A012` as `A零一二`, `AB012` as `A B零一二`; `reading_of_one` is 一 or 幺."""
    letters, digits = _split(number)
    words = digit_words.digits_zh(reading_of_one)
    return " ".join(letters) + "".join(words[int(char)] for char in digits)


def digits_en(number: str) -> str:
    """Return `A012` as `A, zero one two`, `AB012` as `A B, zero one two`."""
    letters, digits = _split(number)
    spoken = " ".join(digit_words.DIGITS_EN[int(char)] for char in digits)
    return f"{' '.join(letters)}, {spoken}" if letters else spoken


def _split(number: str) -> tuple[str, str]:
    """Split a ticket number into its letters, which are spoken singly, and its digits."""
    digits = "".join(c for c in number if c.isascii() and c.isdigit())
    return "".join(c for c in number if c not in digits), digits


def count_zh(number: int) -> str:
    """Return a window number (1..99) as it is spoken: 3 三, 10 十, 12 十二, 23 二十三."""
    tens, ones = divmod(number, 10)
    if number >= 100:
        return digits_zh(str(number))
    if tens == 0:
        return digit_words.DIGITS_ZH[ones]
    head = "" if tens == 1 else digit_words.DIGITS_ZH[tens]
    return f"{head}十{digit_words.DIGITS_ZH[ones] if ones else ''}"


def count_en(number: int) -> str:
    """Return a window number as it is spoken: 12, and 128 digit by digit."""
    return str(number) if number < 100 else digits_en(str(number))


def utterance(number: str, window: int, zone: str, settings: Settings) -> dict[str, Any]:
    """Return the payload of a `speak` task: `请A零一二号到三号窗口`, then the same in English.

    `short` is the text while many calls wait: `A零一二，三号窗口`.
    """
    digits, count = digits_zh(number, settings.of(VoiceSettings).voice_one), count_zh(window)
    texts = {
        "zh": f"请{digits}号到{count}号窗口",
        "en": f"Number {digits_en(number)}, please go to window {count_en(window)}.",
    }
    languages = [
        lang for lang in settings.of(VoiceSettings).voice_languages.split(",") if lang in texts
    ]
    return {
        "zone": zone,
        "parts": [{"lang": lang, "text": texts[lang]} for lang in languages],
        "short": {"lang": "zh", "text": f"{digits}，{count}号窗口"},
        "repeats": settings.of(VoiceSettings).voice_repeats,
        "volume": settings.of(VoiceSettings).voice_volume,
    }
