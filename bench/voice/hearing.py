"""Number and window in what a recogniser wrote down of an announcement.

A sign counts by its sound: whoever hears jiǔ in a ticket's number hears a nine, whether 九, 酒 or
旧 was written. A letter that was taken for digits is a letter not understood, and nothing else is
forgiven.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

SOUNDS = {
    "ling": "0",
    "yi": "1",
    "yao": "1",
    "er": "2",
    "san": "3",
    "si": "4",
    "shi": "十",
    "wu": "5",
    "liu": "6",
    "qi": "7",
    "ba": "8",
    "jiu": "9",
}
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ENGLISH = {word: str(digit) for digit, word in enumerate(WORDS)} | {"oh": "0", "o": "0"}
WINDOW = "窗床闯创传春穿川"
TEN = re.compile(r"([1-9])?十([1-9])?")


@dataclass(frozen=True, slots=True)
class Heard:
    """Letters, digits and window of an announcement, as they were understood."""

    letters: str
    digits: str
    window: str

    def number_is(self, digits: str) -> bool:
        """Return True if these digits were the last heard before the window."""
        return self.digits.endswith(digits)


def mandarin(text: str, sounds: Sequence[str]) -> Heard:
    """Return what a Chinese announcement was understood as; `sounds`: each sign's pinyin."""
    signs = "".join(
        SOUNDS.get(sound, sign) if "\u4e00" <= sign <= "\u9fff" else sign
        for sign, sound in zip(text, sounds, strict=True)
    )
    signs = re.sub(r"[\s，。！、,.\-]", "", signs)
    found = re.search(rf"(\d*十?\d*)[号好浩]?[{WINDOW}]", signs)
    head = signs[: found.start()] if found else signs
    window = TEN.sub(_counted, found[1]).lstrip("0") if found else ""
    # A lone ten before the window is the sound of a four: the two are near in many mouths.
    digits = "".join(re.findall(r"\d", head.replace("十", "4")))
    return Heard("".join(re.findall("[A-Z]", head.upper())), digits, window)


def _counted(found: re.Match[str]) -> str:
    tens, ones = found[1] or "1", found[2] or "0"
    return str(int(tens) * 10 + int(ones))


def english(text: str) -> Heard:
    """Return what an English announcement was understood as."""
    said = text.lower()
    head, _, tail = said.partition("window")
    window = "".join(re.findall(r"\d+", tail)[:1])
    for word, digit in ENGLISH.items():
        head = re.sub(rf"\b{word}\b", digit, head)
        if not window:
            found = re.search(rf"\b{word}\b", tail)
            window = digit if found else ""
    letters = "".join(re.findall(r"\b([a-z])", head.partition("number")[2]))[:1].upper()
    return Heard(letters, "".join(re.findall(r"\d", head)), window.lstrip("0"))
