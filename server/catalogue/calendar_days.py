"""Days of a pasted or uploaded list of holidays, or its refusal with every problem in words."""

from __future__ import annotations

from server.catalogue import calendar_list
from server.catalogue.calendar_list import Flaw, Problem
from server.catalogue.errors import CatalogueCode
from server.core.errors import CommonCode, HallError
from server.core.working_days import SpecialDay
from server.web_api.arguments import NEWEST, OLDEST


def days_of(rows: calendar_list.Rows | Problem, year: int) -> list[SpecialDay]:
    """Return the special days of a year's list. Raises CALENDAR_LIST."""
    if isinstance(rows, Problem):
        raise _refusal([rows])
    parsed = calendar_list.read(rows, year)
    days = [entry for entry in parsed if not isinstance(entry, Problem)]
    if len(days) < len(parsed):
        raise _refusal([entry for entry in parsed if isinstance(entry, Problem)])
    return days


def year_of(text: str) -> int:
    """Return the year of an address. Raises INVALID."""
    if not (text.isdecimal() and len(text) == 4 and OLDEST <= int(text) <= NEWEST):
        raise HallError(CommonCode.INVALID, field="year")
    return int(text)


_FLAWS: dict[Flaw, tuple[str, str]] = {
    Flaw.DAY: ("日期“{0}”无法识别，应写成 2027-01-01", "The day “{0}” cannot be read"),
    Flaw.YEAR: ("日期“{0}”不在这一年", "The day “{0}” is not of this year"),
    Flaw.KIND: (
        "第二列要写“休”或“班”，现在是“{0}”",
        "The second column must be 休 or 班, not “{0}”",
    ),
    Flaw.NAME: ("缺少名称，或名称太长", "The name is missing or too long"),
    Flaw.TWICE: ("{0} 出现了两次", "{0} is there twice"),
    Flaw.WORKED_ANYWAY: ("{0} 本来就是工作日，不用写“班”", "{0} is worked anyway"),
    Flaw.STRETCH: ("“{0}”起止不对，或太长", "The stretch “{0}” is not right"),
    Flaw.WEEKDAY: ("休息日不能写“{0}”", "A day of rest keeps no hours: “{0}”"),
    Flaw.EMPTY: ("名单是空的", "The list is empty"),
    Flaw.TOO_MANY: ("超过 {0} 行", "More than {0} lines"),
    Flaw.FILE: ("这不是可以读取的 .xlsx 文件", "This is no .xlsx file that can be read"),
}


def _refusal(problems: list[Problem]) -> HallError:
    details = [
        {
            "line": problem.line,
            "message_zh": _FLAWS[problem.flaw][0].format(problem.text),
            "message_en": _FLAWS[problem.flaw][1].format(problem.text),
        }
        for problem in problems
    ]
    return HallError(CatalogueCode.CALENDAR_LIST, count=len(problems), problems=details)
