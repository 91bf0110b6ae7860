"""Routes of call backs; the office works the list."""

from __future__ import annotations

from datetime import timedelta

from flask import request

from server.call_backs import actions, views
from server.call_backs.actions import Call as PhoneCall
from server.call_backs.errors import CallBackCode
from server.call_backs.messages import (
    CallBackFigures,
    CallBackList,
    CallBackPhone,
    CallBackView,
    RecordCall,
)
from server.core.sealed_text import unseal
from server.core.weeks import week_of
from server.ratings.errors import RatingCode
from server.web_api import MANAGERS, Api, Call
from server.web_api.arguments import day_argument, week_argument

SHOWN_DAYS = 30


def add(api: Api) -> None:
    """Register the routes."""
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/office/call-backs", who=MANAGERS, answer=CallBackList)
    def call_backs(call: Call) -> CallBackList:
        """Return the people to call, of the newest list or of the week `week`."""
        text = request.args.get("week", "")
        week = week_argument(text) if text else None
        return ctx.read(lambda c: views.listed(ctx, c, call.actor, week))

    @api.get("/office/call-backs/figures", who=MANAGERS, answer=CallBackFigures)
    def call_back_figures(_call: Call) -> CallBackFigures:
        """Return the figures of the lists of weeks that begin in `from`..`to` (30 days)."""
        today = ctx.local().date()
        last = day_argument("to", today)
        first = day_argument("from", last - timedelta(days=SHOWN_DAYS - 1))
        # A week counts where its Monday lies.
        weeks = week_of(first + timedelta(days=6)).id, week_of(last).id
        return ctx.read(lambda c: views.figures_view(views.counts(ctx, c, *weeks)))

    @api.post(
        "/office/call-backs/<case>/phone",
        who=MANAGERS,
        answer=CallBackPhone,
        codes=(CallBackCode.CALL_BACK_UNKNOWN, CallBackCode.CALL_BACK_ENDED),
    )
    def call_back_phone(call: Call) -> CallBackPhone:
        """Show the telephone of a person to be called; every showing is journalled."""
        sealed = actions.show_phone(ctx, call.actor, call.key, call.args["case"])
        return CallBackPhone(phone=unseal(hall.config.data, ctx.tokens, sealed) or "")

    @api.post(
        "/office/call-backs/<case>/call",
        who=MANAGERS,
        body=RecordCall,
        answer=CallBackView,
        codes=(
            CallBackCode.CALL_BACK_UNKNOWN,
            CallBackCode.CALL_BACK_ENDED,
            CallBackCode.CALL_BACK_LEVEL,
            RatingCode.RATING_GIVEN,
        ),
        example={"answer": "rated", "level": 2, "words": "办得很快"},
    )
    def record_call(call: Call) -> CallBackView:
        """Record a call: what the person rated, or why there is no rating."""
        body: RecordCall = call.body
        case = call.args["case"]
        result = PhoneCall(body.answer, body.level, body.words)
        actions.record(ctx, call.actor, call.key, case, result)
        return ctx.read(lambda c: views.single(ctx, c, call.actor, case))
