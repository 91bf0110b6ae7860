"""Score sheets: the base and parts of a hundred points, and the lines by which facts cost or earn.

A line says how many points each `per` units of a measure cost (negative) or earn (positive). Points
are decimals; nothing here knows a fact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from server.core.measured import Measure, Subject

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
MOST_POINTS = Decimal(1000)
MOST_PARTS, MOST_LINES = 20, 120
CODE_LENGTH, NAME_LENGTH = 32, 80


class Longer(StrEnum):
    """Way in which months add up to a longer period."""

    MEAN = "mean"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a sheet (考核项): the points that a subject starts with, and their bounds."""

    code: str
    name: str
    points: Decimal = ZERO
    floor: Decimal | None = ZERO
    """Least that deductions leave of the points; None: without a bound."""
    cap: Decimal | None = None
    """Most that bonuses of the part add; None: without a bound."""


@dataclass(frozen=True, slots=True)
class Line:
    """Line of a sheet (评分细则): what a measure costs or earns."""

    code: str
    part: str
    name: str
    measure: str
    points: Decimal
    """Points for each `per`; negative: deducted."""
    per: Decimal = ONE
    free: Decimal = ZERO
    """Amount of a month that counts nothing."""
    repeat_from: int = 0
    """Each from this one on counts `repeat_factor` times; 0: all count once."""
    repeat_factor: Decimal = ONE
    chief_share: Decimal = ZERO
    """Share of each deduction that the unit's chief representative loses as well, 0 to 1."""

    def units(self, amount: Decimal) -> int:
        """Return how many times the line counts for an amount of a month."""
        return max(0, int((amount - self.free) // self.per))

    def cost(self, amount: Decimal) -> Decimal:
        """Return the points of an amount of a month. They never fall back as the amount grows."""
        units = self.units(amount)
        repeated = max(0, units - self.repeat_from + 1) if self.repeat_from else 0
        return self.points * (units - repeated + repeated * self.repeat_factor)

    @property
    def is_bonus(self) -> bool:
        """True if the line earns points."""
        return self.points > 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """Score sheet of one kind of subject."""

    subject: Subject
    name: str
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    source: str = ""
    """Rule that the sheet follows, in words."""
    bonus: Decimal | None = None
    """Most that all bonuses add; None: without a bound."""
    floor: Decimal | None = ZERO
    cap: Decimal | None = None
    """Bounds of a month's total; None: without one."""
    people_share: Decimal = ZERO
    """Weight of the mean of its people in the total of a window or unit."""
    windows_share: Decimal = ZERO
    """Weight of the mean of its windows in the total of a unit."""
    coefficients: tuple[tuple[str, Decimal], ...] = ()
    """Factor of a unit's total, by code; others have 1."""
    longer: Longer = Longer.MEAN

    @property
    def base(self) -> Decimal:
        """Points before any fact: the sum of the parts."""
        return sum((part.points for part in self.parts), ZERO)

    @property
    def own_share(self) -> Decimal:
        """Weight of the own lines in the total."""
        return ONE - self.people_share - self.windows_share

    def coefficient(self, code: str) -> Decimal:
        """Return the factor of a unit's total."""
        return dict(self.coefficients).get(code, ONE)


Problem = tuple[str, str]
"""Problem of a sheet in Chinese and English."""


def problems(
    sheet: Sheet, measures: Mapping[str, Measure], units: Collection[str]
) -> Iterator[Problem]:
    """Yield everything that keeps a sheet from being used; `units`: codes of the hall's units."""
    if not sheet.name.strip():
        yield "评分表没有名称", "the sheet has no name"
    if not 0 < len(sheet.parts) <= MOST_PARTS or not 0 < len(sheet.lines) <= MOST_LINES:
        yield (
            f"评分表要有1至{MOST_PARTS}个考核项、1至{MOST_LINES}条细则",
            f"a sheet has 1 to {MOST_PARTS} parts and 1 to {MOST_LINES} lines",
        )
    yield from _repeated("考核项编码", "part", [part.code for part in sheet.parts])
    yield from _repeated("细则编码", "line", [line.code for line in sheet.lines])
    for part in sheet.parts:
        yield from _part(part)
    parts = {part.code for part in sheet.parts}
    for line in sheet.lines:
        yield from _line(sheet, line, parts, measures)
    yield from _bounds(sheet)
    for code, factor in sheet.coefficients:
        if code not in units or not ZERO < factor <= HUNDRED:
            yield f"单位 {code} 的系数有误", f"the coefficient of unit {code} is wrong"


def _repeated(zh: str, en: str, codes: list[str]) -> Iterator[Problem]:
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield f"{zh} {code} 重复", f"two have the {en} code {code}"


def _is_named(code: str, name: str) -> bool:
    return 0 < len(code.strip()) <= CODE_LENGTH and 0 < len(name.strip()) <= NAME_LENGTH


def _part(part: Part) -> Iterator[Problem]:
    if not _is_named(part.code, part.name):
        yield "考核项没有编码或名称，或者过长", "a part has no code or name, or one too long"
    if not ZERO <= part.points <= MOST_POINTS:
        yield f"考核项 {part.name} 的分值有误", f"the points of part {part.code} are wrong"
    if part.floor is not None and not -MOST_POINTS <= part.floor <= part.points:
        yield (
            f"考核项 {part.name} 的最低分高于分值",
            f"the floor of part {part.code} is above its points",
        )
    if part.cap is not None and not ZERO <= part.cap <= MOST_POINTS:
        yield f"考核项 {part.name} 的加分上限有误", f"the cap of part {part.code} is wrong"


def _line(
    sheet: Sheet, line: Line, parts: Collection[str], measures: Mapping[str, Measure]
) -> Iterator[Problem]:
    zh, en = f"细则 {line.name or line.code} ", f"line {line.code}"
    if not _is_named(line.code, line.name):
        yield f"{zh}没有编码或名称，或者过长", f"{en} has no code or name, or one too long"
    if line.part not in parts:
        yield f"{zh}的考核项 {line.part} 不在表中", f"{en}: part {line.part} is not in the sheet"
    measure = measures.get(line.measure)
    if measure is None:
        yield f"{zh}的计量 {line.measure} 不存在", f"{en}: there is no measure {line.measure}"
    elif sheet.subject not in measure.subjects:
        yield (
            f"{zh}的计量“{measure.name}”不能用于这类考核对象",
            f"{en}: measure {line.measure} names no {sheet.subject}",
        )
    if not line.points or abs(line.points) > MOST_POINTS:
        yield f"{zh}的分值有误", f"{en}: wrong points"
    if not ZERO < line.per <= MOST_POINTS or not ZERO <= line.free <= MOST_POINTS:
        yield f"{zh}的每次数量或免计数量有误", f"{en}: wrong amounts"
    if line.repeat_from < 0 or not ONE <= line.repeat_factor <= HUNDRED:
        yield f"{zh}的加倍规定有误", f"{en}: wrong repetition"
    if not ZERO <= line.chief_share <= ONE or (line.chief_share and line.is_bonus):
        yield f"{zh}的首席代表分担有误", f"{en}: wrong share of the chief representative"


def _bounds(sheet: Sheet) -> Iterator[Problem]:
    if sheet.floor is not None and sheet.cap is not None and sheet.floor > sheet.cap:
        yield "总分下限高于上限", "the floor of the total is above its cap"
    shares = sheet.people_share, sheet.windows_share, sheet.own_share
    if not all(ZERO <= share <= ONE for share in shares):
        yield "人员、窗口所占比重有误", "the shares of people and windows are wrong"
    if sheet.subject is not Subject.UNIT and (sheet.windows_share or sheet.coefficients):
        yield "只有单位的评分表可以计入窗口得分和系数", "only units have windows and coefficients"
    if sheet.subject is Subject.PERSON and sheet.people_share:
        yield "人员评分表不计入人员平均分", "a sheet of people has no mean of people"
    if sheet.bonus is not None and not ZERO <= sheet.bonus <= MOST_POINTS:
        yield "加分上限有误", "the most that bonuses add is wrong"
