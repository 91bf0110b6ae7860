"""Problems of a score sheet that is written or imported, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from server.assessment.sheets import (
    HUNDRED,
    MOST_LINES,
    MOST_PARTS,
    MOST_POINTS,
    ONE,
    ZERO,
    Line,
    Part,
    Sheet,
)
from server.core.measured import Measure, Subject

CODE_LENGTH, NAME_LENGTH = 32, 80
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
    if line.is_yearly and measure is not None:
        yield from _yearly(line, measure, zh, en)


def _yearly(line: Line, measure: Measure, zh: str, en: str) -> Iterator[Problem]:
    """Yield what keeps a line from costing the year's total once, fact by fact."""
    if line.is_bonus or not measure.typed:
        yield (
            f"{zh}只计入年度得分的，要是人工记分的扣分",
            f"{en}: what counts once in the year is a deduction by a mark by hand",
        )
    if line.per != ONE or line.free or line.repeat_from or line.chief_share:
        yield (
            f"{zh}只计入年度得分的，每次都扣，没有免计、加倍和首席代表分担",
            f"{en}: what counts once in the year costs each time, without repetition or shares",
        )


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
