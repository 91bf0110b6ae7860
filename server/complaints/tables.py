"""Tables of complaints: the complaint, the complainant's words, its subjects, and the steps."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    text_column,
)

complaint = Table(
    "complaint",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("number", CODE, nullable=False),
    code_column("kind"),
    code_column("channel"),
    code_column("about"),  # unit, window, person, visit
    code_column("source"),  # sender of one that was handed on, such as a hotline
    code_column("source_number"),
    Column("source_key", CODE, nullable=False),  # sender and its number; without a sender the id
    Column("day", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    text_column("topics", "[]"),
    number_column("named"),  # 1: the complainant left a name or telephone
    code_column("unit"),
    code_column("window"),
    code_column("staff"),  # who is complained of, if it is one person
    code_column("ticket"),
    code_column("state"),
    code_column("due"),  # ISO day of the next step; empty: ended
    code_column("outcome"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "number"),
    UniqueConstraint("hall_id", "source_key"),
)
Index("ix_complaint_state", complaint.c.hall_id, complaint.c.state, complaint.c.due)
Index("ix_complaint_day", complaint.c.hall_id, complaint.c.day)
Index("ix_complaint_unit", complaint.c.hall_id, complaint.c.unit)

# Apart from the complaint, because it can be erased and the complaint cannot.
complaint_words = Table(
    "complaint_words",
    metadata,
    hall_column(),
    Column("complaint", CODE, nullable=False),
    text_column("words"),
    text_column("name"),
    text_column("phone"),  # sealed, see server.core.sealed_text
    Column("contact_until", STAMP, nullable=False),
    Column("erase_after", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "complaint"),
)

# Everybody whom a complaint can concern: none of them sees or handles it.
complaint_subject = Table(
    "complaint_subject",
    metadata,
    hall_column(),
    Column("complaint", CODE, nullable=False),
    Column("staff", CODE, nullable=False),
    PrimaryKeyConstraint("hall_id", "complaint", "staff"),
)

complaint_step = Table(
    "complaint_step",
    metadata,
    hall_column(),
    Column("complaint", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    code_column("due"),  # ISO day by which the next step was due then; empty: ended
    code_column("answer_due"),  # ISO day by which the answer was due then; empty: not accepted
    code_column("outcome"),
    text_column("words"),
    text_column("evidence", "[]"),  # ids of kept files
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "complaint", "n"),
)

STAFF_NUMBER_COLUMNS = {
    "complaint": ("staff", "by_actor"),
    "complaint_subject": ("staff",),
    "complaint_step": ("by_actor",),
}
