"""Routes of redresses: the office's list, a liaison's own, and the steps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from flask import Response, request
from sqlalchemy import Connection

from server.catalogue.model import Catalogue
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.sealed_text import unseal
from server.core.working_days import is_overdue
from server.hall.composition import Hall
from server.hall.context import Context
from server.leave import step_papers
from server.leave.errors import LeaveCode
from server.leave.messages import PaperRef
from server.ratings import actions, queries, redress_actions, redress_queries
from server.ratings.actions import Given
from server.ratings.errors import RatingCode
from server.ratings.levels import Channel, Level
from server.ratings.messages import (
    CallBackRating,
    MoveRedress,
    RedressList,
    RedressStepView,
    RedressView,
)
from server.ratings.queries import StoredRating
from server.ratings.redress_actions import Wish, attempt_of
from server.ratings.redress_queries import StoredRedress, StoredStep
from server.ratings.redress_rules import (
    ANSWERED,
    FINAL,
    CallResult,
    RedressMove,
    RedressState,
)
from server.ratings.workflow import REDRESS
from server.web_api import MANAGERS, STAFF, Api, Call
from server.web_api.arguments import day_argument

STEPS = (
    RatingCode.REDRESS_UNKNOWN,
    RatingCode.REDRESS_STATE,
    RatingCode.REDRESS_OFFICE,
    RatingCode.REDRESS_SECOND,
    RatingCode.REDRESS_WORDS,
    RatingCode.REDRESS_RESULT,
    LeaveCode.FILE_UNKNOWN,
)


def add(api: Api) -> None:
    """Register the routes."""
    _listed(api)
    _steps(api)


def _listed(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/office/redresses", who=MANAGERS, answer=RedressList)
    def office_redresses(call: Call) -> RedressList:
        """Return the open redresses, due ones first; with `from` all of services since then."""
        today = ctx.local().date()
        first, last = day_argument("from", today), day_argument("to", today)

        def read(conn: Connection) -> RedressList:
            if "from" in request.args:
                span = first.isoformat(), last.isoformat()
                rows = redress_queries.of_days(conn, ctx.hall_id, *span)
            else:
                rows = redress_queries.open_ones(conn, ctx.hall_id)
            return _list(hall, conn, call.actor, rows)

        return ctx.read(read)

    @api.get("/my/redresses", who=STAFF, answer=RedressList)
    def my_redresses(call: Call) -> RedressList:
        """Return the open redresses of the unit that one represents as its chief."""

        def read(conn: Connection) -> RedressList:
            unit = ctx.catalogue().unit_led_by(call.actor.name)
            rows = redress_queries.open_ones(conn, ctx.hall_id, [unit]) if unit else []
            return _list(hall, conn, call.actor, rows)

        return ctx.read(read)

    @api.get(
        "/redresses/<rating>", who=STAFF, answer=RedressView, codes=(RatingCode.REDRESS_UNKNOWN,)
    )
    def redress(call: Call) -> RedressView:
        """Return one redress to whoever handles it."""
        return _one(hall, call)


def _steps(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/redresses/<rating>/move",
        who=STAFF,
        body=MoveRedress,
        answer=RedressView,
        codes=STEPS,
        example={"move": "contact", "result": "reached", "words": "已向群众致歉"},
    )
    def move_redress(call: Call) -> RedressView:
        """Take the next step of a redress."""
        body: MoveRedress = call.body
        wish = Wish(body.move, body.words, body.result, tuple(body.evidence))
        redress_actions.move(ctx, call.actor, call.key, call.args["rating"], wish)
        return _one(hall, call)

    @api.get(
        "/redresses/<rating>/evidence/<file>",
        who=STAFF,
        answer=None,
        codes=(RatingCode.REDRESS_UNKNOWN, LeaveCode.FILE_UNKNOWN),
        media="application/octet-stream",
    )
    def redress_evidence(call: Call) -> Response:
        """Return a paper of a step to whoever sees the step."""
        args = call.args
        _, steps = ctx.read(lambda c: redress_actions.access(ctx, c, call.actor, args["rating"]))
        return step_papers.paper_of(hall, call.actor, steps, args["file"], args["rating"])

    @api.post(
        "/redresses/<rating>/rating",
        who=MANAGERS,
        body=CallBackRating,
        answer=RedressView,
        codes=(
            RatingCode.REDRESS_UNKNOWN,
            RatingCode.REDRESS_RESULT,
            RatingCode.RATING_GIVEN,
            RatingCode.RATING_CHANNEL,
        ),
        example={"level": 2},
    )
    def rate_by_call(call: Call) -> RedressView:
        """Type in the second rating, which the person gives while being called back."""
        rating = call.args["rating"]
        row = ctx.read(lambda c: _rating_of(ctx, c, call.actor, rating))
        given = Given(call.body.level, Channel.CALL_BACK)
        actions.rate(ctx, call.actor, call.key, row.ticket, given)
        return _one(hall, call)


def _rating_of(ctx: Context, conn: Connection, actor: Actor, rating_id: str) -> StoredRating:
    """Return the first rating of a redress that the actor handles.

    Raises REDRESS_UNKNOWN, and REDRESS_RESULT where nobody can be called.
    """
    redress_actions.access(ctx, conn, actor, rating_id)
    row = queries.get(conn, ctx.hall_id, rating_id)
    assert row is not None, "a redress belongs to a rating"
    # The second rating follows the ticket's first one; a case without a ticket has one rating.
    if not row.named or not row.ticket:
        raise HallError(RatingCode.REDRESS_RESULT)
    return row


def _one(hall: Hall, call: Call) -> RedressView:
    ctx = hall.ctx

    def read(conn: Connection) -> RedressView:
        row, steps = redress_actions.access(ctx, conn, call.actor, call.args["rating"])
        return view(hall, conn, call.actor, row, steps)

    return ctx.read(read)


def _list(hall: Hall, conn: Connection, actor: Actor, rows: Sequence[StoredRedress]) -> RedressList:
    # Whoever served never sees it: it shows who rated.
    shown = [row for row in rows if row.staff != actor.name]
    steps = redress_queries.STEPS.of(conn, hall.ctx.hall_id, [row.rating for row in shown])
    return RedressList(
        today=hall.ctx.local().date().isoformat(),
        redresses=[view(hall, conn, actor, row, steps[row.rating]) for row in shown],
    )


def view(
    hall: Hall, conn: Connection, actor: Actor, row: StoredRedress, steps: Sequence[StoredStep]
) -> RedressView:
    """Return a redress as whoever handles it sees it."""
    ctx = hall.ctx
    catalogue = ctx.catalogue()
    rating = queries.get(conn, ctx.hall_id, row.rating)
    assert rating is not None, "a redress belongs to a rating"
    words = queries.words_of(conn, ctx.hall_id, row.rating)
    # The contact is shown for as long as somebody has to call.
    contact = words is not None and row.state not in FINAL
    phone = unseal(hall.config.data, ctx.tokens, words.phone) if words and contact else ""
    unit, window = catalogue.unit_by.get(row.unit), catalogue.window_by.get(rating.window)
    item = catalogue.item_by.get(rating.item)
    attempt = attempt_of(ctx, actor, row, steps, None)
    papers = step_papers.papers_of(conn, ctx.hall_id, steps)
    return RedressView(
        rating=row.rating,
        state=RedressState(row.state),
        due=row.due,
        overdue=is_overdue(row.due, ctx.local().date()),
        level=Level(rating.level),
        aspects=json.loads(rating.aspects),
        words=words.words if words else "",
        contact_name=words.name if words and contact else "",
        contact_phone=phone or "",
        named=bool(rating.named),
        day=rating.day,
        at=rating.at,
        unit=row.unit,
        unit_name=unit.name if unit else row.unit,
        window=rating.window,
        window_name=f"{window.number}号窗口（{window.name}）" if window else rating.window,
        item_name=item.name if item else rating.item,
        staff=row.staff,
        staff_name=_name(catalogue, row.staff),
        steps=[_step(catalogue, step, papers, office=actor.manages) for step in steps],
        moves=[move for move in RedressMove if row.state and REDRESS.allows(move, attempt)],
        rateable=bool(rating.named)
        and actor.manages
        and RedressState(row.state) in ANSWERED
        and bool(rating.ticket)
        and len(queries.of_ticket(conn, ctx.hall_id, rating.ticket)) == 1,
    )


def _step(
    catalogue: Catalogue, step: StoredStep, papers: Mapping[str, PaperRef], *, office: bool
) -> RedressStepView:
    by = step.by_actor.partition(":")[2]
    return RedressStepView(
        move=RedressMove(step.move),
        state=RedressState(step.state),
        at=step.at,
        day=step.day,
        due=step.due,
        result=CallResult(step.result) if step.result else None,
        words=step.words,
        evidence=step_papers.of_step(step, papers),
        by=by,
        by_name=_name(catalogue, by) if office or by else "",
    )


def _name(catalogue: Catalogue, number: str) -> str:
    person = catalogue.staff_by.get(number)
    return person.name if person else number
