"""Numbers as they are read out: one table for the loudspeakers and for the kiosk's own voice."""

from __future__ import annotations

DIGITS_ZH = tuple("零一二三四五六七八九")
DIGITS_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def digits_zh(one: str = "一") -> tuple[str, ...]:
    """Return the words of 0 to 9; `one` says how 1 is read (一 or 幺)."""
    return (DIGITS_ZH[0], one, *DIGITS_ZH[2:])
