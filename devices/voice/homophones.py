"""Homophones for surnames that espeak-ng reads wrongly, used in the *spoken* text only.

Measured with espeak-ng 1.52 `sit/cmn` [RAN]: 曾 becomes ceng2, 仇 chou2, 解 jie3, 单 dan1; the
replacements give zeng1, qiu2, xie4, shan4. Only a surname is replaced; the title after the name
identifies it. The same characters in ordinary words (解决, 单位) stay unchanged.
"""

from __future__ import annotations

import re

HOMOPHONES = {"曾": "增", "仇": "求", "解": "谢", "单": "善"}
TITLES = "先生|女士|同志|小姐|师傅"
PATTERN = re.compile(
    rf"(?<![\u4e00-\u9fff])([{''.join(HOMOPHONES)}])(?=[\u4e00-\u9fff＊*]{{0,2}}(?:{TITLES}))"
    rf"|(?<=请)([{''.join(HOMOPHONES)}])(?=[\u4e00-\u9fff＊*]{{0,2}}(?:{TITLES}))"
)


def with_homophones(text: str) -> str:
    """Return the text with homophones for the engine."""
    return PATTERN.sub(lambda match: HOMOPHONES[match[0]], text)
