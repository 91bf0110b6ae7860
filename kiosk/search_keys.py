"""Search keys of kiosk items: their words, pinyin and pinyin initials.

The page receives the keys with the catalogue and matches locally, so that search needs no
request. A character with several readings is read as its phrase requires (银行 yinhang, 执行
zhixing). Its other common readings get keys too, for phrases missing in the dictionary. The
page ranks and matches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from server.catalogue.model import Item

MAX_READINGS = 6
"""Maximum number of readings of one text: the likely one, then variants of one character."""

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
"""Characters with more than one common reading, without tones."""


def search_keys(item: Item) -> tuple[str, ...]:
    """Return the keys of an item, lower case and without repeats.

    They are the pinyin (without tones, unbroken) and the initials of its name and keywords, the
    keywords themselves and the English name. The Chinese name is in the item itself.
    """
    keys = [*keys_of(item.name), item.name_en.lower()]
    for word in item.keywords:
        keys += [word.lower(), *keys_of(word)]
    return tuple(dict.fromkeys(key for key in keys if key))


def need_keys(item: Item) -> tuple[str, ...]:
    """Return the keys of the papers that an item requires: name, pinyin and initials of each."""
    keys = [key for paper in item.materials for key in (paper.name, *keys_of(paper.name)[:2])]
    return tuple(dict.fromkeys(keys))


@lru_cache(maxsize=8192)
def keys_of(text: str) -> tuple[str, ...]:
    """Return pinyin and initials of a text; letters and digits stay, punctuation is dropped.

    >>> keys_of("银行业")
    ('yinhangye', 'yhy', 'yinxingye', 'yxy')
    """
    keys: list[str] = []
    for readings in _readings("".join(c for c in text if c.isalnum())):
        keys.append("".join(readings))
        keys.append("".join(reading[:1] for reading in readings))
    return tuple(dict.fromkeys(key for key in keys if key))


def _readings(plain: str) -> Iterator[Sequence[str]]:
    """Yield readings, one syllable or letter per character: the likely one, then variants."""
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
    for candidates in pinyin(plain, style=Style.NORMAL):  # ü is v there, as on a keyboard
        # Text without pinyin is returned unchanged, in whole runs; readings and characters must
        # stay aligned.
        unchanged = plain.startswith(candidates[0], len(likely))
        likely += [_typed(part) for part in (candidates[0] if unchanged else candidates)]
    return likely


def _typed(reading: str) -> str:
    """Return a reading as people type it; empty for a character without a reading."""
    lower = reading.lower()
    return lower if lower.isascii() else ""


def _others(character: str, likely: str) -> Iterator[str]:
    for reading in EVERYDAY.get(character, ()):
        if reading != likely:
            yield reading
    # Some people type lu and nu for lü and nü.
    if likely[:2] in ("lv", "nv"):
        yield likely.replace("v", "u")
