"""Tables of the day sheet: dated rules, leave, cover, corrections, the calendar, stored papers.

The sheet itself has no table: verdicts are computed on reading.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, text

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

shift_rule = Table(
    "shift_rule",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    text_column("name"),
    code_column("scope"),  # hall, unit, person
    text_column("subject"),  # unit codes or staff numbers, by comma
    Column("valid_from", CODE, nullable=False),
    Column("valid_to", CODE, nullable=True),
    text_column("weekdays", "[]"),
    text_column("slots", "[]"),
    code_column("state"),  # draft, in_force, withdrawn
    Column("ended_on", CODE, nullable=True),
    code_column("by_actor"),
    Column("created_at", STAMP, nullable=False),
    # A second punch within these seconds serves no second slot.
    Column("apart_seconds", Integer, nullable=False, server_default=text("60")),
    PrimaryKeyConstraint("hall_id", "id"),
)

calendar_day = Table(
    "calendar_day",
    metadata,
    hall_column(),
    Column("day", CODE, nullable=False),
    Column("year", Integer, nullable=False),
    number_column("opens"),
    text_column("note"),
    number_column("like_weekday"),
    code_column("source"),
    code_column("by_actor"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "day"),
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
