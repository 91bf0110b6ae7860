"""Groups by which the counts of a room are read, and how the counts of groups add up. Pure.

A room counts once, by whatever group; the bulletin and the reports read the same count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from enum import StrEnum
from functools import reduce
from operator import add, attrgetter
from typing import TypeVar

C = TypeVar("C")


class Group(StrEnum):
    """Group that a line of counts stands for."""

    UNIT = "unit"
    ITEM = "item"
    PERSON = "person"
    """Whoever stated it; empty for the hall itself and for what belongs to nobody."""


def added(zero: C, parts: Iterable[C]) -> C:
    """Return the sum of counts, field by field; `zero`: counts of nothing."""
    every = [zero, *parts]
    getters = [attrgetter(field.name) for field in fields(zero)]  # type: ignore[arg-type]
    return type(zero)(*(reduce(add, map(get, every)) for get in getters))
