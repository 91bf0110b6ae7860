"""Totals of one month, recomputed from its sheets and facts in exact fractions.

The numbers of the comments are those of the steps in docs/assessment-export.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

Record = Mapping[str, Any]
KEY_OF_FACT = {"person": "staff", "window": "window", "unit": "unit"}
"""Field of a fact that names a subject of this kind."""
ROSTER = {"person": ("people", "number"), "window": ("windows", "code"), "unit": ("units", "code")}
"""List of the roster, and its field with the code, by kind of subject."""
CENT = 100


def rounded(value: Fraction) -> Fraction:
    """Return the value to two decimals, half up."""
    return Fraction((value * CENT + Fraction(1, 2)).__floor__(), CENT)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Value with the least and the most that it can still become."""

    value: Fraction
    low: Fraction
    high: Fraction

    def rounded(self) -> Bounds:
        """Return all three to two decimals."""
        return Bounds(rounded(self.value), rounded(self.low), rounded(self.high))


NOTHING = Bounds(Fraction(0), Fraction(0), Fraction(0))


def added(all_bounds: Iterable[Bounds]) -> Bounds:
    """Return the sums of the values, of the lows and of the highs."""
    total = NOTHING
    for bounds in all_bounds:
        total = Bounds(total.value + bounds.value, total.low + bounds.low, total.high + bounds.high)
    return total


@dataclass(frozen=True, slots=True)
class Result:
    """Recomputed result of one subject."""

    code: str
    name: str
    unit: str
    score: Bounds
    deductions: Bounds
    bad_ratings: int
    unmeasured: tuple[str, ...]
    year: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class LineScore:
    """Points of one line of the sheet for one subject (steps 1 and 2)."""

    line: Record
    points: Bounds
    unmeasured: bool
    wholly_unmeasured: bool
    by_fact: tuple[tuple[Record, Fraction], ...]


def line_points(line: Record, amount: Fraction) -> Fraction:
    """Return the points of an amount (step 1)."""
    units = max(0, ((amount - Fraction(line["free"])) / Fraction(line["per"])).__floor__())
    repeated = max(0, units - line["repeat_from"] + 1) if line["repeat_from"] else 0
    return Fraction(line["points"]) * (
        units - repeated + repeated * Fraction(line["repeat_factor"])
    )


def of_year(line: Record) -> bool:
    """Return True if a line counts once in the year's total, and in no month's (step 9)."""
    return bool(line.get("period", "month") == "year")


def score_line(line: Record, facts: Sequence[Record], gaps: Sequence[Record]) -> LineScore:
    """Return the line's points from its facts, in order, and what could not be measured."""
    by_fact = []
    amount = Fraction(0)
    for fact in facts:
        before = line_points(line, amount)
        amount += Fraction(fact["amount"])
        by_fact.append((fact, line_points(line, amount) - before))
    missing = sum((Fraction(gap["missing"]) for gap in gaps), Fraction(0))
    possible = sum((Fraction(gap["possible"]) for gap in gaps), Fraction(0))
    value, other = line_points(line, amount), line_points(line, amount + missing)
    points = Bounds(value, min(value, other), max(value, other))
    return LineScore(line, points, missing > 0, 0 < missing == possible, tuple(by_fact))


