"""Bulletins, their amendments and the units' acknowledgements: queries.

A released row is never written again; triggers of the migration enforce it as well.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, select, update

from server.bulletins.tables import acknowledgement, amendment, bulletin
from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx
from server.queue import tables as queue_tables
from server.time_clocks.tables import punch


@dataclass(frozen=True, slots=True)
class StoredBulletin:
    """Bulletin as stored; figures, words and editors are JSON."""

    id: str
    first_day: str
    last_day: str
    number: int
    state: str
    figures: str
    words: str
    digest: str
    drafted_at: int
    editors: str
    edited_at: int | None
    released_by: str
    released_at: int | None


@dataclass(frozen=True, slots=True)
class ListedBulletin:
    """Bulletin in a list, without figures and words."""

    id: str
    first_day: str
    last_day: str
    number: int
    state: str
    digest: str
    drafted_at: int
    released_at: int | None


@dataclass(frozen=True, slots=True)
class Amendment:
    """Amendment of a released bulletin; a draft until it is released."""

    bulletin: str
    n: int
    words: str
    data: str
    digest: str
    drafted_by: str
    drafted_at: int
    released_by: str
    released_at: int | None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Acknowledgement of a bulletin by a unit."""

    bulletin: str
    unit: str
    by_actor: str
    at: int


_bulletins = Records(StoredBulletin, bulletin)
_amendments = Records(Amendment, amendment)
_acknowledgements = Records(Acknowledgement, acknowledgement)

_b, _a, _k = bulletin.c, amendment.c, acknowledgement.c
_listed = Records(
    ListedBulletin,
    *(_b.id, _b.first_day, _b.last_day, _b.number, _b.state, _b.digest),
    *(_b.drafted_at, _b.released_at),
)
_get = precompiled(
    _bulletins.select().where(_b.hall_id == bindparam("hall_id"), _b.id == bindparam("bulletin_id"))
)
_anything = tuple(
    precompiled(
        select(table.c.id)
        .where(
            table.c.hall_id == bindparam("hall_id"),
            table.c.day >= bindparam("first"),
            table.c.day <= bindparam("last"),
        )
        .limit(1)
    )
    for table in (queue_tables.ticket, punch)
)


def has_activity(conn: Connection, hall_id: str, first: str, last: str) -> bool:
    """Return True if these days have any ticket or any punch."""
    values = {"hall_id": hall_id, "first": first, "last": last}
    return any(conn.execute(query, values).first() is not None for query in _anything)


def every(conn: Connection, hall_id: str) -> list[ListedBulletin]:
    """Return all bulletins without figures and words, newest first."""
    query = _listed.select().where(_b.hall_id == hall_id).order_by(_b.first_day.desc())
    return _listed.all(conn, query)


def get(conn: Connection, hall_id: str, bulletin_id: str) -> StoredBulletin | None:
    """Return one bulletin, or None."""
    return _bulletins.first(conn, _get, {"hall_id": hall_id, "bulletin_id": bulletin_id})


def newest_released(conn: Connection, hall_id: str) -> StoredBulletin | None:
    """Return the released bulletin with the latest week, or None."""
    return _bulletins.first(
        conn,
        _bulletins.select()
        .where(_b.hall_id == hall_id, _b.state == "released")
        .order_by(_b.first_day.desc())
        .limit(1),
    )


def add(tx: Tx, bulletin_id: str, first: str, last: str) -> None:
    """Insert an empty draft."""
    tx.conn.execute(
        insert(bulletin).values(
            hall_id=tx.hall_id,
            id=bulletin_id,
            first_day=first,
            last_day=last,
            state="draft",
            drafted_at=tx.now,
        )
    )


def set_words(tx: Tx, bulletin_id: str, words: dict[str, str], editors: list[str]) -> None:
    """Set the texts by section and the list of all editors."""
    tx.conn.execute(
        update(bulletin)
        .where(_b.hall_id == tx.hall_id, _b.id == bulletin_id)
        .values(
            words=json.dumps(words, ensure_ascii=False),
            editors=json.dumps(editors),
            edited_at=tx.now,
        )
    )


def next_number(tx: Tx, year: str) -> int:
    """Return the number for the year's next release.

    Drafts have no number, so released bulletins have no gaps.
    """
    highest = tx.conn.execute(
        select(func.max(_b.number)).where(
            _b.hall_id == tx.hall_id, _b.id.startswith(f"{year}-"), _b.state == "released"
        )
    ).scalar()
    return int(highest or 0) + 1


def release(
    tx: Tx, bulletin_id: str, number: int, figures: str, words: str, digest: str, by: str
) -> None:
    """Freeze a draft; `figures` and `words` are JSON."""
    tx.conn.execute(
        update(bulletin)
        .where(_b.hall_id == tx.hall_id, _b.id == bulletin_id)
        .values(
            state="released",
            number=number,
            figures=figures,
            words=words,
            digest=digest,
            released_by=by,
            released_at=tx.now,
        )
    )


def amendments(conn: Connection, hall_id: str, bulletin_id: str) -> list[Amendment]:
    """Return a bulletin's amendments by number, including drafts (released_at is empty)."""
    query = _amendments.select().where(_a.hall_id == hall_id, _a.bulletin == bulletin_id)
    return _amendments.all(conn, query.order_by(_a.n))


def add_amendment(tx: Tx, bulletin_id: str, n: int, words: str, data: str, by: str) -> None:
    """Insert the draft of an amendment; another person has to release it."""
    tx.conn.execute(
        insert(amendment).values(
            hall_id=tx.hall_id,
            bulletin=bulletin_id,
            n=n,
            words=words,
            data=data,
            drafted_by=by,
            drafted_at=tx.now,
        )
    )


def release_amendment(tx: Tx, bulletin_id: str, n: int, digest: str, by: str) -> None:
    """Freeze an amendment."""
    tx.conn.execute(
        update(amendment)
        .where(_a.hall_id == tx.hall_id, _a.bulletin == bulletin_id, _a.n == n)
        .values(digest=digest, released_by=by, released_at=tx.now)
    )


def acknowledged(conn: Connection, hall_id: str, bulletin_id: str) -> dict[str, Acknowledgement]:
    """Return the acknowledgements of a bulletin by unit."""
    query = _acknowledgements.select().where(_k.hall_id == hall_id, _k.bulletin == bulletin_id)
    return {record.unit: record for record in _acknowledgements.all(conn, query)}


def acknowledge(tx: Tx, bulletin_id: str, unit: str, by: str) -> None:
    """Record that a unit's chief representative has read a bulletin."""
    tx.conn.execute(
        insert(acknowledgement).values(
            hall_id=tx.hall_id, bulletin=bulletin_id, unit=unit, by_actor=by, at=tx.now
        )
    )
