"""What an item is found by at the kiosk: its words, their pinyin and the pinyin's initials.

The page gets the keys with the catalogue and matches locally, so that search needs no request.
A character with several readings is read as its phrase says (银行 yinhang, 执行 zhixing); its
other everyday readings get keys too, for phrases that no dictionary knows. Ranking and matching
are the page's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from server.domain.catalogue import Item

MAX_READINGS = 6
"""Readings of one text at most: the likely one, then those with one character read otherwise."""

EVERYDAY: dict[str, tuple[str, ...]] = {
    "传": ("chuan", "zhuan"),
    "会": ("hui", "kuai"),
    "参": ("can", "shen"),
    "单": ("dan", "shan"),
    "厦": ("sha", "xia"),
    "卡": ("ka", "qia"),
    "差": ("cha", "chai"),
    "弹": ("dan", "tan"),
    "朝": ("chao", "zhao"),
    "校": ("xiao", "jiao"),
    "泊": ("bo", "po"),
    "率": ("lv", "shuai"),
    "系": ("xi", "ji"),
    "给": ("gei", "ji"),
    "薄": ("bao", "bo"),
    "血": ("xue", "xie"),
    "行": ("xing", "hang"),
    "角": ("jiao", "jue"),
    "解": ("jie", "xie"),
    "调": ("diao", "tiao"),
    "车": ("che", "ju"),
    "还": ("huan", "hai"),
    "都": ("dou", "du"),
    "重": ("zhong", "chong"),
    "长": ("chang", "zhang"),
    "降": ("jiang", "xiang"),
    "省": ("sheng", "xing"),
    "乐": ("le", "yue"),
    "宿": ("su", "xiu"),
    "粘": ("zhan", "nian"),
    "属": ("shu", "zhu"),
    "藏": ("cang", "zang"),
}
"""Characters that people read in more than one way every day, without tones."""


def search_keys(item: Item) -> tuple[str, ...]:
    """Keys of an item, lower case and without repeats.

    They are the pinyin (without tones, unbroken) and the initials of its name and keywords, the
    keywords themselves and the English name. The Chinese name is the item's own.
    """
    found = [*keys_of(item.name), item.name_en.lower()]
    for word in item.keywords:
        found += [word.lower(), *keys_of(word)]
    return tuple(dict.fromkeys(key for key in found if key))


@lru_cache(maxsize=8192)
def keys_of(text: str) -> tuple[str, ...]:
    """Pinyin and initials of a text; letters and digits in it stay, marks go.

    >>> keys_of("银行业")
    ('yinhangye', 'yhy', 'yinxingye', 'yxy')
    """
    found: list[str] = []
    for readings in _readings("".join(c for c in text if c.isalnum())):
        found.append("".join(readings))
        found.append("".join(reading[:1] for reading in readings))
    return tuple(dict.fromkeys(key for key in found if key))


def _readings(plain: str) -> Iterator[Sequence[str]]:
    """A syllable or letter for each character: as the phrases say, then one read otherwise."""
    likely = _likely(plain)
    yield likely
    count = 1
    for place, character in enumerate(plain):
        for other in _others(character, likely[place]):
            if count == MAX_READINGS:
                return
            yield [*likely[:place], other, *likely[place + 1 :]]
            count += 1


def _likely(plain: str) -> list[str]:
    from pypinyin import Style, pinyin  # noqa: PLC0415 - half a second, at the first catalogue

    likely: list[str] = []
    for found in pinyin(plain, style=Style.NORMAL):
        # What has no pinyin comes back as it was, whole runs of it; readings and characters
        # must stay side by side.
        as_it_was = plain.startswith(found[0], len(likely))
        likely += [_typed(part) for part in (found[0] if as_it_was else found[:1])]
    return likely


def _typed(reading: str) -> str:
    """A reading as people type it, ü as v; empty for a character without one."""
    lower = reading.lower().replace("ü", "v")
    return lower if lower.isascii() else ""


def _others(character: str, likely: str) -> Iterator[str]:
    for reading in EVERYDAY.get(character, ()):
        if reading != likely:
            yield reading
    # Some people type lu and nu for lü and nü.
    if likely[:2] in ("lv", "nv"):
        yield likely.replace("v", "u", 1)
