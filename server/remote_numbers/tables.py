"""Table of remote numbers: who took a number by phone. Its state is the ticket's."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from server.core.columns import CODE, STAMP, code_column, hall_column, metadata

remote_number = Table(
    "remote_number",
    metadata,
    hall_column(),
    Column("ticket", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    code_column("person"),  # keyed hash of the telephone number
    code_column("source"),  # keyed hash of the network address
    Column("taken_at", STAMP, nullable=False),
    Column("erase_after", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "ticket"),
)
Index("ix_remote_number_person", remote_number.c.hall_id, remote_number.c.person)
Index("ix_remote_number_day", remote_number.c.hall_id, remote_number.c.day)