class MonthProof:
    """Recomputation of one month; `source` is the `month` of a release or of an amendment."""

    def __init__(self, source: Record) -> None:
        self._roster: Record = source["roster"]
        self._sheets: dict[str, Record] = {sheet["subject"]: sheet for sheet in source["sheets"]}
        struck = set(source["struck"])
        self._facts = sorted(
            (fact for fact in source["facts"] if f"{fact['measure']}:{fact['ref']}" not in struck),
            key=lambda fact: (fact["day"], fact["ref"]),
        )
        self._coverage: Sequence[Record] = source["coverage"]

    def results(self) -> dict[str, list[Result]]:
        """Return the results by kind of subject, in the order of the roster."""
        return {
            kind: [self._result(kind, entry) for entry in self._entries(kind)]
            for kind in self._sheets
        }

    def lines(self, kind: str, code: str) -> list[LineScore]:
        """Return the lines of the subject's own sheet with their points."""
        return self._own_lines[kind][code]

    def _entries(self, kind: str) -> Sequence[Record]:
        entries: Sequence[Record] = self._roster[ROSTER[kind][0]]
        return entries

    def _codes(self, kind: str) -> list[str]:
        return [entry[ROSTER[kind][1]] for entry in self._entries(kind)]

    @cached_property
    def _own_lines(self) -> dict[str, dict[str, list[LineScore]]]:
        return {
            kind: {
                code: [self._line(kind, code, line) for line in sheet["lines"]]
                for code in self._codes(kind)
            }
            for kind, sheet in self._sheets.items()
        }

    def _month_lines(self, kind: str, code: str) -> list[LineScore]:
        return [score for score in self.lines(kind, code) if not of_year(score.line)]

    def _line(self, kind: str, code: str, line: Record) -> LineScore:
        name = KEY_OF_FACT[kind]
        facts = [
            f for f in self._by_subject.get((kind, code), ()) if f["measure"] == line["measure"]
        ]
        gaps = [
            gap
            for gap in self._coverage
            if gap[name] == code and line["measure"] in gap["measures"] and not of_year(line)
        ]
        return score_line(line, facts, gaps)

    @cached_property
    def _by_subject(self) -> dict[tuple[str, str], list[Record]]:
        facts: dict[tuple[str, str], list[Record]] = {}
        for fact in self._facts:
            for kind, name in KEY_OF_FACT.items():
                if fact[name]:
                    facts.setdefault((kind, fact[name]), []).append(fact)
        return facts

    @cached_property
    def _carried(self) -> dict[str, Bounds]:
        """Points that chief representatives carry of the lines of others (step 4)."""
        if "person" not in self._sheets:
            return {}
        value: dict[str, Fraction] = {}
        lower: dict[str, Fraction] = {}
        for kind in self._sheets:
            for entry in self._entries(kind):
                code = entry[ROSTER[kind][1]]
                own = code if kind == "person" else ""
                unit = code if kind == "unit" else entry["unit"]
                for score in self._month_lines(kind, code):
                    share = Fraction(score.line["chief_share"])
                    if share <= 0:
                        continue
                    for fact, points in score.by_fact:
                        for chief in self._chiefs(fact["unit"], {own, fact["staff"]}):
                            value[chief] = value.get(chief, Fraction(0)) + points * share
                    for chief in self._chiefs(unit, {own}):
                        more = (score.points.low - score.points.value) * share
                        lower[chief] = lower.get(chief, Fraction(0)) + more
        carried = {}
        for chief in value.keys() | lower.keys():
            held = min(Fraction(0), value.get(chief, Fraction(0)))
            carried[chief] = Bounds(held, held + lower.get(chief, Fraction(0)), held)
        return carried

    def _chiefs(self, unit: str, others: set[str]) -> list[str]:
        return [
            person["number"]
            for person in self._roster["people"]
            if unit
            and person["chief"]
            and person["unit"] == unit
            and person["number"] not in others
        ]

    def _own(self, kind: str, code: str) -> tuple[Bounds, Bounds]:
        """Return the own total (steps 5 and 6) and the deductions (step 8)."""
        sheet, lines = self._sheets[kind], self._month_lines(kind, code)
        carried = self._carried.get(code, NOTHING) if kind == "person" else NOTHING
        parts = [_part(part, lines) for part in sheet["parts"]]
        measured = [part for part in parts if not part.left_out]
        base = sum((part.points for part in parts), Fraction(0))
        remaining = sum((part.left.value for part in measured), Fraction(0))
        weight = sum((part.points for part in measured), Fraction(0))
        if weight != base:
            remaining = rounded(remaining * base / weight) if weight > 0 else base
        bonus = _at_most(added(part.bonus for part in parts), sheet["bonus"])
        left = added(part.left for part in parts)
        low = _within(left.low + bonus.low + carried.low, sheet)
        high = _within(left.high + bonus.high + carried.high, sheet)
        value = _within(remaining + bonus.value + carried.value, sheet)
        total = Bounds(max(low, min(high, value)), low, high).rounded()
        least, most = base - left.high - carried.high, base - left.low - carried.low
        lost = sum((part.points - part.left.value for part in measured), Fraction(0))
        deductions = Bounds(max(least, min(most, lost - carried.value)), least, most)
        return total, deductions.rounded()

    @cached_property
    def _own_scores(self) -> dict[tuple[str, str], tuple[Bounds, Bounds]]:
        return {
            (kind, code): self._own(kind, code)
            for kind in self._sheets
            for code in self._codes(kind)
        }

    def _joined(self, kind: str, entry: Record) -> tuple[Bounds, Bounds]:
        """Return total and deductions with those of the members (step 7)."""
        code = entry[ROSTER[kind][1]]
        own = self._own_scores[kind, code]
        if kind == "person":
            return own
        sheet = self._sheets[kind]
        people, windows = Fraction(sheet["people_share"]), Fraction(sheet["windows_share"])
        groups = [
            (1 - people - windows, [own]),
            (people, self._members("person", kind, entry)),
            (windows, self._members("window", kind, entry)),
        ]
        weighed = [(weight, members) for weight, members in groups if weight > 0 and members]
        if not weighed:
            return own
        factor = Fraction(1)
        if kind == "unit":
            factor = next(
                (Fraction(f) for unit, f in sheet["coefficients"] if unit == code), factor
            )
        return _mean(weighed, 0, factor), _mean(weighed, 1, Fraction(1))

    def _members(self, members: str, kind: str, entry: Record) -> list[tuple[Bounds, Bounds]]:
        if members not in self._sheets or members == kind:
            return []
        code = entry[ROSTER[kind][1]]
        if kind == "window":
            inside = [e for e in self._entries(members) if e["number"] in entry["people"]]
        else:
            inside = [e for e in self._entries(members) if e["unit"] == code]
        return [self._joined(members, member) for member in inside]

    def _result(self, kind: str, entry: Record) -> Result:
        code = entry[ROSTER[kind][1]]
        score, deductions = self._joined(kind, entry)
        bad = [f for f in self._by_subject.get((kind, code), ()) if f["measure"] == "bad_rating"]
        names = [
            score.line["name"]
            for part in self._sheets[kind]["parts"]
            for score in self._month_lines(kind, code)
            if score.line["part"] == part["code"] and score.unmeasured
        ]
        unit = code if kind == "unit" else entry["unit"]
        year = [s.points.value for s in self.lines(kind, code) if of_year(s.line)]
        return Result(
            *(code, entry["name"], unit, score, deductions, len(bad)),
            tuple(dict.fromkeys(names)),
            sum(year, Fraction(0)),
        )


