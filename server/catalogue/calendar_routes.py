"""Routes of the working calendar: one year at a time, imported as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from server.catalogue import calendar_import, calendar_list, calendar_views
from server.catalogue.calendar_days import days_of, year_of
from server.catalogue.errors import CatalogueCode
from server.catalogue.messages import CalendarTaken, CalendarYear, ImportCalendar
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.settings import FileSettings
from server.web_api import MANAGERS, Api, Call
from server.web_api.uploads import LARGEST, uploaded


def add(api: Api) -> None:
    """Register the routes of the calendar_import."""
    ctx, hall = api.hall.ctx, api.hall

    @api.get("/office/calendar/<year>", who=MANAGERS, answer=CalendarYear)
    def calendaryear_of(call: Call) -> CalendarYear:
        """Return one year of the working calendar_import."""
        year = year_of(call.args["year"])
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
        year = year_of(call.args["year"])
        _, content = uploaded(ctx.settings().of(FileSettings).file_limit_kb)
        rows = hall.offload(lambda: calendar_list.rows_of_sheet(content))
        return _take(api, call.actor, year, rows, "sheet", _seen(request.form.get("seen")))


def _take(
    api: Api,
    actor: Actor,
    year: int,
    rows: calendar_list.Rows | calendar_list.Problem,
    source: str,
    seen: Mapping[str, object],
) -> CalendarTaken:
    days = days_of(rows, year)
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
