"""Notation of the kiosks' buildings, as the hall sets them: `1 main; 2 branch`."""

from __future__ import annotations

import re
from functools import lru_cache

_BETWEEN = re.compile(r"[;；\n]")
_LINE = re.compile(r"(\S+)\s+(\S+)")


@lru_cache(maxsize=64)
def parse(text: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of kiosk and building; raise ValueError for a text that is malformed."""
    pairs = tuple(_pair(line.strip()) for line in _BETWEEN.split(text) if line.strip())
    if len({kiosk for kiosk, _ in pairs}) < len(pairs):
        raise ValueError(text)
    return pairs


def _pair(line: str) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(line)
    return match[1], match[2]


def sites_named(text: str) -> list[str]:
    """Return the codes of the buildings that a setting names."""
    return [site for _, site in parse(text)]


def is_kiosk_sites(text: str) -> bool:
    """Return True if the text of a setting is empty or names one building for each kiosk."""
    try:
        parse(text)
    except ValueError:
        return False
    return True
