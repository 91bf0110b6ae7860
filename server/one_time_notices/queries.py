"""Hand-ins and one-time notices: queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, and_, insert, or_, select

from server.core.records import Records
from server.core.store import Tx
from server.one_time_notices.tables import (
    hand_in,
    hand_in_material,
    one_time_notice,
    one_time_notice_line,
)


@dataclass(frozen=True, slots=True)
class StoredHandIn:
    """Hand-in as stored; times in ms."""

    id: str
    matter: str
    n: int
    corrects: str
    ticket: str
    visit: str
    served_at: int
    item: str
    version: int
    requirements: str
    at: int
    day: str
    unit: str
    window: str
    staff: str


@dataclass(frozen=True, slots=True)
class StoredMaterial:
    """State of a material at a hand-in; `faults` with commas, `needed` and `replaced` 1 or 0."""

    hand_in: str
    place: int
    material: str
    needed: int
    replaced: int
    faults: str
    valid_until: str
    words: str


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """One-time notice; `slip` is empty if it was printed as A4."""

    id: str
    hand_in: str
    at: int
    slip: str


@dataclass(frozen=True, slots=True)
class StoredLine:
    """MaterialFault that a notice names."""

    notice: str
    n: int
    place: int
    material: str
    fault: str
    valid_until: str
    words: str


_hand_ins = Records(StoredHandIn, hand_in)
_materials = Records(StoredMaterial, hand_in_material)
_notices = Records(StoredNotice, one_time_notice)
_lines = Records(StoredLine, one_time_notice_line)
_h, _m, _n, _l = hand_in.c, hand_in_material.c, one_time_notice.c, one_time_notice_line.c


def get(conn: Connection, hall_id: str, hand_in_id: str) -> StoredHandIn | None:
    """Return one hand-in, or None."""
    query = _hand_ins.select().where(_h.hall_id == hall_id, _h.id == hand_in_id)
    return _hand_ins.first(conn, query)


def of_matter(conn: Connection, hall_id: str, matter: str) -> list[StoredHandIn]:
    """Return the hand-ins of a matter, the first one first."""
    query = _hand_ins.select().where(_h.hall_id == hall_id, _h.matter == matter)
    return _hand_ins.all(conn, query.order_by(_h.n))


def latest_of_visit(
    conn: Connection, hall_id: str, ticket: str, visit: str, item: str
) -> StoredHandIn | None:
    """Return the last hand-in for an item by this ticket, or by another one of its visit."""
    own = _h.ticket == ticket
    query = _hand_ins.select().where(
        _h.hall_id == hall_id, or_(own, _h.visit == visit) if visit else own, _h.item == item
    )
    return _hand_ins.first(conn, query.order_by(_h.at.desc(), _h.n.desc()).limit(1))


def every_matter(conn: Connection, hall_id: str) -> dict[str, list[StoredHandIn]]:
    """Return the hand-ins of every matter, each matter's first one first."""
    query = _hand_ins.select().where(_h.hall_id == hall_id).order_by(_h.matter, _h.n)
    matters: dict[str, list[StoredHandIn]] = defaultdict(list)
    for row in _hand_ins.all(conn, query):
        matters[row.matter].append(row)
    return matters


def of_days_with_matters(
    conn: Connection, hall_id: str, first: str, last: str
) -> list[StoredHandIn]:
    """Return every hand-in of the matters that had one on ISO days `first`..`last`, in order."""
    matters = select(_h.matter).where(_h.hall_id == hall_id, _h.day >= first, _h.day <= last)
    query = _hand_ins.select().where(_h.hall_id == hall_id, _h.matter.in_(matters))
    return _hand_ins.all(conn, query.order_by(_h.matter, _h.n))


def materials(
    conn: Connection, hall_id: str, hand_ins: Iterable[str]
) -> dict[str, list[StoredMaterial]]:
    """Return the materials of hand-ins in the order of the item's list, by hand-in."""
    query = _materials.select().where(_m.hall_id == hall_id, _m.hand_in.in_(list(hand_ins)))
    rows: dict[str, list[StoredMaterial]] = defaultdict(list)
    for row in _materials.all(conn, query.order_by(_m.hand_in, _m.place)):
        rows[row.hand_in].append(row)
    return rows


def notice(conn: Connection, hall_id: str, number: str) -> StoredNotice | None:
    """Return a notice by its number, or None."""
    return _notices.first(conn, _notices.select().where(_n.hall_id == hall_id, _n.id == number))


def notices_of(conn: Connection, hall_id: str, hand_ins: Iterable[str]) -> dict[str, StoredNotice]:
    """Return the notices of hand-ins, by hand-in; none for a complete one."""
    query = _notices.select().where(_n.hall_id == hall_id, _n.hand_in.in_(list(hand_ins)))
    return {row.hand_in: row for row in _notices.all(conn, query)}


def lines(conn: Connection, hall_id: str, number: str) -> list[StoredLine]:
    """Return the lines of a notice in their order."""
    query = _lines.select().where(_l.hall_id == hall_id, _l.notice == number)
    return _lines.all(conn, query.order_by(_l.n))


def numbers_of_ticket(conn: Connection, hall_id: str, ticket: str) -> list[str]:
    """Return the numbers of the notices given to a ticket, newest first, none corrected since."""
    later = hand_in.alias()
    corrected = select(later.c.corrects).where(later.c.hall_id == hall_id, later.c.corrects != "")
    query = (
        select(_n.id)
        .join(hand_in, and_(_h.hall_id == _n.hall_id, _h.id == _n.hand_in))
        .where(_n.hall_id == hall_id, _h.ticket == ticket, _h.id.not_in(corrected))
        .order_by(_n.at.desc(), _h.n.desc())
    )
    return list(conn.execute(query).scalars())


def add(tx: Tx, row: StoredHandIn, materials_of_it: Sequence[StoredMaterial]) -> None:
    """Insert a hand-in with the state of its materials."""
    tx.conn.execute(insert(hand_in).values(hall_id=tx.hall_id, **asdict(row)))
    if materials_of_it:
        rows = [{"hall_id": tx.hall_id, **asdict(material)} for material in materials_of_it]
        tx.conn.execute(insert(hand_in_material), rows)


def add_notice(tx: Tx, row: StoredNotice, lines_of_it: Sequence[StoredLine]) -> None:
    """Insert a notice with its lines."""
    tx.conn.execute(insert(one_time_notice).values(hall_id=tx.hall_id, **asdict(row)))
    rows = [{"hall_id": tx.hall_id, **asdict(line)} for line in lines_of_it]
    tx.conn.execute(insert(one_time_notice_line), rows)
