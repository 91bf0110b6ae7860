"""Routes of electronic supervision: the wall, explanations, a calendar before it holds."""

from __future__ import annotations

from sqlalchemy import Connection

from server.cases import due_cache
from server.cases import queries as case_queries
from server.cases.clocks import Clock
from server.core.working_days import SpecialDay
from server.supervision import actions, views
from server.supervision.errors import SupervisionCode
from server.supervision.messages import (
    CalendarPreview,
    Explain,
    ExplanationList,
    MovedDueDay,
    PreviewCalendar,
    SignList,
    Wall,
)
from server.web_api import MANAGERS, STAFF, Api, Call
from server.web_api.arguments import day_argument, day_of


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
    ctx = api.hall.ctx

    @api.post(
        "/office/supervision/calendar",
        who=MANAGERS,
        body=PreviewCalendar,
        answer=CalendarPreview,
        keyed=False,
        example={"year": 2026, "special_days": [{"day": "2026-10-01", "opens": False}]},
    )
    def preview_calendar(call: Call) -> CalendarPreview:
        """Return which due days of open cases a calendar would move; it changes nothing."""
        body: PreviewCalendar = call.body
        days = [
            SpecialDay(day_of(entry.day), entry.opens, "", entry.like_weekday)
            for entry in body.special_days
        ]

        def read(conn: Connection) -> CalendarPreview:
            moved = list(due_cache.moved_by(ctx, conn, body.year, days))
            rows = case_queries.among(conn, ctx.hall_id, sorted({m.case for m in moved}))
            numbers = {row.id: row.number for row in rows}
            return CalendarPreview(
                moved=[
                    MovedDueDay(
                        case=m.case,
                        number=numbers[m.case],
                        clock=Clock(m.clock),
                        before=m.before,
                        after=m.after,
                        because=m.because,
                    )
                    for m in moved
                ]
            )

        return ctx.read(read)
