"""Tables of appointments: plans, closures, seats, appointments, and their steps."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    stamp_column,
    text_column,
)

# Versions of a plan: a later one is added, none is changed.
appointment_plan = Table(
    "appointment_plan",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    text_column("name"),
    text_column("items", "[]"),  # JSON: codes
    text_column("groups", "[]"),  # JSON: codes
    Column("valid_from", CODE, nullable=False),
    Column("valid_to", CODE, nullable=False),
    code_column("weekdays"),  # ISO weekdays, such as 12345
    Column("opens", Integer, nullable=False),  # minutes of the day
    Column("closes", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("share", Integer, nullable=False),  # percent
    code_column("site"),  # building whose windows count; empty: all of them
    Column("active", Integer, nullable=False),
    Column("at", STAMP, nullable=False),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "id", "n"),
)

# Days, slots and windows that serve no appointments; lifted, not deleted.
appointment_closure = Table(
    "appointment_closure",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    code_column("plan"),  # empty: every plan
    code_column("start"),  # empty: the whole day
    code_column("window"),  # empty: not because of a window
    code_column("reason"),
    text_column("words"),
    Column("at", STAMP, nullable=False),
    code_column("by_actor"),
    stamp_column("lifted_at"),
    code_column("lifted_by"),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_appointment_closure_day", appointment_closure.c.hall_id, appointment_closure.c.day)

# The insert is the claim (docs/adr/0049): a row is a hold, or the seat of an appointment.
appointment_seat = Table(
    "appointment_seat",
    metadata,
    hall_column(),
    Column("day", CODE, nullable=False),
    Column("plan", CODE, nullable=False),
    Column("start", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("appointment"),  # empty: a hold
    code_column("token"),  # of a hold
    code_column("item"),  # of a hold
    code_column("holder"),  # of a hold: keyed hash of the telephone
    code_column("source"),  # of a hold: keyed hash of the address
    code_column("first"),  # of a hold: cancelled appointment that gave the first choice
    Column("held_until", STAMP, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("hall_id", "day", "plan", "start", "n"),
)
_hold = text("appointment = ''")
Index(
    "ix_appointment_seat_token",
    appointment_seat.c.hall_id,
    appointment_seat.c.token,
    unique=True,
    sqlite_where=_hold,
    postgresql_where=_hold,
)
Index(
    "ix_appointment_seat_holder",
    appointment_seat.c.hall_id,
    appointment_seat.c.holder,
    unique=True,
    sqlite_where=_hold,
    postgresql_where=_hold,
)
Index(
    "ix_appointment_seat_source",
    appointment_seat.c.hall_id,
    appointment_seat.c.source,
    sqlite_where=_hold,
    postgresql_where=_hold,
)
_claimed = text("appointment <> ''")
# No appointment has two seats, by the database itself.
Index(
    "ix_appointment_seat_appointment",
    appointment_seat.c.hall_id,
    appointment_seat.c.appointment,
    unique=True,
    sqlite_where=_claimed,
    postgresql_where=_claimed,
)

appointment = Table(
    "appointment",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("code", CODE, nullable=False),
    Column("token", CODE, nullable=False),
    code_column("person_key"),  # keyed hash of the telephone
    code_column("source"),  # keyed hash of the address; empty: booked at the desk
    text_column("name"),  # masked
    text_column("phone"),  # sealed, see server.core.sealed_text
    Column("item", CODE, nullable=False),
    number_column("version"),  # of the catalogue
    code_column("klass"),
    Column("plan", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    Column("start", CODE, nullable=False),
    code_column("state"),
    code_column("channel"),
    Column("booked_at", STAMP, nullable=False),
    stamp_column("arrived_at"),
    code_column("arrival"),  # on_time, late
    code_column("ticket"),
    code_column("reason"),  # of the hall's cancellation
    number_column("excused"),
    code_column("unsure"),  # why the hall does not decide on a miss
    stamp_column("first_until"),
    code_column("first_used"),  # appointment that the first choice led to
    Column("erase_after", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "code"),
    UniqueConstraint("hall_id", "token"),
)
Index("ix_appointment_day", appointment.c.hall_id, appointment.c.day, appointment.c.start)
Index("ix_appointment_person", appointment.c.hall_id, appointment.c.person_key, appointment.c.day)
_open = text("state IN ('booked', 'arrived')")
Index(
    "ix_appointment_open",
    appointment.c.hall_id,
    appointment.c.state,
    appointment.c.day,
    sqlite_where=_open,
    postgresql_where=_open,
)
_by_source = text("source <> ''")
Index(
    "ix_appointment_source",
    appointment.c.hall_id,
    appointment.c.source,
    appointment.c.booked_at,
    sqlite_where=_by_source,
    postgresql_where=_by_source,
)
_with_contact = text("person_key <> ''")
Index(
    "ix_appointment_erase",
    appointment.c.hall_id,
    appointment.c.erase_after,
    sqlite_where=_with_contact,
    postgresql_where=_with_contact,
)
_of_ticket = text("ticket <> ''")
Index(
    "ix_appointment_ticket",
    appointment.c.hall_id,
    appointment.c.ticket,
    sqlite_where=_of_ticket,
    postgresql_where=_of_ticket,
)

appointment_step = Table(
    "appointment_step",
    metadata,
    hall_column(),
    Column("appointment", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),  # of the appointment after the move
    Column("start", CODE, nullable=False),
    code_column("reason"),
    text_column("words"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "appointment", "n"),
)

STAFF_NUMBER_COLUMNS = {
    "appointment_plan": ("by_actor",),
    "appointment_closure": ("by_actor", "lifted_by"),
    "appointment_step": ("by_actor",),
}
TIME_STEPS = (
    ("appointment", "booked_at", "arrived_at"),
    ("appointment_closure", "at", "lifted_at"),
)
