"""Appointments, their seats, plans and closures: queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from server.appointments.rules import AppointmentState
from server.appointments.tables import (
    appointment,
    appointment_seat,
    appointment_step,
)
from server.core.records import Records
from server.core.step_chains import StepChain
from server.core.store import Tx
from server.queue.tables import business_day, ticket
from server.queue.tickets import State


@dataclass(frozen=True, slots=True)
class StoredSeat:
    """Seat that is held or booked."""

    day: str
    plan: str
    start: str
    n: int
    appointment: str
    token: str
    item: str
    holder: str
    source: str
    first: str
    held_until: int


@dataclass(frozen=True, slots=True)
class StoredAppointment:
    """Appointment as stored; the name is masked, the telephone sealed."""

    id: str
    code: str
    token: str
    person_key: str
    source: str
    name: str
    phone: str
    item: str
    version: int
    klass: str
    plan: str
    day: str
    start: str
    state: str
    channel: str
    booked_at: int
    arrived_at: int | None
    arrival: str
    ticket: str
    reason: str
    excused: int
    unsure: str
    first_until: int | None
    first_used: str
    erase_after: int


@dataclass(frozen=True, slots=True)
class StoredAppointmentStep:
    """Step of an appointment as stored."""

    appointment: str
    n: int
    move: str
    state: str
    at: int
    day: str
    start: str
    reason: str
    words: str
    by_actor: str


_seats = Records(StoredSeat, appointment_seat)
_appointments = Records(StoredAppointment, appointment)
STEPS = StepChain(
    Records(StoredAppointmentStep, appointment_step), appointment_step, appointment, "appointment"
)
_s, _a = appointment_seat.c, appointment.c
# In words of the indexes, or SQLite does not use them.
_is_open = _a.state.in_([literal_column("'booked'"), literal_column("'arrived'")])
_is_claimed = _s.appointment != literal_column("''")
_claim_sqlite = sqlite.insert(appointment_seat).on_conflict_do_nothing()
_claim_postgres = postgresql.insert(appointment_seat).on_conflict_do_nothing()
KEEP_EXPIRED_MS = 10 * 60_000
"""Milliseconds after which an expired hold that nobody replaced is deleted."""


# -- seats -----------------------------------------------------------------------------------------


def seats_of_days(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredSeat]:
    """Return the seats of ISO days `first`..`last` that are held or booked, or were held."""
    query = _seats.select().where(_s.hall_id == hall_id, _s.day.between(first, last))
    return _seats.all(conn, query.order_by(_s.day, _s.plan, _s.start, _s.n))


def seats_of_slot(
    conn: Connection, hall_id: str, day: str, plan: str, start: str
) -> list[StoredSeat]:
    """Return the seats of a slot that are held or booked, or were held."""
    wanted = (_s.hall_id == hall_id, _s.day == day, _s.plan == plan, _s.start == start)
    return _seats.all(conn, _seats.select().where(*wanted).order_by(_s.n))


def hold(conn: Connection, hall_id: str, token: str) -> StoredSeat | None:
    """Return the hold with a token, also one that has expired; or None."""
    query = _seats.select().where(_s.hall_id == hall_id, _s.token == token, _s.appointment == "")
    return _seats.first(conn, query) if token else None


def holds_of(conn: Connection, hall_id: str, source: str, now: int) -> int:
    """Return the number of open holds of a source."""
    query = select(func.count()).where(
        _s.hall_id == hall_id,
        _s.source == source,
        _s.appointment == "",
        _s.held_until > now,
    )
    return int(conn.execute(query).scalar_one())


def end_holds(tx: Tx, *, holder: str, day: str, plan: str, start: str) -> None:
    """Delete a person's own hold, and the expired ones of a slot."""
    of_slot = (_s.day == day) & (_s.plan == plan) & (_s.start == start)
    over = of_slot & (_s.held_until <= tx.now)
    tx.conn.execute(
        delete(appointment_seat).where(
            _s.hall_id == tx.hall_id, _s.appointment == "", or_(_s.holder == holder, over)
        )
    )


def delete_hold(tx: Tx, token: str) -> bool:
    """Delete the hold with a token; False if there is none."""
    wanted = (_s.hall_id == tx.hall_id, _s.token == token, _s.appointment == "")
    return bool(tx.conn.execute(delete(appointment_seat).where(*wanted)).rowcount)


