"""Measured facts: what the rooms count of windows, people and units, each with its evidence.

A measure has a code that is unique in the house, such as `late`. Its facts are counted by the score
sheets of the assessment, and nobody types them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Subject(StrEnum):
    """Kind of what a fact is counted for."""

    WINDOW = "window"
    PERSON = "person"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Measure:
    """Kind of facts that one room counts."""

    code: str
    name: str
    name_en: str
    counted_in: str
    """Unit of its amounts in Chinese, e.g. 次."""
    subjects: frozenset[Subject]
    """Kinds of subjects that its facts can name."""
    typed: bool = False
    """True for what a person proposes and another confirms; all other facts are records."""


@dataclass(frozen=True, slots=True)
class MeasuredFact:
    """One fact: of whom, on which day, how much of the measure, and where its evidence is."""

    measure: str
    ref: str
    """Identifier of the fact, unique within its measure and the same at every reading."""
    day: str
    """ISO day on which it counts."""
    amount: Decimal
    staff: str
    """Staff number, or "" if it names no person."""
    window: str
    unit: str
    words: str
    """Evidence in one Chinese line."""
    link: str
    """Address of the evidence on the office's pages."""

    def code_of(self, subject: Subject) -> str:
        """Return the window, person or unit that it names, or ""."""
        return {
            Subject.WINDOW: self.window,
            Subject.PERSON: self.staff,
            Subject.UNIT: self.unit,
        }[subject]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Extent to which some measures could be measured of one person, window or unit."""

    measures: tuple[str, ...]
    staff: str
    window: str
    unit: str
    missing: Decimal
    """Most that could still turn out, in the measures' amounts."""
    possible: Decimal
    """Most that there could have been in all; equal to `missing`: nothing was measured."""
    words: str
    """Reason in Chinese, e.g. 打卡机数据未到齐."""

    def code_of(self, subject: Subject) -> str:
        """Return the window, person or unit that it names, or ""."""
        return {
            Subject.WINDOW: self.window,
            Subject.PERSON: self.staff,
            Subject.UNIT: self.unit,
        }[subject]


PERSON = frozenset({Subject.PERSON, Subject.UNIT})
"""Subjects of facts about a person, who belongs to a unit."""
POST = frozenset(Subject)
"""Subjects of facts about a person at a window."""
UNIT = frozenset({Subject.UNIT})
