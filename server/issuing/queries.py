"""Licences, hand-over lists, parcels and lists of issued numbers: queries."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, func, insert, select

from server.cases import queries as case_queries
from server.cases.queries import StoredCase
from server.cases.tables import case_applicant, case_record
from server.core.records import Records
from server.core.step_chains import StepChain
from server.core.store import Tx
from server.issuing.rules import LicenceMove, ParcelState, Place
from server.issuing.tables import (
    licence,
    licence_fact,
    licence_list,
    licence_list_fact,
    licence_parcel,
    licence_parcel_fact,
    licence_receiver,
    licence_roll,
    licence_roll_line,
)

MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class StoredLicence:
    """Licence as stored; `copy` 0 is the original, `list` the last hand-over list."""

    id: str
    case: str
    unit: str
    item: str
    kind: str
    number: str
    number_key: str
    copy: int
    paper: int
    electronic: int
    issued_day: str
    valid_to: str
    state: str
    list: str
    shelf: str
    waybill: str
    entered_day: str
    staff: str
    at: int


@dataclass(frozen=True, slots=True)
class StoredLicenceFact:
    """Fact of a licence as stored; `files` is a JSON list of kept files."""

    licence: str
    n: int
    move: str
    state: str
    at: int
    day: str
    list: str
    shelf: str
    waybill: str
    ticket: str
    to: str
    id_kind: str
    id_check: str
    signed: str
    files: str
    words: str
    by_actor: str

    @property
    def evidence(self) -> str:
        """Kept files, as the papers of a step."""
        return self.files


@dataclass(frozen=True, slots=True)
class StoredReceiver:
    """Agent who received a licence; the document's number is masked."""

    licence: str
    n: int
    name: str
    id_masked: str
    erase_after: int


@dataclass(frozen=True, slots=True)
class StoredList:
    """Hand-over list as stored."""

    id: str
    day: str
    serial: int
    unit: str
    state: str


@dataclass(frozen=True, slots=True)
class StoredListFact:
    """Fact of a hand-over list as stored; `licences` and `missing` are JSON lists of ids."""

    list: str
    n: int
    move: str
    state: str
    at: int
    day: str
    counted: int
    licences: str
    missing: str
    words: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredParcel:
    """Parcel as stored."""

    waybill: str
    carrier: str
    case: str
    day: str
    state: str


@dataclass(frozen=True, slots=True)
class StoredParcelFact:
    """Fact of a parcel as stored; `licences` is a JSON list of ids."""

    waybill: str
    n: int
    move: str
    state: str
    at: int
    day: str
    licences: str
    to: str
    words: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredRoll:
    """List of issued numbers as a unit handed it in."""

    digest: str
    unit: str
    day: str
    at: int
    name: str
    lines: int
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredRollLine:
    """Issued number of such a list."""

    digest: str
    place: int
    number: str
    kind: str
    issued_day: str


_licences = Records(StoredLicence, licence)
_receivers = Records(StoredReceiver, licence_receiver)
_lists = Records(StoredList, licence_list)
_parcels = Records(StoredParcel, licence_parcel)
_rolls = Records(StoredRoll, licence_roll)
_roll_lines = Records(StoredRollLine, licence_roll_line)
FACTS = StepChain(Records(StoredLicenceFact, licence_fact), licence_fact, licence, "licence")
LIST_FACTS = StepChain(
    Records(StoredListFact, licence_list_fact), licence_list_fact, licence_list, "list"
)
PARCEL_FACTS = StepChain(
    Records(StoredParcelFact, licence_parcel_fact), licence_parcel_fact, licence_parcel, "waybill"
)
_l, _f, _h, _p = licence.c, licence_fact.c, licence_list.c, licence_parcel.c
_r, _o, _e = licence_receiver.c, licence_roll.c, licence_roll_line.c


def ids_of(text: str) -> list[str]:
    """Return the ids of a JSON list."""
    result: list[str] = json.loads(text)
    return result


# -- licences ------------------------------------------------------------------------------------


def get(conn: Connection, hall_id: str, licence_id: str) -> StoredLicence | None:
    """Return a licence, or None."""
    query = _licences.select().where(_l.hall_id == hall_id, _l.id == licence_id)
    return _licences.first(conn, query)


def by_key(conn: Connection, hall_id: str, number_key: str) -> StoredLicence | None:
    """Return the licence with this unit, number and copy that is not void, or None."""
    query = _licences.select().where(_l.hall_id == hall_id, _l.number_key == number_key)
    return _licences.first(conn, query)


def among(conn: Connection, hall_id: str, ids: Collection[str]) -> list[StoredLicence]:
    """Return these licences in the order of their numbers."""
    query = _licences.select().where(_l.hall_id == hall_id, _l.id.in_(sorted(ids)))
    return _licences.all(conn, query.order_by(_l.number, _l.copy, _l.id))


def every(conn: Connection, hall_id: str) -> list[StoredLicence]:
    """Return every licence in the order of their registration."""
    query = _licences.select().where(_l.hall_id == hall_id)
    return _licences.all(conn, query.order_by(_l.at, _l.id))


