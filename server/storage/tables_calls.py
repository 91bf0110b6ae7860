"""Announcement of each call: sent to a loudspeaker, spoken, or not."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, text

from server.storage.columns import (
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
    number_column("asked"),  # loudspeakers that were to speak it
    number_column("failed"),  # how many of them said that they could not
    Column("asked_at", STAMP, nullable=False),
    Column("due_at", STAMP, nullable=False),  # past it nobody is waited for
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
