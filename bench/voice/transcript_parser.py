"""Parser of a recogniser's text of an announcement: extracts number and window.

A Chinese character counts by its sound: jiǔ in a ticket's number is a nine, whether the text
has 九, 酒 or 旧. A letter that the recogniser wrote as digits is not understood, and nothing else
is forgiven.
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
    """Letters, digits and window of an announcement, as the recogniser understood them."""

    letters: str
    digits: str
    window: str

    def number_is(self, digits: str) -> bool:
        """Return True if these digits are the last ones before the window."""
        return self.digits.endswith(digits)


def mandarin(text: str, sounds: Sequence[str]) -> Heard:
    """Return the result for a Chinese announcement; `sounds` is the pinyin of each character."""
    signs = "".join(
        SOUNDS.get(sound, sign) if "\u4e00" <= sign <= "\u9fff" else sign
        for sign, sound in zip(text, sounds, strict=True)
    )
    signs = re.sub(r"[\s，。！、,.\-]", "", signs)
    match = re.search(rf"(\d*十?\d*)[号好浩]?[{WINDOW}]", signs)
    head = signs[: match.start()] if match else signs
    window = TEN.sub(_counted, match[1]).lstrip("0") if match else ""
    # A lone ten before the window stands for a four: 十 and 四 sound alike in many accents.
    digits = "".join(re.findall(r"\d", head.replace("十", "4")))
    return Heard("".join(re.findall("[A-Z]", head.upper())), digits, window)


def _counted(match: re.Match[str]) -> str:
    tens, ones = match[1] or "1", match[2] or "0"
    return str(int(tens) * 10 + int(ones))


def english(text: str) -> Heard:
    """Return the result for an English announcement."""
    words = text.lower()
    head, _, tail = words.partition("window")
    window = "".join(re.findall(r"\d+", tail)[:1])
    for word, digit in ENGLISH.items():
        head = re.sub(rf"\b{word}\b", digit, head)
        if not window:
            match = re.search(rf"\b{word}\b", tail)
            window = digit if match else ""
    letters = "".join(re.findall(r"\b([a-z])", head.partition("number")[2]))[:1].upper()
    return Heard(letters, "".join(re.findall(r"\d", head)), window.lstrip("0"))
