"""Tables of leave with its cover, of corrections, and of stored papers."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

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

leave = Table(
    "leave",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("staff", CODE, nullable=False),
    code_column("kind"),
    # Local wall clock to the minute, 'YYYY-MM-DDTHH:MM'.
    Column("begins", CODE, nullable=False),
    Column("ends", CODE, nullable=False),
    text_column("reason"),
    code_column("file"),
    code_column("cover"),  # staff number of the cover (B), empty: none
    text_column("steps", "[]"),  # the ladder: role, state, by, at, words
    code_column("state"),  # asked, approved, refused, cancelled
    code_column("by_actor"),
    Column("created_at", STAMP, nullable=False),
    stamp_column("settled_at"),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_leave_staff", leave.c.hall_id, leave.c.staff, leave.c.begins)
Index("ix_leave_ends", leave.c.hall_id, leave.c.ends)

correction = Table(
    "correction",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("staff", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    code_column("slot"),
    code_column("verdict"),  # verdict that the slot shall get: on_time, official, elsewhere ...
    code_column("claimed"),  # time that the person states, 'HH:MM', empty: none
    text_column("reason"),
    code_column("file"),
    text_column("was", "{}"),  # verdict at the time of the request
    code_column("state"),  # asked, approved, refused, cancelled
    code_column("by_actor"),
    Column("created_at", STAMP, nullable=False),
    code_column("decided_by"),
    stamp_column("decided_at"),
    text_column("decision"),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_correction_staff", correction.c.hall_id, correction.c.staff, correction.c.day)
Index("ix_correction_day", correction.c.hall_id, correction.c.day)

kept_file = Table(
    "kept_file",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),  # SHA-256 of the bytes, which are in the data folder
    text_column("name"),
    code_column("media"),
    number_column("size"),
    code_column("by_actor"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
)

STAFF_NUMBER_COLUMNS = {
    "leave": ("staff", "cover", "steps", "by_actor"),
    "correction": ("staff", "by_actor", "decided_by"),
    "kept_file": ("by_actor",),
}
TIME_STEPS = (
    ("leave", "created_at", "settled_at"),
    ("correction", "created_at", "decided_at"),
)
