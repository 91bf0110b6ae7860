"""Table of lamps: the first crossing of each threshold by each clock of a case, only added to."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from server.core.columns import CODE, STAMP, code_column, hall_column, metadata

case_lamp = Table(
    "case_lamp",
    metadata,
    hall_column(),
    Column("case", CODE, nullable=False),
    Column("clock", CODE, nullable=False),  # tell, promised, legal, stage
    Column("level", CODE, nullable=False),  # yellow, red
    code_column("due"),  # ISO day of the earliest reading, as it was at the crossing
    Column("day", CODE, nullable=False),  # on which the threshold was crossed
    Column("at", STAMP, nullable=False),
    code_column("unit"),
    PrimaryKeyConstraint("hall_id", "case", "clock", "level"),
)
Index("ix_case_lamp_day", case_lamp.c.hall_id, case_lamp.c.day)
