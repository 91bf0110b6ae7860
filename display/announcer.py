"""What a call sounds like: pure shaping of a call into spoken parts, Mandarin then English.

Numbers are read digit by digit: a synthesiser reads `A012` as "A zero twelve" otherwise
(HARDWARE A6 [RAN]). Window numbers are read as a number, as people say them.
"""

from __future__ import annotations

from typing import Any

from server.domain.settings import Settings

_ZH = "零一二三四五六七八九"
_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def digits_zh(number: str, one: str = "一") -> str:
    """`A012` as `A零一二`; `one` says how 1 is read (一 or 幺)."""
    return "".join(
        (one if char == "1" else _ZH[int(char)]) if char.isascii() and char.isdigit() else char
        for char in number
    )


def digits_en(number: str) -> str:
    """`A012` as `A, zero one two`."""
    letters = "".join(c for c in number if not c.isdigit())
    spoken = " ".join(_EN[int(c)] for c in number if c.isascii() and c.isdigit())
    return f"{letters}, {spoken}" if letters else spoken


def count_zh(number: int) -> str:
    """A window number (1..99) as it is said: 3 三, 10 十, 12 十二, 23 二十三."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return digits_zh(str(number))
    if tens == 0:
        return _ZH[ones]
    head = "" if tens == 1 else _ZH[tens]
    return f"{head}十{_ZH[ones] if ones else ''}"


def utterance(number: str, window: int, zone: str, settings: Settings) -> dict[str, Any]:
    """The payload of a `speak` task: `请A零一二号到三号窗口`, then the same in English."""
    said = {
        "zh": f"请{digits_zh(number, settings.voice_one)}号到{count_zh(window)}号窗口",
        "en": f"Number {digits_en(number)}, please go to window {window}.",
    }
    languages = [lang for lang in settings.voice_languages.split(",") if lang in said]
    return {
        "zone": zone,
        "parts": [{"lang": lang, "text": said[lang]} for lang in languages],
        "repeats": settings.voice_repeats,
        "volume": settings.voice_volume,
    }