@dataclass(frozen=True, slots=True)
class _PartScore:
    points: Fraction
    left: Bounds
    bonus: Bounds
    left_out: bool


def _part(part: Record, lines: Sequence[LineScore]) -> _PartScore:
    """Return a part of the sheet for one subject (step 3)."""
    points = Fraction(part["points"])
    own = [score for score in lines if score.line["part"] == part["code"]]
    minus = added(score.points for score in own if Fraction(score.line["points"]) < 0)
    plus = added(score.points for score in own if Fraction(score.line["points"]) > 0)
    left = Bounds(points + minus.value, points + minus.low, points + minus.high)
    if part["floor"] is not None:
        floor = Fraction(part["floor"])
        left = Bounds(max(floor, left.value), max(floor, left.low), max(floor, left.high))
    left_out = bool(own) and all(score.wholly_unmeasured for score in own)
    return _PartScore(points, left, _at_most(plus, part["cap"]), left_out)


def _at_most(bounds: Bounds, most: str | None) -> Bounds:
    if most is None:
        return bounds
    cap = Fraction(most)
    return Bounds(min(cap, bounds.value), min(cap, bounds.low), min(cap, bounds.high))


def _within(value: Fraction, sheet: Record) -> Fraction:
    if sheet["floor"] is not None:
        value = max(value, Fraction(sheet["floor"]))
    if sheet["cap"] is not None:
        value = min(value, Fraction(sheet["cap"]))
    return value


def _mean(
    weighed: Sequence[tuple[Fraction, Sequence[tuple[Bounds, Bounds]]]],
    place: int,
    factor: Fraction,
) -> Bounds:
    weights = sum((weight for weight, _ in weighed), Fraction(0))
    total = NOTHING
    for weight, members in weighed:
        mean = added(member[place] for member in members)
        share = weight / weights / len(members) * factor
        part = Bounds(mean.value * share, mean.low * share, mean.high * share)
        total = added((total, part))
    return total.rounded()