def any_expired(conn: Connection, hall_id: str, now: int) -> bool:
    """Return True if a hold ended long enough ago to be deleted."""
    wanted = (_s.hall_id == hall_id, _s.appointment == "", _s.held_until < now - KEEP_EXPIRED_MS)
    return conn.execute(select(_s.day).where(*wanted).limit(1)).first() is not None


def delete_expired(tx: Tx, before: int) -> int:
    """Delete holds that expired before a time; return their number."""
    old = (_s.hall_id == tx.hall_id, _s.appointment == "", _s.held_until < before)
    return int(tx.conn.execute(delete(appointment_seat).where(*old)).rowcount)


def claim(tx: Tx, seat: StoredSeat) -> bool:
    """Insert a seat: the claim itself. False if somebody has that place already."""
    statement = _claim_sqlite if tx.conn.dialect.name == "sqlite" else _claim_postgres
    row = statement.values(hall_id=tx.hall_id, **asdict(seat)).returning(_s.n)
    return tx.conn.execute(row).first() is not None


def settle(tx: Tx, seat: StoredSeat, appointment_id: str) -> bool:
    """Turn an open hold into the seat of an appointment; False if it expired or is gone."""
    result = tx.conn.execute(
        update(appointment_seat)
        .where(
            _s.hall_id == tx.hall_id,
            _s.token == seat.token,
            _s.appointment == "",
            _s.held_until > tx.now,
        )
        .values(
            appointment=appointment_id,
            token="",
            item="",
            holder="",
            source="",
            first="",
            held_until=0,
        )
    )
    return result.rowcount == 1


def free_seat(tx: Tx, appointment_id: str) -> bool:
    """Delete the seat of an appointment; False if it has none."""
    wanted = (_s.hall_id == tx.hall_id, _s.appointment == appointment_id, _is_claimed)
    return bool(tx.conn.execute(delete(appointment_seat).where(*wanted)).rowcount)


# -- appointments ----------------------------------------------------------------------------------


def get(conn: Connection, hall_id: str, appointment_id: str) -> StoredAppointment | None:
    """Return an appointment, or None."""
    return _one(conn, _a.hall_id == hall_id, _a.id == appointment_id)


def by_code(conn: Connection, hall_id: str, code: str) -> StoredAppointment | None:
    """Return the appointment with a code, or None."""
    return _one(conn, _a.hall_id == hall_id, _a.code == code)


def by_token(conn: Connection, hall_id: str, token: str) -> StoredAppointment | None:
    """Return the appointment with the token of its page, or None."""
    return _one(conn, _a.hall_id == hall_id, _a.token == token)


def by_ticket(conn: Connection, hall_id: str, ticket_id: str) -> StoredAppointment | None:
    """Return the appointment that a ticket was issued for, or None."""
    return _one(conn, _a.hall_id == hall_id, _a.ticket == ticket_id, _a.ticket != "")


def _one(conn: Connection, *wanted: ColumnElement[bool]) -> StoredAppointment | None:
    return _appointments.first(conn, _appointments.select().where(*wanted))


def of_days(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredAppointment]:
    """Return the appointments for ISO days `first`..`last`, in the order of their times."""
    query = _appointments.select().where(_a.hall_id == hall_id, _a.day.between(first, last))
    return _appointments.all(conn, query.order_by(_a.day, _a.start, _a.booked_at, _a.id))


def of_person(conn: Connection, hall_id: str, person: str, since: str) -> list[StoredAppointment]:
    """Return a person's appointments for ISO days from `since` on."""
    if not person:
        return []
    wanted = (_a.hall_id == hall_id, _a.person_key == person, _a.day >= since)
    rows = _appointments.all(conn, _appointments.select().where(*wanted))
    # Sorted here: SQLite would read everybody's by their days to save the sorting.
    return sorted(rows, key=lambda row: (row.day, row.start))


def booked_by(conn: Connection, hall_id: str, source: str, since: int) -> int:
    """Return the number of appointments that a source booked since a time."""
    wanted = (_a.hall_id == hall_id, _a.source == source, _a.source != "", _a.booked_at >= since)
    return int(conn.execute(select(func.count()).where(*wanted)).scalar_one())


def missed_since(conn: Connection, hall_id: str, since: str) -> list[StoredAppointment]:
    """Return the missed appointments since an ISO day whose person is known yet."""
    wanted = (
        _a.hall_id == hall_id,
        _a.day >= since,
        _a.state == AppointmentState.MISSED,
        _a.excused == 0,
        _a.person_key != "",
    )
    query = _appointments.select().where(*wanted).order_by(_a.day, _a.start, _a.id)
    return _appointments.all(conn, query)


