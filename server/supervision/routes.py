"""Routes of electronic supervision: the wall, explanations, a calendar before it holds."""

from __future__ import annotations

from collections.abc import Sequence

from server.catalogue import calendar_list
from server.catalogue.calendar_days import days_of, year_of
from server.catalogue.errors import CatalogueCode
from server.core.settings import FileSettings
from server.core.working_days import SpecialDay
from server.supervision import actions, views
from server.supervision.errors import SupervisionCode
from server.supervision.messages import (
    CalendarPreview,
    Explain,
    ExplanationList,
    PreviewCalendar,
    SignList,
    Wall,
)
from server.web_api import MANAGERS, STAFF, Api, Call
from server.web_api.arguments import day_argument, day_of
from server.web_api.uploads import LARGEST, uploaded


def add(api: Api) -> None:
    """Register the routes."""
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/office/supervision", who=MANAGERS, answer=Wall)
    def wall(_call: Call) -> Wall:
        """Return the wall of lamps."""
        return ctx.read(lambda c: views.wall(hall, c))

    @api.get("/office/supervision/signs", who=MANAGERS, answer=SignList)
    def day_signs(_call: Call) -> SignList:
        """Return the signs of cases outside the hall of today, or of `day`; it changes nothing."""
        day = day_argument("day", ctx.local().date())
        return ctx.read(lambda c: views.signs(hall, c, day))

    @api.get("/my/explanations", who=STAFF, answer=ExplanationList)
    def my_explanations(call: Call) -> ExplanationList:
        """Return what one said of periods for the unit that one represents."""
        return ctx.read(lambda c: views.explanations(hall, c, call.actor))

    @api.post(
        "/my/explanations",
        who=STAFF,
        body=Explain,
        answer=ExplanationList,
        codes=(SupervisionCode.EXPLAIN_CHIEF, SupervisionCode.EXPLAIN_DIGEST),
        example={
            "kind": "network",
            "first": "2026-03-02",
            "last": "2026-03-02",
            "words": "专网中断",
        },
    )
    def explain(call: Call) -> ExplanationList:
        """Say why cases of a period were entered late: for the unit that one represents."""
        body: Explain = call.body
        span = day_of(body.first, "first"), day_of(body.last, "last")
        actions.explain(ctx, call.actor, call.key, body.kind, span, body.words, body.digest)
        return ctx.read(lambda c: views.explanations(hall, c, call.actor))

    _calendar(api)


def _calendar(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    def preview(year: int, days: Sequence[SpecialDay]) -> CalendarPreview:
        return hall.read_off_loop(lambda c: views.calendar_preview(ctx, c, year, days))

    @api.post(
        "/office/supervision/calendar",
        who=MANAGERS,
        body=PreviewCalendar,
        answer=CalendarPreview,
        codes=(CatalogueCode.CALENDAR_LIST,),
        keyed=False,
        example={"year": 2026, "text": "2026-10-01 休 国庆节"},
    )
    def preview_calendar(call: Call) -> CalendarPreview:
        """Return which due days of open cases a pasted list would move; it changes nothing."""
        body: PreviewCalendar = call.body
        return preview(body.year, days_of(calendar_list.rows_of_text(body.text), body.year))

    @api.post(
        "/office/supervision/calendar/<year>/sheet",
        who=MANAGERS,
        answer=CalendarPreview,
        codes=(CatalogueCode.CALENDAR_LIST,),
        keyed=False,
        upload=LARGEST,
    )
    def preview_sheet(call: Call) -> CalendarPreview:
        """Return the same of the first sheet of an .xlsx (multipart field `file`)."""
        year = year_of(call.args["year"])
        _, content = uploaded(ctx.settings().of(FileSettings).file_limit_kb)
        rows = hall.offload(lambda: calendar_list.rows_of_sheet(content))
        return preview(year, days_of(rows, year))