def of_cases(
    conn: Connection, hall_id: str, cases: Collection[str]
) -> dict[str, list[StoredLicence]]:
    """Return the licences of these cases, by case."""
    by_case: dict[str, list[StoredLicence]] = {case: [] for case in cases}
    query = _licences.select().where(_l.hall_id == hall_id, _l.case.in_(sorted(cases)))
    for row in _licences.all(conn, query.order_by(_l.at, _l.copy, _l.id)):
        by_case[row.case].append(row)
    return by_case


def at_places(
    conn: Connection, hall_id: str, places: Collection[Place], units: Collection[str] | None = None
) -> list[StoredLicence]:
    """Return up to `MOST_LISTED` licences at these places, of these units or of all."""
    wanted = [_l.hall_id == hall_id, _l.state.in_(sorted(place.value for place in places))]
    if units is not None:
        wanted.append(_l.unit.in_(sorted(units)))
    query = _licences.select().where(*wanted).order_by(_l.shelf, _l.at, _l.id)
    return _licences.all(conn, query.limit(MOST_LISTED))


def with_request(
    conn: Connection, hall_id: str, places: Collection[Place], units: Collection[str] | None = None
) -> list[StoredLicence]:
    """Return the licences at these places of which the return or the end was ever requested."""
    asks = [LicenceMove.ASK_BACK.value, LicenceMove.ASK_VOID.value]
    # Without DISTINCT, for which SQLite would read every fact in the order of its key.
    requested = select(_f.licence).where(_f.hall_id == hall_id, _f.move.in_(asks))
    rows = among(conn, hall_id, set(conn.scalars(requested)))
    return sorted(
        (
            row
            for row in rows
            if Place(row.state) in places and (units is None or row.unit in units)
        ),
        key=lambda row: (row.at, row.id),
    )


def place_counts(conn: Connection, hall_id: str) -> dict[Place, int]:
    """Return the number of licences by place."""
    query = select(_l.state, func.count()).where(_l.hall_id == hall_id).group_by(_l.state)
    counts = dict.fromkeys(Place, 0)
    counts |= {Place(state): int(count) for state, count in conn.execute(query)}
    return counts


def electronic(
    conn: Connection, hall_id: str, first: str, last: str, units: Collection[str] | None = None
) -> list[StoredLicence]:
    """Return the electronic licences issued on ISO days `first`..`last`, without void ones."""
    wanted = [
        _l.hall_id == hall_id,
        _l.electronic == 1,
        _l.issued_day.between(first, last),
        _l.state != Place.VOID.value,
    ]
    if units is not None:
        wanted.append(_l.unit.in_(sorted(units)))
    query = _licences.select().where(*wanted).order_by(_l.entered_day, _l.issued_day, _l.id)
    return _licences.all(conn, query)


def facts_of_days(
    conn: Connection, hall_id: str, moves: Collection[str], first: str, last: str
) -> dict[str, int]:
    """Return how often each of these moves was made on ISO days `first`..`last`."""
    query = select(_f.move, func.count()).where(
        _f.hall_id == hall_id, _f.move.in_(sorted(moves)), _f.day.between(first, last)
    )
    counts = dict.fromkeys(moves, 0)
    return counts | {move: int(n) for move, n in conn.execute(query.group_by(_f.move))}


def electronic_between(conn: Connection, hall_id: str, begin: int, end: int) -> int:
    """Return the number of electronic licences registered from `begin` up to `end` (ms)."""
    query = select(func.count()).where(
        _l.hall_id == hall_id, _l.electronic == 1, _l.at >= begin, _l.at < end
    )
    return int(conn.execute(query).scalar_one())


def numbers(conn: Connection, hall_id: str, unit: str) -> set[str]:
    """Return the licence numbers of a unit, as registered, without void ones."""
    query = select(_l.number).where(
        _l.hall_id == hall_id, _l.unit == unit, _l.state != Place.VOID.value
    )
    return set(conn.scalars(query))


def add(tx: Tx, row: StoredLicence) -> None:
    """Insert a licence."""
    tx.conn.execute(insert(licence).values(hall_id=tx.hall_id, **asdict(row)))


def cases_of_person(conn: Connection, hall_id: str, key: str) -> list[StoredCase]:
    """Return the cases with licences of the applicant with a keyed hash, newest first."""
    owned = select(_l.case).where(_l.hall_id == hall_id)
    people = select(case_applicant.c.case).where(
        case_applicant.c.hall_id == hall_id, case_applicant.c.person_key == key
    )
    query = select(case_record.c.id).where(
        case_record.c.hall_id == hall_id, case_record.c.id.in_(people), case_record.c.id.in_(owned)
    )
    rows = case_queries.among(conn, hall_id, list(conn.scalars(query)) if key else [])
    return sorted(rows, key=lambda row: row.at, reverse=True)


# -- receivers -----------------------------------------------------------------------------------


