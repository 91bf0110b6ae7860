"""Notation of quotas, as the hall sets them: `gaj-01 09:00-10:00 20; gaj-01 10:00-11:00 20`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from functools import lru_cache

_BETWEEN = re.compile(r"[;；\n]")
_LINE = re.compile(r"(\S+)\s+(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})\s+(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Quota:
    """Most numbers of an item from `opens` until `closes`, each day, by the hall's clock."""

    item: str
    opens: time
    closes: time
    most: int


@lru_cache(maxsize=64)
def parse(text: str) -> tuple[Quota, ...]:
    """Return the quotas of the setting; raise ValueError for a text that is malformed."""
    return tuple(_quota(line.strip()) for line in _BETWEEN.split(text) if line.strip())


def _quota(line: str) -> Quota:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(line)
    opens, closes = time(int(match[2]), int(match[3])), time(int(match[4]), int(match[5]))
    if opens >= closes:
        raise ValueError(line)
    return Quota(match[1], opens, closes, int(match[6]))


def items_of(text: str) -> list[str]:
    """Return the codes of the items that have a quota."""
    return [quota.item for quota in parse(text)]


def is_quotas(text: str) -> bool:
    """Return True if the text of a setting is empty or a valid list of quotas."""
    try:
        parse(text)
    except ValueError:
        return False
    return True
