"""Clips of the hall's bank: the name of each and the text that is spoken for it.

A clip is named by its words. The longest clip that fits is used first (`devices.voice.clips`).
"""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase

from display.announcer import count_zh
from server.core.digit_words import DIGITS_EN, DIGITS_ZH

ROOMS = (("东厅", "East Room"), ("西厅", "West Room"), ("大厅", "Hall"))
"""Rooms as the bank was recorded. No announcement names one, so a renamed room needs no clip."""
WINDOWS = range(1, 100)
MID = "，"
"""Sign after a word that is not the last: the voice stays up, and no vowel is added before it."""
ENDS = {"四": "。", "九": "。"}
"""Digits that sound better with another sign.

After 四， a recogniser heard a five; 九， it heard doubled.
"""
DIGIT_SPEED = 1.0
"""Speed of the Mandarin digits: slower ones were heard doubled (`477` as `4177`)."""
BETTER = {"七号窗口": "七号，窗口", "九号窗口": "九号，窗口"}
"""Texts of windows that sound better otherwise: they were heard as 西 and 修."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: language, name, the text for the voice, and its speed, 0 for the voice's own."""

    lang: str
    name: str
    text: str
    speed: float = 0.0


def clips() -> list[Clip]:
    """Return all clips of the bank."""
    return [*_mandarin(), *_english()]


def _mandarin() -> list[Clip]:
    pairs = [("请", "请"), ("到", "到"), ("号到", "号，到"), ("号", "号"), ("号窗口", "号窗口")]
    pairs += [("窗口", "窗口"), ("十", "十，")]
    pairs += [(room, room) for room, _ in ROOMS]
    pairs += [(letter, letter + MID) for letter in ascii_uppercase]
    pairs += [(f"{digit}号到", f"{digit}号，到") for digit in (*DIGITS_ZH, "幺")]
    pairs += [(name, BETTER.get(name, name)) for n in WINDOWS for name in [f"{count_zh(n)}号窗口"]]
    digits = [Clip("zh", d, d + ENDS.get(d, MID), DIGIT_SPEED) for d in (*DIGITS_ZH, "幺")]
    return [*(Clip("zh", name, text) for name, text in pairs), *digits]


def _english() -> list[Clip]:
    pairs = [("Number", "Number"), ("please go to", "please go to"), ("window", "window")]
    pairs += [("please", "please"), ("go to", "go to")]
    pairs += [(room, room) for _, room in ROOMS]
    pairs += [(digit, f"{digit},") for digit in DIGITS_EN]
    pairs += [(letter, f"{letter},") for letter in ascii_uppercase]
    pairs += [(f"window {n}", f"window {n}.") for n in WINDOWS]
    return [Clip("en", name, text) for name, text in pairs]
