"""Ratings and what came with them: queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select

from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx
from server.queue.tables import ticket
from server.ratings.levels import Channel, Level
from server.ratings.rates import RatedService
from server.ratings.tables import rating, rating_words


@dataclass(frozen=True, slots=True)
class StoredRating:
    """Rating as stored; times in ms. `aspects` is a JSON list, `named` 1 or 0."""

    id: str
    ticket: str
    case: str
    second_of: str
    day: str
    at: int
    received_at: int
    level: int
    channel: str
    aspects: str
    named: int
    item: str
    unit: str
    window: str
    staff: str
    device: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredWords:
    """Words and contact that came with a rating; the telephone is sealed."""

    rating: str
    words: str
    name: str
    phone: str
    erase_after: int


_ratings = Records(StoredRating, rating)
_words = Records(StoredWords, rating_words)
_r = rating.c
_of_ticket = precompiled(
    _ratings.select()
    .where(_r.hall_id == bindparam("hall_id"), _r.ticket == bindparam("ticket"))
    .order_by(_r.second_of)
)
_add = precompiled(insert(rating))


def get(conn: Connection, hall_id: str, rating_id: str) -> StoredRating | None:
    """Return one rating, or None."""
    return _ratings.first(conn, _ratings.select().where(_r.hall_id == hall_id, _r.id == rating_id))


def of_ticket(conn: Connection, hall_id: str, ticket_id: str) -> list[StoredRating]:
    """Return the ratings of a service: the first one, then the one after a redress."""
    return _ratings.all(conn, _of_ticket, {"hall_id": hall_id, "ticket": ticket_id})


def of_case(conn: Connection, hall_id: str, case_id: str) -> list[StoredRating]:
    """Return the rating of a case that has no ticket: one at most."""
    return _ratings.all(conn, _ratings.select().where(_r.hall_id == hall_id, _r.case == case_id))


def of_days(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredRating]:
    """Return the ratings of services of ISO days `first`..`last`, newest first."""
    query = _ratings.select().where(_r.hall_id == hall_id, _r.day >= first, _r.day <= last)
    return _ratings.all(conn, query.order_by(_r.at.desc(), _r.id))


def words_of(conn: Connection, hall_id: str, rating_id: str) -> StoredWords | None:
    """Return what came with a rating; None if nothing did, or it was erased."""
    c = rating_words.c
    return _words.first(conn, _words.select().where(c.hall_id == hall_id, c.rating == rating_id))


def add(tx: Tx, row: StoredRating, words: StoredWords | None) -> None:
    """Insert a rating, and what came with it."""
    tx.conn.execute(_add, {"hall_id": tx.hall_id} | _values(row))
    if words is not None:
        tx.conn.execute(insert(rating_words).values(hall_id=tx.hall_id, **_values(words)))


def erase_words_of(tx: Tx, rating_id: str) -> bool:
    """Erase what came with one rating; False if there was nothing."""
    c = rating_words.c
    result = tx.conn.execute(
        delete(rating_words).where(c.hall_id == tx.hall_id, c.rating == rating_id)
    )
    return bool(result.rowcount)


def erase_words(tx: Tx, now: int) -> int:
    """Erase words and contacts whose time is over; return their number."""
    c = rating_words.c
    result = tx.conn.execute(
        delete(rating_words).where(c.hall_id == tx.hall_id, c.erase_after < now)
    )
    return int(result.rowcount)


def _values(row: StoredRating | StoredWords) -> dict[str, Any]:
    return {entry.name: getattr(row, entry.name) for entry in fields(row)}


def finished(conn: Connection, hall_id: str, first: str, last: str) -> list[str]:
    """Return the ids of the services that were finished on ISO days `first`..`last`."""
    query = select(ticket.c.id).where(
        ticket.c.hall_id == hall_id,
        ticket.c.day >= first,
        ticket.c.day <= last,
        ticket.c.state == "finished",
    )
    return [row[0] for row in conn.execute(query)]


def rated(row: StoredRating) -> RatedService:
    """Return a rating as the rates count it."""
    return RatedService(
        row.ticket or row.case, Level(row.level), Channel(row.channel), bool(row.second_of)
    )


def page(
    conn: Connection, hall_id: str, first: str, last: str, levels: Collection[int], offset: int
) -> list[StoredRating]:
    """Return a page of the ratings of services of these days, newest first."""
    query = _ratings.select().where(*_listed(hall_id, first, last, levels))
    return _ratings.all(conn, query.order_by(_r.at.desc(), _r.id).offset(offset).limit(PAGE))


def total(conn: Connection, hall_id: str, first: str, last: str, levels: Collection[int]) -> int:
    """Return the number of ratings of which `page` returns one page."""
    query = select(func.count()).select_from(rating).where(*_listed(hall_id, first, last, levels))
    return int(conn.execute(query).scalar_one())


def _listed(
    hall_id: str, first: str, last: str, levels: Collection[int]
) -> list[ColumnElement[bool]]:
    return [_r.hall_id == hall_id, _r.day >= first, _r.day <= last, _r.level.in_(sorted(levels))]


def words_among(conn: Connection, hall_id: str, ratings: Sequence[str]) -> dict[str, str]:
    """Return the words of these ratings, of those that have any."""
    c = rating_words.c
    query = select(c.rating, c.words).where(c.hall_id == hall_id, c.rating.in_(ratings))
    return {row[0]: row[1] for row in conn.execute(query)}


def named_among(conn: Connection, hall_id: str, ratings: Sequence[str]) -> set[str]:
    """Return those of these ratings whose giver left a contact."""
    query = select(_r.id).where(_r.hall_id == hall_id, _r.id.in_(ratings), _r.named == 1)
    return {row[0] for row in conn.execute(query)}


PAGE = 50
"""Ratings on a page of the office's list."""
