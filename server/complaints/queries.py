"""Complaints, their words and steps: queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from server.complaints.rules import FINAL, ComplaintMove
from server.complaints.tables import (
    complaint,
    complaint_step,
    complaint_subject,
    complaint_words,
)
from server.core.records import Records
from server.core.step_chains import StepChain
from server.core.store import Tx
from server.queue.tables import ticket


@dataclass(frozen=True, slots=True)
class StoredComplaint:
    """Complaint as stored; `due` is an ISO day, empty once it has ended; `topics` a JSON list."""

    id: str
    number: str
    kind: str
    channel: str
    about: str
    source: str
    source_number: str
    source_key: str
    day: str
    at: int
    topics: str
    named: int
    unit: str
    window: str
    staff: str
    ticket: str
    state: str
    due: str
    outcome: str
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredComplaintWords:
    """Words and contact of a complainant; the telephone is sealed."""

    complaint: str
    words: str
    name: str
    phone: str
    contact_until: int
    erase_after: int


@dataclass(frozen=True, slots=True)
class StoredComplaintStep:
    """Step of a complaint as stored; `evidence` is a JSON list of kept files."""

    complaint: str
    n: int
    move: str
    state: str
    at: int
    day: str
    due: str
    answer_due: str
    outcome: str
    words: str
    evidence: str
    by_actor: str


_complaints = Records(StoredComplaint, complaint)
_words = Records(StoredComplaintWords, complaint_words)
STEPS = StepChain(
    Records(StoredComplaintStep, complaint_step), complaint_step, complaint, "complaint"
)
_c, _w, _s, _b = complaint.c, complaint_words.c, complaint_step.c, complaint_subject.c


def get(conn: Connection, hall_id: str, complaint_id: str) -> StoredComplaint | None:
    """Return a complaint, or None."""
    return _one(conn, _c.hall_id == hall_id, _c.id == complaint_id)


def by_number(conn: Connection, hall_id: str, number: str) -> StoredComplaint | None:
    """Return the complaint with a number, or None."""
    return _one(conn, _c.hall_id == hall_id, _c.number == number)


def by_source(conn: Connection, hall_id: str, source_key: str) -> StoredComplaint | None:
    """Return the complaint that a sender handed on under a number of its own, or None."""
    return _one(conn, _c.hall_id == hall_id, _c.source_key == source_key)


def _one(conn: Connection, *wanted: ColumnElement[bool]) -> StoredComplaint | None:
    return _complaints.first(conn, _complaints.select().where(*wanted))


def last_number(conn: Connection, hall_id: str, year: str) -> str:
    """Return the highest number of a year of two digits; empty for none."""
    # The longer one is the higher one: a year may have more than 99,999.
    query = (
        select(_c.number)
        .where(_c.hall_id == hall_id, _c.number.like(f"{year}%"))
        .order_by(func.length(_c.number).desc(), _c.number.desc())
        .limit(1)
    )
    return conn.execute(query).scalar_one_or_none() or ""


def open_ones(
    conn: Connection, hall_id: str, units: Sequence[str] | None = None
) -> list[StoredComplaint]:
    """Return the complaints that have not ended, of these units or of all; due ones first."""
    wanted: list[ColumnElement[bool]] = [_c.hall_id == hall_id, _c.state.not_in(sorted(FINAL))]
    if units is not None:
        wanted.append(_c.unit.in_(units))
    query = _complaints.select().where(*wanted).order_by(_c.due, _c.at, _c.id)
    return _complaints.all(conn, query)


def of_days(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredComplaint]:
    """Return the complaints that came on ISO days `first`..`last`, newest first."""
    query = _complaints.select().where(_c.hall_id == hall_id, _c.day >= first, _c.day <= last)
    return _complaints.all(conn, query.order_by(_c.at.desc(), _c.id))


def of_week(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredComplaint]:
    """Return the complaints that were open on, or took a step on, ISO days `first`..`last`."""
    later = select(_s.complaint).where(_s.hall_id == hall_id, _s.day >= first)
    query = _complaints.select().where(
        _c.hall_id == hall_id,
        _c.day <= last,
        _c.state.not_in(sorted(FINAL)) | _c.id.in_(later),
    )
    return _complaints.all(conn, query.order_by(_c.at.desc(), _c.id))


def words_among(
    conn: Connection, hall_id: str, complaints: Sequence[str]
) -> dict[str, StoredComplaintWords]:
    """Return what the complainants of these complaints said, of those that have any."""
    query = _words.select().where(_w.hall_id == hall_id, _w.complaint.in_(complaints))
    return {row.complaint: row for row in _words.all(conn, query)}


def subjects(conn: Connection, hall_id: str, complaints: Sequence[str]) -> dict[str, set[str]]:
    """Return the staff numbers of those whom these complaints concern."""
    numbers: dict[str, set[str]] = {complaint_id: set() for complaint_id in complaints}
    query = select(_b.complaint, _b.staff).where(
        _b.hall_id == hall_id, _b.complaint.in_(complaints)
    )
    for complaint_id, staff in conn.execute(query):
        numbers[complaint_id].add(staff)
    return numbers


def served_at(conn: Connection, hall_id: str, window: str, day: str) -> set[str]:
    """Return the staff numbers of those who served at a window on an ISO day."""
    t = ticket.c
    query = select(t.staff).where(
        t.hall_id == hall_id, t.day == day, t.window == window, t.staff != ""
    )
    return set(conn.scalars(query.distinct()))


def add(
    tx: Tx,
    row: StoredComplaint,
    words: StoredComplaintWords | None,
    concerned: Collection[str],
) -> None:
    """Insert a complaint with its words, and whom it concerns."""
    tx.conn.execute(insert(complaint).values(hall_id=tx.hall_id, **asdict(row)))
    if words is not None:
        tx.conn.execute(insert(complaint_words).values(hall_id=tx.hall_id, **asdict(words)))
    for staff in sorted(concerned):
        values = {"hall_id": tx.hall_id, "complaint": row.id, "staff": staff}
        tx.conn.execute(insert(complaint_subject).values(**values))


def erase_words_of(tx: Tx, complaint_id: str) -> bool:
    """Erase words and contact of one complaint; False if there was nothing."""
    result = tx.conn.execute(
        delete(complaint_words).where(_w.hall_id == tx.hall_id, _w.complaint == complaint_id)
    )
    return bool(result.rowcount)


def erase_call_notes(tx: Tx, complaint_id: str) -> int:
    """Erase the words of a complaint's calls; return their number. The steps stay."""
    result = tx.conn.execute(
        update(complaint_step)
        .where(
            _s.hall_id == tx.hall_id,
            _s.complaint == complaint_id,
            _s.move == ComplaintMove.CONTACT,
            _s.words != "",
        )
        .values(words="")
    )
    return int(result.rowcount)


def erase_words(tx: Tx, now: int) -> int:
    """Erase contacts and words whose time is over; return the number of records changed."""
    contacts = tx.conn.execute(
        update(complaint_words)
        .where(
            _w.hall_id == tx.hall_id,
            _w.contact_until < now,
            (_w.name != "") | (_w.phone != ""),
        )
        .values(name="", phone="")
    )
    words = tx.conn.execute(
        delete(complaint_words).where(_w.hall_id == tx.hall_id, _w.erase_after < now)
    )
    return int(contacts.rowcount) + int(words.rowcount)
