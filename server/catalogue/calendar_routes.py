"""Routes of the working calendar: one year at a time, imported as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from server.catalogue import calendar_import, calendar_list, calendar_views
from server.catalogue.calendar_list import Flaw, Problem
from server.catalogue.errors import CatalogueCode
from server.catalogue.messages import CalendarTaken, CalendarYear, ImportCalendar
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.settings import FileSettings
from server.web_api import MANAGERS, Api, Call
from server.web_api.arguments import NEWEST, OLDEST
from server.web_api.uploads import LARGEST, uploaded


def add(api: Api) -> None:
    """Register the routes of the calendar_import."""
    ctx, hall = api.hall.ctx, api.hall

    @api.get("/office/calendar/<year>", who=MANAGERS, answer=CalendarYear)
    def calendar_year(call: Call) -> CalendarYear:
        """Return one year of the working calendar_import."""
        year = _year(call.args["year"])
        return ctx.read(lambda c: calendar_views.calendar_year(ctx, c, year))

    @api.post(
        "/office/calendar",
        who=MANAGERS,
        body=ImportCalendar,
        answer=CalendarTaken,
        codes=(CatalogueCode.CALENDAR_LIST, CommonCode.CHANGED_MEANWHILE),
        example={"year": 2027, "text": "2027-01-01 休 元旦"},
        keyed=False,
    )
    def import_calendar(call: Call) -> CalendarTaken:
        """Replace a year by a pasted list: all of it or nothing."""
        body: ImportCalendar = call.body
        rows = calendar_list.rows_of_text(body.text)
        return _take(api, call.actor, body.year, rows, "paste", body.seen)

    @api.post(
        "/office/calendar/<year>/sheet",
        who=MANAGERS,
        answer=CalendarTaken,
        codes=(CatalogueCode.CALENDAR_LIST, CommonCode.CHANGED_MEANWHILE),
        keyed=False,
        upload=LARGEST,
    )
    def import_sheet(call: Call) -> CalendarTaken:
        """Replace a year by the first sheet of an .xlsx (multipart field `file`)."""
        year = _year(call.args["year"])
        _, content = uploaded(ctx.settings().of(FileSettings).file_limit_kb)
        rows = hall.offload(lambda: calendar_list.rows_of_sheet(content))
        if isinstance(rows, Problem):
            raise _refused([rows])
        return _take(api, call.actor, year, rows, "sheet", _seen(request.form.get("seen")))


def _take(
    api: Api,
    actor: Actor,
    year: int,
    rows: calendar_list.Rows,
    source: str,
    seen: Mapping[str, object],
) -> CalendarTaken:
    parsed = calendar_list.read(rows, year)
    days = [entry for entry in parsed if not isinstance(entry, Problem)]
    if len(days) < len(parsed):
        raise _refused([entry for entry in parsed if isinstance(entry, Problem)])
    calendar_import.put_year(api.hall.ctx, actor, year, days, source, seen)
    off = sum(not day.opens for day in days)
    return CalendarTaken(year=year, off=off, on=len(days) - off)


def _seen(text: str | None) -> dict[str, int | None]:
    """Return the import time (ms) of the year that the page showed.

    `text` "" means that the year was never imported; None means that the page sent nothing.
    """
    if text is None:
        return {}
    if text and not (text.isdecimal() and len(text) < 15):
        raise HallError(CommonCode.INVALID, field="seen")
    return {"imported_at": int(text) if text else None}


def _year(text: str) -> int:
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


def _refused(problems: list[Problem]) -> HallError:
    details = [
        {
            "line": problem.line,
            "message_zh": _FLAWS[problem.flaw][0].format(problem.text),
            "message_en": _FLAWS[problem.flaw][1].format(problem.text),
        }
        for problem in problems
    ]
    return HallError(CatalogueCode.CALENDAR_LIST, count=len(problems), problems=details)
