"""Scores of a month: a pure fold of facts by the lines of the sheets in force.

The same month gives the same scores on every machine, in whatever order its facts come. What could
not be measured makes a score a range: `low` if it all turned out and cost the most, `high` if
nothing turned out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from server.assessment.sheets import ZERO, Line, Part, Sheet
from server.core.measured import Coverage, MeasuredFact, Subject

CENT = Decimal("0.01")
BAD_RATING = "bad_rating"
"""Code of the measure that breaks ties."""
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """Person who is assessed."""

    number: str
    name: str
    unit: str
    chief: bool = False


@dataclass(frozen=True, slots=True)
class RosterWindow:
    """Window that is assessed, with the people who may sit at it; `unit` "": it serves several."""

    code: str
    name: str
    unit: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterUnit:
    """Unit that is assessed."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Roster:
    """People, windows and units that a month assesses, as of its last day."""

    people: tuple[RosterPerson, ...] = ()
    windows: tuple[RosterWindow, ...] = ()
    units: tuple[RosterUnit, ...] = ()


@dataclass(frozen=True, slots=True)
class Month:
    """All that the scores of a month follow from."""

    id: str
    sheets: tuple[Sheet, ...] = ()
    """At most one for each kind of subject."""
    roster: Roster = field(default_factory=Roster)
    facts: tuple[MeasuredFact, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    struck: tuple[str, ...] = ()
    """Facts that count nothing because a dispute was granted, as `measure:reference`."""


@dataclass(frozen=True, slots=True)
class Charge:
    """Points that one fact costs or earns."""

    fact: MeasuredFact
    points: Decimal


@dataclass(frozen=True, slots=True)
class LineScore:
    """Line applied to a subject: points by its facts, and what missing data could make of them."""

    line: Line
    points: Decimal
    low: Decimal
    high: Decimal
    charges: tuple[Charge, ...] = ()
    is_measured: bool = True


@dataclass(frozen=True, slots=True)
class PartScore:
    """Part applied to a subject: what deductions leave of its points, and its bonus."""

    part: Part
    total: Decimal
    bonus: Decimal
    lines: tuple[LineScore, ...]
    left_out: bool = False
    """True if nothing of it could be measured: it leaves the base."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Deduction of a window, person or unit, of which its chief representative loses a share."""

    subject: Subject
    code: str
    line: Line
    fact: MeasuredFact
    points: Decimal


@dataclass(frozen=True, slots=True)
class Bounded:
    """Number with the bounds between which it lies once everything is measured."""

    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """Score of one window, person or unit in a month, opened to its facts."""

    subject: Subject
    code: str
    name: str
    unit: str
    parts: tuple[PartScore, ...]
    carried: tuple[Carried, ...]
    own: Bounded
    """Total by the own lines."""
    total: Bounded
    """Own total joined with the means of people and windows, times the coefficient."""
    deductions: Bounded
    bad_ratings: int
    people: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    yearly: tuple[LineScore, ...] = ()
    """Lines that cost the year's total once; they change no total of the month."""

    @property
    def year_points(self) -> Decimal:
        """Points of the month's facts that count in the year's total, zero or negative."""
        return sum((line.points for line in self.yearly), ZERO)

    @property
    def lines(self) -> tuple[LineScore, ...]:
        """Lines of the parts, and those of the year."""
        return (*(line for part in self.parts for line in part.lines), *self.yearly)

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """Names of the lines that could not be measured."""
        return tuple(
            line.line.name for part in self.parts for line in part.lines if not line.is_measured
        )


def rounded(value: Fraction) -> Decimal:
    """Return a number with two decimals, rounded half up."""
    hundredths = (value * 100 + HALF).__floor__()
    return (Decimal(hundredths) / 100).quantize(CENT)


def fold(month: Month) -> dict[Subject, tuple[Score, ...]]:
    """Return the scores of a month, in the order of the roster."""
    reader = _Reader(month)
    own = {sheet.subject: reader.scores(sheet) for sheet in month.sheets}
    own = _with_carried(month, own)
    people = {score.code: score for score in own.get(Subject.PERSON, ())}
    sheets = {sheet.subject: sheet for sheet in month.sheets}
    windows: dict[str, Score] = {}
    if Subject.WINDOW in own:
        windows = {
            score.code: _joined(sheets[Subject.WINDOW], score, people, {})
            for score in own[Subject.WINDOW]
        }
        own[Subject.WINDOW] = tuple(windows.values())
    if Subject.UNIT in own:
        sheet = sheets[Subject.UNIT]
        own[Subject.UNIT] = tuple(
            _joined(sheet, score, people, windows) for score in own[Subject.UNIT]
        )
    return own


def fact_key(fact: MeasuredFact) -> str:
    """Return the name of a fact among those of all measures."""
    return f"{fact.measure}:{fact.ref}"


class _Reader:
    """Facts and coverage of a month by subject, and the scores that lines make of them."""

    def __init__(self, month: Month) -> None:
        struck = frozenset(month.struck)
        self._roster = month.roster
        self._facts: dict[tuple[Subject, str, str], list[MeasuredFact]] = defaultdict(list)
        for fact in sorted(month.facts, key=lambda fact: (fact.day, fact.ref)):
            if fact_key(fact) not in struck:
                for subject in Subject:
                    self._facts[subject, fact.code_of(subject), fact.measure].append(fact)
        self._missing: dict[tuple[Subject, str, str], Decimal] = defaultdict(Decimal)
        self._possible: dict[tuple[Subject, str, str], Decimal] = defaultdict(Decimal)
        for entry in month.coverage:
            for subject in Subject:
                for measure in entry.measures:
                    self._missing[subject, entry.code_of(subject), measure] += entry.missing
                    self._possible[subject, entry.code_of(subject), measure] += entry.possible

    def scores(self, sheet: Sheet) -> tuple[Score, ...]:
        """Return the scores by the own lines, without what chiefs carry."""
        roster = self._roster
        match sheet.subject:
            case Subject.PERSON:
                entries = [(p.number, p.name, p.unit, (), ()) for p in roster.people]
                return tuple(self._score(sheet, *entry) for entry in entries)
            case Subject.WINDOW:
                return tuple(
                    self._score(sheet, w.code, w.name, w.unit, w.people, ()) for w in roster.windows
                )
        return tuple(
            self._score(
                sheet,
                unit.code,
                unit.name,
                unit.code,
                tuple(p.number for p in roster.people if p.unit == unit.code),
                tuple(w.code for w in roster.windows if w.unit == unit.code),
            )
            for unit in roster.units
        )

    def _score(
        self,
        sheet: Sheet,
        code: str,
        name: str,
        unit: str,
        people: tuple[str, ...],
        windows: tuple[str, ...],
    ) -> Score:
        lines: dict[str, list[LineScore]] = defaultdict(list)
        yearly: list[LineScore] = []
        for line in sheet.lines:
            scored = self._line(sheet.subject, code, line)
            (yearly if line.is_yearly else lines[line.part]).append(scored)
        parts = tuple(
            self._part(sheet.subject, code, part, tuple(lines[part.code])) for part in sheet.parts
        )
        bad = len(self._facts.get((sheet.subject, code, BAD_RATING), ()))
        score = Score(
            *(sheet.subject, code, name, unit, parts, (), _NONE, _NONE, _NONE, bad),
            *(people, windows, tuple(yearly)),
        )
        return _totalled(sheet, score)

    def _line(self, subject: Subject, code: str, line: Line) -> LineScore:
        facts = self._facts.get((subject, code, line.measure), ())
        missing = self._missing.get((subject, code, line.measure), ZERO)
        if line.is_yearly:
            missing = ZERO  # two people establish such a fault; no machine can have missed it
        if not facts and not missing:
            return LineScore(line, ZERO, ZERO, ZERO)
        amount, charges = ZERO, []
        for fact in facts:
            before = line.cost(amount)
            amount += fact.amount
            charges.append(Charge(fact, line.cost(amount) - before))
        points, most = line.cost(amount), line.cost(amount + missing)
        low, high = min(points, most), max(points, most)
        return LineScore(line, points, low, high, tuple(charges), not missing)

    def _part(
        self, subject: Subject, code: str, part: Part, lines: tuple[LineScore, ...]
    ) -> PartScore:
        deducted = sum((line.points for line in lines if not line.line.is_bonus), ZERO)
        earned = sum((line.points for line in lines if line.line.is_bonus), ZERO)
        keys = [(subject, code, line.line.measure) for line in lines]
        left_out = bool(keys) and all(
            self._missing.get(key, ZERO) > 0 and self._missing[key] == self._possible[key]
            for key in keys
        )
        total = _floored(part, part.points + deducted)
        return PartScore(part, total, _capped(part.cap, earned), lines, left_out)


def _floored(part: Part, points: Decimal) -> Decimal:
    return points if part.floor is None else max(part.floor, points)


def _capped(cap: Decimal | None, points: Decimal) -> Decimal:
    return points if cap is None else min(cap, points)


def _bound(sheet: Sheet, points: Decimal) -> Decimal:
    points = points if sheet.floor is None else max(sheet.floor, points)
    return _capped(sheet.cap, points)


_NONE = Bounded(ZERO, ZERO, ZERO)


def _totalled(
    sheet: Sheet, score: Score, carried_low: Decimal = ZERO, carried_high: Decimal = ZERO
) -> Score:
    """Return a score with its own total, from its parts and what it carries.

    The parts that could be measured stand for the whole base; the bonus and what is carried are
    added, and the bounds of the total come last.
    """
    carried = sum((entry.points for entry in score.carried), ZERO)
    measured = [part for part in score.parts if not part.left_out]
    left = sum((part.total for part in measured), ZERO)
    points = sum((part.part.points for part in measured), ZERO)
    bonus = _capped(sheet.bonus, sum((part.bonus for part in score.parts), ZERO))
    low = _side(sheet, score.parts, lambda line: line.low) + carried_low
    high = _side(sheet, score.parts, lambda line: line.high) + carried_high
    low, high = _bound(sheet, low), _bound(sheet, high)
    if points == sheet.base:
        total = left
    elif points:
        total = rounded(Fraction(left) * Fraction(sheet.base) / Fraction(points))
    else:
        total = sheet.base
    total = min(max(_bound(sheet, total + bonus + carried), low), high)
    own = Bounded(*(rounded(Fraction(points)) for points in (total, low, high)))
    least = _deducted(score.parts, lambda line: line.high) - carried_high
    most = _deducted(score.parts, lambda line: line.low) - carried_low
    # What a part that is left out has lost belongs to the range, and so to the sum.
    deducted = sum((part.part.points - part.total for part in measured), ZERO) - carried
    deducted = min(max(deducted, least), most)
    deductions = Bounded(*(rounded(Fraction(points)) for points in (deducted, least, most)))
    return replace(score, own=own, total=own, deductions=deductions)


_Side = Callable[[LineScore], Decimal]
"""Side of the range of a line."""


def _deducted(parts: Iterable[PartScore], side: _Side) -> Decimal:
    return sum((part.part.points - _left(part, side) for part in parts), ZERO)


def _left(part: PartScore, side: _Side) -> Decimal:
    deducted = sum((side(line) for line in part.lines if not line.line.is_bonus), ZERO)
    return _floored(part.part, part.part.points + deducted)


def _side(sheet: Sheet, parts: Iterable[PartScore], side: _Side) -> Decimal:
    """Return the total, before its bounds, if each line came to one side of its range."""
    total, bonus = ZERO, ZERO
    for part in parts:
        earned = sum((side(line) for line in part.lines if line.line.is_bonus), ZERO)
        total += _left(part, side)
        bonus += _capped(part.part.cap, earned)
    return total + _capped(sheet.bonus, bonus)


# -- what chief representatives carry, and what a total is joined with ----------------------------


def _with_carried(
    month: Month, scores: Mapping[Subject, tuple[Score, ...]]
) -> dict[Subject, tuple[Score, ...]]:
    """Return the scores, those of chief representatives with their shares of others' deductions."""
    sheet = next((sheet for sheet in month.sheets if sheet.subject is Subject.PERSON), None)
    if sheet is None:
        return dict(scores)
    chiefs: dict[str, list[str]] = defaultdict(list)
    for person in month.roster.people:
        if person.chief and person.unit:
            chiefs[person.unit].append(person.number)
    carried: dict[str, list[Carried]] = defaultdict(list)
    low: dict[str, Decimal] = defaultdict(Decimal)
    for score in (score for own in scores.values() for score in own):
        for line in (line for part in score.parts for line in part.lines):
            if not line.line.chief_share:
                continue
            for entry, chief in _shares(score, line, chiefs):
                carried[chief].append(entry)
                low[chief] += entry.points
            for chief in _others(chiefs, score.unit, score):
                low[chief] += (line.low - line.points) * line.line.chief_share
    people = tuple(
        _totalled(
            sheet,
            replace(score, carried=tuple(carried[score.code])),
            low[score.code],
            sum((entry.points for entry in carried[score.code]), ZERO),
        )
        if score.code in carried or score.code in low
        else score
        for score in scores[Subject.PERSON]
    )
    return {**scores, Subject.PERSON: people}


def _shares(
    score: Score, line: LineScore, chiefs: Mapping[str, Sequence[str]]
) -> Iterable[tuple[Carried, str]]:
    for charge in line.charges:
        for chief in chiefs.get(charge.fact.unit, ()):
            if chief != charge.fact.staff and not _is(score, chief) and charge.points:
                points = charge.points * line.line.chief_share
                yield Carried(score.subject, score.code, line.line, charge.fact, points), chief


def _others(chiefs: Mapping[str, Sequence[str]], unit: str, score: Score) -> list[str]:
    return [chief for chief in chiefs.get(unit, ()) if not _is(score, chief)]


def _is(score: Score, chief: str) -> bool:
    return score.subject is Subject.PERSON and score.code == chief


def _joined(
    sheet: Sheet, score: Score, people: Mapping[str, Score], windows: Mapping[str, Score]
) -> Score:
    """Return a score whose total is joined with the means of its people and windows.

    Whatever it has none of leaves the weights. The factor of a unit comes last.
    """
    groups = (
        (sheet.own_share, [score]),
        (sheet.people_share, [people[code] for code in score.people if code in people]),
        (sheet.windows_share, [windows[code] for code in score.windows if code in windows]),
    )
    weighed = [(share, scores) for share, scores in groups if share and scores]
    factor = sheet.coefficient(score.code)
    if not weighed:
        return replace(score, total=score.own)
    total = _mean(weighed, lambda each: each.own if each is score else each.total, factor)
    deductions = _mean(weighed, lambda each: each.deductions, Decimal(1))
    return replace(score, total=total, deductions=deductions)


def _mean(
    weighed: Sequence[tuple[Decimal, Sequence[Score]]],
    bounded: Callable[[Score], Bounded],
    factor: Decimal,
) -> Bounded:
    """Return the weighted mean of the groups' means."""

    def side(value: Callable[[Bounded], Decimal]) -> Decimal:
        weights = sum((Fraction(share) for share, _ in weighed), Fraction(0))
        total = sum(
            (
                Fraction(share) * sum(Fraction(value(bounded(s))) for s in scores) / len(scores)
                for share, scores in weighed
            ),
            Fraction(0),
        )
        return rounded(total / weights * Fraction(factor))

    return Bounded(
        side(lambda each: each.value), side(lambda each: each.low), side(lambda each: each.high)
    )
