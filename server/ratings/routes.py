"""Routes by which ratings come in."""

from __future__ import annotations

from datetime import date, timedelta

from flask import request
from sqlalchemy import Connection

from server.core.errors import HallError
from server.core.messages import Done
from server.core.sealed_text import seal
from server.queue import ticket_queries
from server.queue.errors import QueueCode
from server.queue.tickets import State, Ticket, read_number, ticket_id
from server.ratings import actions, queries, redress_queries
from server.ratings.actions import Given
from server.ratings.errors import RatingCode
from server.ratings.levels import Channel, Level
from server.ratings.messages import GiveRating, KioskRating, RatingState
from server.ratings.queries import StoredRating
from server.ratings.redress_rules import RedressMove
from server.ratings.settings import RatingSettings
from server.web_api import ANYONE, STAFF, Api, Call, Caller
from server.web_api.limits import MISSED, PHONES

RATING = (
    QueueCode.TICKET_UNKNOWN,
    RatingCode.RATING_NO_SERVICE,
    RatingCode.RATING_GIVEN,
    RatingCode.RATING_OVER,
)


def add(api: Api) -> None:
    """Register the routes."""
    _phone(api)
    _kiosk(api)
    _typed_in(api)


def _by_token(api: Api, token: str) -> Ticket:
    """Return a ticket by its address; a wrong one counts as a guess. Raises TICKET_UNKNOWN."""
    ctx = api.hall.ctx
    ticket = ctx.read_single(lambda c: ticket_queries.by_token(c, ctx.hall_id, token))
    if ticket is None:
        api.hall.people.guesses.wrong("page", request.remote_addr or "")
        raise HallError(QueueCode.TICKET_UNKNOWN)
    return ticket


def given_by(api: Api, body: GiveRating, channel: Channel) -> Given:
    """Return a rating as it came by a channel, its telephone sealed."""
    phone = seal(api.hall.config.data, api.hall.ctx.tokens, body.contact_phone)
    aspects = tuple(aspect.value for aspect in body.aspects)
    return Given(body.level, channel, aspects, body.words, body.contact_name, phone)


def state_of(api: Api, ticket: Ticket) -> RatingState:
    """Return what the holder of a ticket's address may know of its rating."""
    ctx = api.hall.ctx
    if ticket.state is not State.FINISHED:
        return RatingState(open=False, given=None, again=False, answer="", until="")
    rows, answer = ctx.read(lambda c: _rated(c, ctx.hall_id, ticket.id))
    days = ctx.settings().of(RatingSettings).rating_days
    last = date.fromisoformat(ticket.day) + timedelta(days=days)
    return RatingState(
        open=not rows and ctx.local().date() <= last,
        given=Level(rows[-1].level) if rows else None,
        again=answer is not None and len(rows) == 1,
        answer=answer or "",
        until=last.isoformat(),
    )


def _rated(conn: Connection, hall_id: str, ticket: str) -> tuple[list[StoredRating], str | None]:
    """Return the ratings of a service, and the answer to a bad one; None before an answer."""
    rows = queries.of_ticket(conn, hall_id, ticket)
    if not rows or not actions.is_answered(conn, hall_id, rows[0].id):
        return rows, None
    steps = redress_queries.STEPS.of(conn, hall_id, [rows[0].id])[rows[0].id]
    answers = [step.words for step in steps if step.move == RedressMove.ANSWER]
    return rows, answers[-1]


def _phone(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get(
        "/phone/<token>/rating",
        who=ANYONE,
        answer=RatingState,
        codes=(QueueCode.TICKET_UNKNOWN,),
        policy=PHONES,
    )
    def rating_state(call: Call) -> RatingState:
        """Return whether the service of a number can be rated, by its unguessable token."""
        return state_of(api, _by_token(api, call.args["token"]))

    @api.post(
        "/phone/<token>/rating",
        who=ANYONE,
        body=GiveRating,
        answer=RatingState,
        codes=RATING,
        policy=PHONES,
        example={"level": 2, "aspects": ["attitude"], "words": "办得很快"},
    )
    def rate_by_phone(call: Call) -> RatingState:
        """Rate the service of a number, once."""
        body: GiveRating = call.body
        ticket = _by_token(api, call.args["token"])
        given = given_by(api, body, Channel.PHONE)
        actions.rate(ctx, actions.PHONE, call.key, ticket.id, given)
        return state_of(api, ticket)


def _kiosk(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/kiosk/ratings",
        who=frozenset({Caller.KIOSK}),
        body=KioskRating,
        answer=Done,
        codes=RATING,
        policy=MISSED,
        example={"slip": "A012", "level": 2},
    )
    def rate_at_kiosk(call: Call) -> Done:
        """Rate the service of a slip at a kiosk, once."""
        body: KioskRating = call.body
        number = read_number(body.slip)
        ticket = ticket_id(ctx.day(), number) if number else _by_token(api, body.slip).id
        aspects = tuple(aspect.value for aspect in body.aspects)
        given = Given(body.level, Channel.KIOSK, aspects)
        actions.rate(ctx, call.actor, call.key, ticket, given, device=call.actor.name)
        return Done()


def _typed_in(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/tickets/<ticket>/rating",
        who=STAFF,
        body=GiveRating,
        answer=Done,
        codes=(*RATING, RatingCode.RATING_CHANNEL),
        example={"level": 2},
    )
    def type_in_rating(call: Call) -> Done:
        """Type in a rating that a person gave on paper or by word of mouth; it is no active one."""
        given = given_by(api, call.body, Channel.STAFF)
        actions.rate(ctx, call.actor, call.key, call.args["ticket"], given)
        return Done()
