"""Tables of the time clocks: enrolments, punches, quarantined lines, events, commands.

`punch` is insert-only: the migration forbids UPDATE and DELETE by triggers on both databases.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
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

reader = Table(
    "reader",
    metadata,
    hall_column(),
    # The serial number a terminal states, or the device name of one that an agent polls.
    Column("serial", CODE, nullable=False),
    code_column("way"),  # push, pull, file, sheet
    text_column("name"),
    text_column("place"),
    code_column("state"),  # asking (seen, not admitted), admitted, out (out of service), retired
    text_column("networks"),  # CIDR list of a push terminal's permitted addresses; empty: any
    text_column("firmware"),
    stamp_column("heard_at"),
    # Everything up to this time has been delivered; slots after it stay pending.
    stamp_column("delivered_until"),
    stamp_column("out_since"),
    number_column("offset_seconds"),
    stamp_column("offset_at"),
    number_column("records"),
    text_column("facts", "{}"),
    Column("created_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "serial"),
)

finger = Table(
    "finger",
    metadata,
    hall_column(),
    # A terminal's number (PIN) belongs to one person from a time on.
    Column("enrolment", CODE, nullable=False),
    Column("since", STAMP, nullable=False),
    Column("staff", CODE, nullable=False),  # empty: belongs to nobody from then on
    code_column("by_actor"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "enrolment", "since"),
)
Index("ix_finger_staff", finger.c.hall_id, finger.c.staff)

punch = Table(
    "punch",
    metadata,
    hall_column(),
    Column("id", BigInteger, nullable=False),
    Column("reader", CODE, nullable=False),
    Column("enrolment", CODE, nullable=False),
    # The terminal's own wall clock to the second, 'YYYY-MM-DD HH:MM:SS'; never corrected.
    Column("said", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    code_column("in_out"),
    code_column("verify"),
    code_column("work_code"),
    code_column("source"),  # push, pull, file, sheet
    code_column("doubt"),  # why its time is not believed; empty: believed
    text_column("raw"),
    Column("received_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "reader", "enrolment", "said"),
)
Index("ix_punch_day", punch.c.hall_id, punch.c.day, punch.c.enrolment, punch.c.said)
Index("ix_punch_person", punch.c.hall_id, punch.c.enrolment, punch.c.day)

reader_line = Table(
    "reader_line",
    metadata,
    hall_column(),
    Column("id", BigInteger, nullable=False),
    Column("reader", CODE, nullable=False),
    code_column("table"),
    text_column("line"),
    code_column("reason"),
    Column("received_at", STAMP, nullable=False),
    number_column("times"),
    stamp_column("settled_at"),
    code_column("settled_by"),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_reader_line_reader", reader_line.c.hall_id, reader_line.c.reader)

reader_event = Table(
    "reader_event",
    metadata,
    hall_column(),
    Column("id", BigInteger, nullable=False),
    Column("reader", CODE, nullable=False),
    code_column("kind"),
    text_column("data", "{}"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_reader_event_reader", reader_event.c.hall_id, reader_event.c.reader, reader_event.c.id)

reader_command = Table(
    "reader_command",
    metadata,
    hall_column(),
    Column("id", BigInteger, nullable=False),
    Column("reader", CODE, nullable=False),
    code_column("kind"),
    text_column("command"),
    code_column("state"),  # queued, sent, done, failed
    text_column("answer"),
    code_column("by_actor"),
    Column("created_at", STAMP, nullable=False),
    stamp_column("sent_at"),
    stamp_column("done_at"),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_reader_command_open", reader_command.c.hall_id, reader_command.c.reader)

sign_in_sheet = Table(
    "sign_in_sheet",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    text_column("reason"),
    code_column("witness"),
    text_column("lines", "[]"),
    code_column("by_actor"),
    Column("at", STAMP, nullable=False),
    # waiting for the witness, confirmed, refused
    Column("state", CODE, nullable=False, server_default=text("'confirmed'")),
    stamp_column("decided_at"),
    text_column("words"),
    PrimaryKeyConstraint("hall_id", "id"),
)

STAFF_NUMBER_COLUMNS = {
    "finger": ("staff", "by_actor"),
    "punch": ("enrolment",),
    "reader_line": ("line", "settled_by"),
    "reader_event": ("data",),
    "reader_command": ("command", "by_actor"),
    "sign_in_sheet": ("lines", "witness", "by_actor"),
}
TIME_STEPS = (
    ("sign_in_sheet", "at", "decided_at"),
    ("reader_line", "received_at", "settled_at"),
    ("reader_command", "created_at", "done_at"),
)
EXTERNAL_TIMES = {("finger", "since"), ("punch", "at"), ("reader", "delivered_until")}
