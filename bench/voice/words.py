"""Every clip of the hall's bank: its name and the text that is spoken for it.

A clip is named by what it says, and the longest that fits is taken first (`devices.voice.clips`).
"""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase

from display.announcer import count_zh
from server.domain.reading import DIGITS_EN, DIGITS_ZH

ROOMS = (("东厅", "East Room"), ("西厅", "West Room"), ("大厅", "Hall"))
"""The rooms of the reference hall, and the whole."""
WINDOWS = range(1, 100)
MID = "，"
"""After a word that is not the last: the voice stays up, and no vowel is put before it."""
ENDS = {"四": "。", "九": "。"}
"""Digits said better otherwise: after 四， a recogniser heard a five, and 九， it doubled."""
ALONE = "一"
"""The digit that is not one clip with what follows: it was heard as 有."""
BETTER = {"七号窗口": "七号，窗口", "九号窗口": "九号，窗口"}
"""Windows likewise: heard as 西 and 修."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: language, name, and the text that the voice is given for it."""

    lang: str
    name: str
    text: str


def clips() -> list[Clip]:
    """Return the whole bank's clips."""
    return [*_mandarin(), *_english()]


def _mandarin() -> list[Clip]:
    found = [("请", "请"), ("到", "到"), ("号到", "号，到"), ("号", "号"), ("号窗口", "号窗口")]
    found += [("窗口", "窗口"), ("十", "十，")]
    found += [(room, room) for room, _ in ROOMS]
    found += [(digit, digit + ENDS.get(digit, MID)) for digit in (*DIGITS_ZH, "幺")]
    found += [(letter, letter + MID) for letter in ascii_uppercase]
    found += [(f"{digit}号到", f"{digit}号，到") for digit in (*DIGITS_ZH, "幺") if digit != ALONE]
    found += [(name, BETTER.get(name, name)) for n in WINDOWS for name in [f"{count_zh(n)}号窗口"]]
    return [Clip("zh", name, text) for name, text in found]


def _english() -> list[Clip]:
    found = [("Number", "Number"), ("please go to", "please go to"), ("window", "window")]
    found += [("please", "please"), ("go to", "go to")]
    found += [(room, room) for _, room in ROOMS]
    found += [(digit, f"{digit},") for digit in DIGITS_EN]
    found += [(letter, f"{letter},") for letter in ascii_uppercase]
    found += [(f"window {n}", f"window {n}.") for n in WINDOWS]
    return [Clip("en", name, text) for name, text in found]