def receivers(
    conn: Connection, hall_id: str, licences: Collection[str]
) -> dict[tuple[str, int], StoredReceiver]:
    """Return the agents who received these licences, by licence and fact."""
    query = _receivers.select().where(_r.hall_id == hall_id, _r.licence.in_(sorted(licences)))
    return {(row.licence, row.n): row for row in _receivers.all(conn, query)}


def add_receiver(tx: Tx, row: StoredReceiver) -> None:
    """Insert an agent who received a licence."""
    tx.conn.execute(insert(licence_receiver).values(hall_id=tx.hall_id, **asdict(row)))


def erase_receivers(tx: Tx, now: int) -> int:
    """Erase agents whose time is over; return their number."""
    result = tx.conn.execute(
        delete(licence_receiver).where(_r.hall_id == tx.hall_id, _r.erase_after < now)
    )
    return int(result.rowcount)


# -- hand-over lists -----------------------------------------------------------------------------


def get_list(conn: Connection, hall_id: str, list_id: str) -> StoredList | None:
    """Return a hand-over list, or None."""
    return _lists.first(conn, _lists.select().where(_h.hall_id == hall_id, _h.id == list_id))


def lists(
    conn: Connection,
    hall_id: str,
    states: Collection[str],
    units: Collection[str] | None = None,
    since: str = "",
) -> list[StoredList]:
    """Return the hand-over lists in these states since an ISO day, newest first."""
    wanted = [_h.hall_id == hall_id, _h.state.in_(sorted(states)), _h.day >= since]
    if units is not None:
        wanted.append(_h.unit.in_(sorted(units)))
    query = _lists.select().where(*wanted).order_by(_h.day.desc(), _h.serial.desc())
    return _lists.all(conn, query.limit(MOST_LISTED))


def every_list(conn: Connection, hall_id: str) -> list[StoredList]:
    """Return every hand-over list."""
    return _lists.all(conn, _lists.select().where(_h.hall_id == hall_id))


def last_serial(conn: Connection, hall_id: str, day: str) -> int:
    """Return the last place of a day's lists; 0 for none."""
    query = select(func.max(_h.serial)).where(_h.hall_id == hall_id, _h.day == day)
    return int(conn.execute(query).scalar_one() or 0)


def add_list(tx: Tx, row: StoredList) -> None:
    """Insert a hand-over list."""
    tx.conn.execute(insert(licence_list).values(hall_id=tx.hall_id, **asdict(row)))


# -- parcels -------------------------------------------------------------------------------------


def parcel(conn: Connection, hall_id: str, waybill: str) -> StoredParcel | None:
    """Return a parcel, or None."""
    query = _parcels.select().where(_p.hall_id == hall_id, _p.waybill == waybill)
    return _parcels.first(conn, query)


def parcels(
    conn: Connection, hall_id: str, states: Collection[ParcelState], since: str = ""
) -> list[StoredParcel]:
    """Return the parcels in these states sent since an ISO day, oldest first."""
    query = _parcels.select().where(
        _p.hall_id == hall_id, _p.state.in_(sorted(s.value for s in states)), _p.day >= since
    )
    return _parcels.all(conn, query.order_by(_p.day, _p.waybill).limit(MOST_LISTED))


def every_parcel(conn: Connection, hall_id: str) -> list[StoredParcel]:
    """Return every parcel."""
    return _parcels.all(conn, _parcels.select().where(_p.hall_id == hall_id))


def add_parcel(tx: Tx, row: StoredParcel) -> None:
    """Insert a parcel."""
    tx.conn.execute(insert(licence_parcel).values(hall_id=tx.hall_id, **asdict(row)))


# -- lists of issued numbers ---------------------------------------------------------------------


def roll(conn: Connection, hall_id: str, digest: str) -> StoredRoll | None:
    """Return a list of issued numbers by its digest, or None."""
    return _rolls.first(conn, _rolls.select().where(_o.hall_id == hall_id, _o.digest == digest))


def rolls(
    conn: Connection, hall_id: str, first: str, last: str, units: Collection[str] | None = None
) -> list[StoredRoll]:
    """Return the lists handed in on ISO days `first`..`last`, newest first."""
    wanted = [_o.hall_id == hall_id, _o.day.between(first, last)]
    if units is not None:
        wanted.append(_o.unit.in_(sorted(units)))
    return _rolls.all(conn, _rolls.select().where(*wanted).order_by(_o.at.desc(), _o.digest))


def roll_lines(conn: Connection, hall_id: str, digests: Sequence[str]) -> list[StoredRollLine]:
    """Return the numbers of these lists in order."""
    query = _roll_lines.select().where(_e.hall_id == hall_id, _e.digest.in_(digests))
    return _roll_lines.all(conn, query.order_by(_e.digest, _e.place))


def add_roll(tx: Tx, row: StoredRoll, lines: Sequence[StoredRollLine]) -> None:
    """Insert a list of issued numbers with its lines."""
    tx.conn.execute(insert(licence_roll).values(hall_id=tx.hall_id, **asdict(row)))
    values = [{"hall_id": tx.hall_id, **asdict(line)} for line in lines]
    tx.conn.execute(insert(licence_roll_line), values)
