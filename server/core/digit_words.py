"""Words of digits as they are read out, for the loudspeakers and the kiosk's own voice."""

from __future__ import annotations

DIGITS_ZH = tuple("零一二三四五六七八九")
DIGITS_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def digits_zh(word_for_one: str = "一") -> tuple[str, ...]:
    """Return the words of 0 to 9; `word_for_one` is the word for 1 (一 or 幺)."""
    return (DIGITS_ZH[0], word_for_one, *DIGITS_ZH[2:])
