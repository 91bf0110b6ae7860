"""Table of announcements: the request to the loudspeakers for each call and its result."""

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
)

announcement = Table(
    "announcement",
    metadata,
    hall_column(),
    Column("ticket_id", CODE, nullable=False),
    Column("n", Integer, nullable=False),  # the call of that ticket, as in `call`
    code_column("window"),
    code_column("zone"),
    code_column("state"),  # pending, spoken, unspoken, by_mouth, replaced
    code_column("reason"),
    number_column("asked"),  # number of loudspeakers that shall speak it
    number_column("failed"),  # number of them that reported a failure
    Column("asked_at", STAMP, nullable=False),
    Column("due_at", STAMP, nullable=False),  # after this time no report is expected
    stamp_column("ended_at"),
    PrimaryKeyConstraint("hall_id", "ticket_id", "n"),
)
_pending = text("state = 'pending'")
Index(
    "ix_announcement_pending",
    announcement.c.hall_id,
    announcement.c.due_at,
    sqlite_where=_pending,
    postgresql_where=_pending,
)
TIME_STEPS = (("announcement", "asked_at", "ended_at"),)
