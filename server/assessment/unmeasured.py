"""Months without a record of any person or window: nothing was measured, nothing is a merit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from server.assessment.rules import Roster
from server.assessment.sheets import Line, Sheet
from server.core.measured import Coverage, Subject

WORDS = "本月没有任何记录"


def without_records(sheets: tuple[Sheet, ...], roster: Roster) -> tuple[Coverage, ...]:
    """Return the coverage of a month without such a record, as before the first.

    The deductions of a part together could have cost its points; of bonuses nothing is supposed.
    """
    return tuple(entry for sheet in sheets for entry in _of_sheet(sheet, roster))


def _of_sheet(sheet: Sheet, roster: Roster) -> Iterator[Coverage]:
    points = {part.code: part.points for part in sheet.parts}
    lines = Counter(line.part for line in sheet.lines if _counts(line))
    most: dict[str, Decimal] = {}
    for line in sheet.lines:
        if _counts(line):
            amount = _amount(line, points[line.part] / lines[line.part])
            most[line.measure] = max(most.get(line.measure, amount), amount)
    measures: dict[Decimal, list[str]] = defaultdict(list)
    for measure, amount in most.items():
        measures[amount].append(measure)
    for code in _codes(sheet.subject, roster):
        for amount, group in measures.items():
            yield Coverage(
                measures=tuple(group),
                staff=code if sheet.subject is Subject.PERSON else "",
                window=code if sheet.subject is Subject.WINDOW else "",
                unit=code if sheet.subject is Subject.UNIT else "",
                missing=amount,
                possible=amount,
                words=WORDS,
            )


def _counts(line: Line) -> bool:
    return not line.is_bonus and not line.is_yearly


def _amount(line: Line, points: Decimal) -> Decimal:
    """Return the least amount that costs these points, at least one unit."""
    units = (points / -line.points).to_integral_value(ROUND_CEILING)
    return line.free + line.per * max(units, Decimal(1))


def _codes(subject: Subject, roster: Roster) -> list[str]:
    match subject:
        case Subject.PERSON:
            return [person.number for person in roster.people]
        case Subject.WINDOW:
            return [window.code for window in roster.windows]
    return [unit.code for unit in roster.units]