def undecided(conn: Connection, hall_id: str, day: str) -> list[StoredAppointment]:
    """Return the appointments up to an ISO day that nobody came to, and which are not unsure."""
    wanted = (
        _a.hall_id == hall_id,
        _is_open,
        _a.state == AppointmentState.BOOKED,
        _a.day <= day,
        _a.unsure == "",
    )
    return sorted(_appointments.all(conn, _appointments.select().where(*wanted)), key=_by_time)


def unsure(conn: Connection, hall_id: str, before: str) -> list[StoredAppointment]:
    """Return the appointments before an ISO day that the office has to decide on."""
    wanted = (_a.hall_id == hall_id, _is_open, _a.state == AppointmentState.BOOKED, _a.day < before)
    query = _appointments.select().where(*wanted, _a.unsure != "")
    return sorted(_appointments.all(conn, query), key=_by_time)


def _by_time(row: StoredAppointment) -> tuple[str, str, str]:
    return row.day, row.start, row.id


def served(conn: Connection, hall_id: str) -> list[StoredAppointment]:
    """Return the appointments of people who have arrived and whose service has ended."""
    query = (
        select(*_appointments.columns)
        .select_from(
            appointment.join(ticket, (ticket.c.hall_id == _a.hall_id) & (ticket.c.id == _a.ticket))
        )
        .where(
            _a.hall_id == hall_id,
            _is_open,
            _a.state == AppointmentState.ARRIVED,
            ticket.c.state == State.FINISHED,
        )
    )
    return sorted(_appointments.all(conn, query), key=lambda row: row.id)


def add(tx: Tx, row: StoredAppointment) -> None:
    """Insert an appointment."""
    tx.conn.execute(insert(appointment).values(hall_id=tx.hall_id, **asdict(row)))


def change(tx: Tx, appointment_id: str, **values: int | str | None) -> None:
    """Change columns of an appointment that are not its state."""
    wanted = (_a.hall_id == tx.hall_id, _a.id == appointment_id)
    tx.conn.execute(update(appointment).where(*wanted).values(**values))


def use_first(tx: Tx, cancelled: str, appointment_id: str) -> bool:
    """Note which appointment a first choice led to; False if it was used before."""
    result = tx.conn.execute(
        update(appointment)
        .where(_a.hall_id == tx.hall_id, _a.id == cancelled, _a.first_used == "")
        .values(first_used=appointment_id)
    )
    return result.rowcount == 1


def erase_contacts(tx: Tx, now: int) -> int:
    """Erase names, telephones and keys whose time is over; return the number of records changed."""
    result = tx.conn.execute(
        update(appointment)
        .where(_a.hall_id == tx.hall_id, _a.person_key != "", _a.erase_after < now)
        .values(name="", phone="", person_key="", source="")
    )
    return int(result.rowcount)


def was_open(conn: Connection, hall_id: str, day: str) -> bool:
    """Return True if the hall opened its business day."""
    d = business_day.c
    query = select(d.day).where(d.hall_id == hall_id, d.day == day)
    return conn.execute(query).first() is not None


def is_closed(conn: Connection, hall_id: str, day: str) -> bool:
    """Return True if the hall's business day is over."""
    d = business_day.c
    query = select(d.day).where(d.hall_id == hall_id, d.day == day, d.closed_at.is_not(None))
    return conn.execute(query).first() is not None


def was_busy(conn: Connection, hall_id: str, day: str, first: int, last: int) -> bool:
    """Return True if any number of an ISO day was issued, called or ended in this time (ms)."""
    t = ticket.c
    moments = (t.issued_at, t.called_at, t.ended_at)
    query = select(t.id).where(
        t.hall_id == hall_id,
        t.day == day,
        or_(*(moment.between(first, last) for moment in moments)),
    )
    return conn.execute(query.limit(1)).first() is not None


def tokens_among(conn: Connection, hall_id: str, ids: Collection[str]) -> dict[str, str]:
    """Return the tokens of tickets by id."""
    t = ticket.c
    query = select(t.id, t.token).where(t.hall_id == hall_id, t.id.in_(sorted(ids)))
    return {row[0]: row[1] for row in conn.execute(query)}


def steps_of(
    conn: Connection, hall_id: str, rows: Sequence[StoredAppointment]
) -> dict[str, list[StoredAppointmentStep]]:
    """Return the steps of appointments."""
    return STEPS.of(conn, hall_id, [row.id for row in rows])
