"""Acts on ratings: a person rates a finished service, once."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection

from server.core.actors import Actor, ActorKind
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.queue import ticket_queries
from server.queue.errors import QueueCode
from server.queue.tickets import State, Ticket
from server.ratings import queries, redress_actions, redress_queries
from server.ratings.errors import RatingCode
from server.ratings.events import ServiceRated
from server.ratings.levels import Channel, Level
from server.ratings.queries import StoredRating, StoredWords
from server.ratings.redress_rules import ANSWERED, RedressState
from server.ratings.settings import RatingSettings

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Given:
    """Rating of a service as a person gives it; `phone` is sealed (server.core.sealed_text)."""

    level: Level
    channel: Channel
    aspects: tuple[str, ...] = ()
    words: str = ""
    name: str = ""
    phone: str = ""
    at: int | None = None
    """When the person rated, ms; None: now."""


@dataclass(frozen=True, slots=True)
class Service:
    """Service that is rated: a finished ticket, or a case without one; `staff` served."""

    ticket: str
    case: str
    day: str
    item: str
    unit: str
    window: str
    staff: str


def rate(ctx: Context, actor: Actor, key: str, ticket: str, given: Given, device: str = "") -> str:
    """Rate a finished service, once; return the rating's id.

    Raises TICKET_UNKNOWN, RATING_NO_SERVICE, RATING_GIVEN, RATING_OVER, RATING_CHANNEL.
    """
    request: JsonDict = {
        "act": "rating.give",
        "ticket": ticket,
        "level": int(given.level),
        "channel": given.channel.value,
        "aspects": list(given.aspects),
        "words": given.words,
        "name": given.name,
    }

    def act(tx: Tx) -> JsonDict:
        return {"rating": give(ctx, tx, actor, ticket, given, device)}

    return str(ctx.command(actor, key, request, act)["rating"])


def give(ctx: Context, tx: Tx, actor: Actor, ticket: str, given: Given, device: str = "") -> str:
    """Add the rating of a finished service in the running action; return its id.

    Raises as `rate`. The journal holds no words, no name and no telephone: they can be erased.
    """
    service, first = require_rateable(ctx, tx, actor, ticket, given)
    row = replace(_row(ctx, tx, actor, _rated(service), given), second_of=first, device=device)
    add(ctx, tx, actor, row, given)
    return row.id


def give_by_call(ctx: Context, tx: Tx, actor: Actor, service: Service, given: Given) -> str:
    """Add the first rating of a service whose person the office called; return its id.

    A case that was opened from a finished ticket shares the one rating of its ticket; any other
    has one of its own. A call has no last day. Raises RATING_GIVEN, and RATING_CHANNEL for whoever
    served.
    """
    ticket = ticket_queries.get(tx.conn, tx.hall_id, service.ticket) if service.ticket else None
    if ticket is not None and ticket.state is State.FINISHED:
        service, ratings = _rated(ticket), queries.of_ticket(tx.conn, tx.hall_id, ticket.id)
    else:
        service = replace(service, ticket="")
        ratings = queries.of_case(tx.conn, tx.hall_id, service.case)
    if ratings:
        raise HallError(RatingCode.RATING_GIVEN)
    if actor.name == service.staff:
        raise HallError(RatingCode.RATING_CHANNEL)
    row = _row(ctx, tx, actor, service, given)
    add(ctx, tx, actor, row, given)
    return row.id


def _rated(ticket: Ticket) -> Service:
    return Service(
        ticket=ticket.id,
        case="",
        day=ticket.day,
        item=ticket.item,
        unit=ticket.queue,
        window=ticket.window,
        staff=ticket.staff,
    )


def _row(ctx: Context, tx: Tx, actor: Actor, service: Service, given: Given) -> StoredRating:
    return StoredRating(
        id=f"R{ctx.tokens.token(9)}",
        ticket=service.ticket,
        case=service.case,
        second_of="",
        day=service.day,
        at=tx.now if given.at is None else given.at,
        received_at=tx.now,
        level=int(given.level),
        channel=given.channel.value,
        aspects=json.dumps(list(given.aspects)),
        named=int(bool(given.name or given.phone)),
        item=service.item,
        unit=service.unit,
        window=service.window,
        staff=service.staff,
        device="",
        by_actor=actor.key,
    )


def add(ctx: Context, tx: Tx, actor: Actor, row: StoredRating, given: Given) -> None:
    """Insert a rating with its words, journal and publish it."""
    words = None
    if given.words or row.named:
        keep = ctx.settings().of(RatingSettings).keep_rating_words_days
        until = tx.now + keep * DAY_MS
        words = StoredWords(row.id, given.words, given.name, given.phone, until)
    queries.add(tx, row, words)
    data: JsonDict = {
        "ticket": row.ticket,
        "case": row.case,
        "level": row.level,
        "channel": row.channel,
        "second_of": row.second_of,
        "unit": row.unit,
        "staff": row.staff,
        "item": row.item,
        "day": row.day,
        "at": row.at,
        "named": bool(row.named),
    }
    write_journal(tx, actor, "rating.give", row.id, window=row.window, data=data)
    tx.events.append(ServiceRated(row.id, row.ticket, row.day, row.level))
    if given.level.is_bad and not row.second_of:
        redress_actions.begin(ctx, tx, row)


def erase_words(ctx: Context, actor: Actor, key: str, rating: str, reason: str) -> None:
    """Erase words, name and telephone of a rating, because the person asked for it.

    The rating stays, and so does the journal's chain: it holds none of them. Raises
    RATING_UNKNOWN, REASON_REQUIRED.
    """

    def act(tx: Tx) -> JsonDict:
        if not reason:
            raise HallError(CommonCode.REASON_REQUIRED)
        if queries.get(tx.conn, tx.hall_id, rating) is None:
            raise HallError(RatingCode.RATING_UNKNOWN)
        erased = queries.erase_words_of(tx, rating)
        write_journal(tx, actor, "rating.erase", rating, data={"erased": erased}, why=reason)
        return {}

    ctx.command(actor, key, {"act": "rating.erase", "rating": rating, "reason": reason}, act)


def require_rateable(
    ctx: Context, tx: Tx, actor: Actor, ticket: str, given: Given
) -> tuple[Ticket, str]:
    """Return the finished service that may be rated now, and the rating that this one follows.

    A service is rated once, and a second time after the unit answered a bad first rating. Raises
    as `rate`.
    """
    service = ticket_queries.get(tx.conn, tx.hall_id, ticket)
    if service is None:
        raise HallError(QueueCode.TICKET_UNKNOWN, ticket=ticket)
    if service.state is not State.FINISHED:
        raise HallError(RatingCode.RATING_NO_SERVICE, number=service.number)
    typed_in = given.channel in (Channel.STAFF, Channel.CALL_BACK)
    if typed_in and actor.name == service.staff:
        raise HallError(RatingCode.RATING_CHANNEL)
    ratings = queries.of_ticket(tx.conn, tx.hall_id, ticket)
    if ratings:
        if len(ratings) > 1 or not is_answered(tx.conn, tx.hall_id, ratings[0].id):
            raise HallError(RatingCode.RATING_GIVEN)
        return service, ratings[0].id
    days = ctx.settings().of(RatingSettings).rating_days
    at = tx.now if given.at is None else given.at
    if ctx.local(at).date() > date.fromisoformat(service.day) + timedelta(days=days):
        raise HallError(RatingCode.RATING_OVER, days=days)
    return service, ""


def is_answered(conn: Connection, hall_id: str, rating: str) -> bool:
    """Return True if the unit has answered a bad rating, so that the person may rate again."""
    row = redress_queries.get(conn, hall_id, rating)
    return row is not None and RedressState(row.state) in ANSWERED


PHONE = Actor(ActorKind.PHONE, "phone")
"""Whoever holds a ticket's address."""
