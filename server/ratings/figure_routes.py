"""Routes of figures: the office's, a clerk's own totals, and what everybody may see."""

from __future__ import annotations

from datetime import date, timedelta

from flask import request
from sqlalchemy import Connection

from server.core.errors import CommonCode, HallError
from server.core.messages import Done
from server.ratings import actions, queries, views
from server.ratings.errors import RatingCode
from server.ratings.levels import Level
from server.ratings.messages import EraseWords, MyRatings, PublicRatings, RatingFigures, RatingList
from server.web_api import ANYONE, MANAGERS, STAFF, Api, Call
from server.web_api.arguments import day_argument

SHOWN_DAYS = 30


def add(api: Api) -> None:
    """Register the routes."""
    ctx = api.hall.ctx

    def span() -> tuple[date, date]:
        today = ctx.local().date()
        last = day_argument("to", today)
        return day_argument("from", last - timedelta(days=SHOWN_DAYS - 1)), last

    @api.get("/office/ratings", who=MANAGERS, answer=RatingFigures)
    def rating_figures(_call: Call) -> RatingFigures:
        """Return the figures of a period (`from`, `to`; default the last 30 days)."""
        first, last = span()
        return ctx.read(lambda c: views.figures(ctx, c, first, last))

    @api.get("/office/ratings/list", who=MANAGERS, answer=RatingList)
    def rating_list(_call: Call) -> RatingList:
        """Return a page of ratings (`from`, `to`, `only=bad`, `offset`), newest first."""
        first, last = span()
        wanted = [level for level in Level if level.is_bad or request.args.get("only") != "bad"]
        offset = _whole("offset")

        def read(conn: Connection) -> RatingList:
            wanted_days = ctx.hall_id, first.isoformat(), last.isoformat(), wanted
            rows = queries.page(conn, *wanted_days, offset)
            return views.listed(ctx, conn, rows, queries.total(conn, *wanted_days))

        return ctx.read(read)

    @api.post(
        "/office/ratings/<rating>/erase",
        who=MANAGERS,
        body=EraseWords,
        answer=Done,
        codes=(RatingCode.RATING_UNKNOWN, CommonCode.REASON_REQUIRED),
        example={"reason": "本人要求删除"},
    )
    def erase_words(call: Call) -> Done:
        """Erase the words and the contact of a rating; the level stays."""
        reason = call.body.reason.strip()
        actions.erase_words(ctx, call.actor, call.key, call.args["rating"], reason)
        return Done()

    @api.get("/my/ratings", who=STAFF, answer=MyRatings)
    def my_ratings(call: Call) -> MyRatings:
        """Return one's own totals up to yesterday."""
        return ctx.read(lambda c: views.own(ctx, c, call.actor.name))

    @api.get("/voices", who=ANYONE, answer=PublicRatings)
    def public_ratings(_call: Call) -> PublicRatings:
        """Return the ratings of the last months by window and unit, and what was put right."""
        return ctx.read(lambda c: views.public(ctx, c))


def _whole(name: str) -> int:
    text = request.args.get(name, "0")
    if not text.isdecimal() or len(text) > 9:
        raise HallError(CommonCode.INVALID, field=name)
    return int(text)
