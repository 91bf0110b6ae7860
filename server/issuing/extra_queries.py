"""Additional licences found at a count: queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select

from server.core.records import Records
from server.core.step_chains import StepChain
from server.core.store import Tx
from server.issuing.rules import ExtraState
from server.issuing.tables import licence_extra, licence_extra_fact


@dataclass(frozen=True, slots=True)
class StoredExtra:
    """Additional licence as stored; `number` as printed on it."""

    id: str
    list: str
    unit: str
    number: str
    state: str
    day: str
    at: int


@dataclass(frozen=True, slots=True)
class StoredExtraFact:
    """Fact of an additional licence as stored."""

    extra: str
    n: int
    move: str
    state: str
    at: int
    day: str
    words: str
    by_actor: str


_extras = Records(StoredExtra, licence_extra)
FACTS = StepChain(
    Records(StoredExtraFact, licence_extra_fact), licence_extra_fact, licence_extra, "extra"
)
_x = licence_extra.c


def get(conn: Connection, hall_id: str, extra: str) -> StoredExtra | None:
    """Return an additional licence, or None."""
    return _extras.first(conn, _extras.select().where(_x.hall_id == hall_id, _x.id == extra))


def unsettled(
    conn: Connection, hall_id: str, units: Collection[str] | None = None
) -> list[StoredExtra]:
    """Return those that two people have not resolved, of these units or of all."""
    wanted = [_x.hall_id == hall_id, _x.state != ExtraState.SETTLED.value]
    if units is not None:
        wanted.append(_x.unit.in_(sorted(units)))
    return _extras.all(conn, _extras.select().where(*wanted).order_by(_x.at, _x.id))


def every(conn: Connection, hall_id: str) -> list[StoredExtra]:
    """Return every additional licence."""
    return _extras.all(conn, _extras.select().where(_x.hall_id == hall_id).order_by(_x.id))


def numbers(conn: Connection, hall_id: str, lists: Collection[str]) -> dict[str, list[str]]:
    """Return the numbers of the additional licences of these lists, by list."""
    query = select(_x.list, _x.number).where(_x.hall_id == hall_id, _x.list.in_(sorted(lists)))
    by_list: dict[str, list[str]] = {name: [] for name in lists}
    for name, number in conn.execute(query.order_by(_x.at, _x.id)):
        by_list[name].append(number)
    return by_list


def add(tx: Tx, row: StoredExtra) -> None:
    """Insert an additional licence."""
    tx.conn.execute(insert(licence_extra).values(hall_id=tx.hall_id, **asdict(row)))
