"""Tables of lamps and explanations, only added to: a lamp is the first crossing by one clock."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from server.core.columns import CODE, STAMP, code_column, hall_column, metadata, text_column

case_lamp = Table(
    "case_lamp",
    metadata,
    hall_column(),
    Column("case", CODE, nullable=False),
    Column("clock", CODE, nullable=False),  # as in `case_due`, and extension
    Column("level", CODE, nullable=False),  # yellow, red
    code_column("due"),  # ISO day of the earliest reading, as it was at the crossing
    Column("day", CODE, nullable=False),  # on which the threshold was crossed
    Column("at", STAMP, nullable=False),
    code_column("unit"),
    PrimaryKeyConstraint("hall_id", "case", "clock", "level"),
)
Index("ix_case_lamp_day", case_lamp.c.hall_id, case_lamp.c.day)

# What a unit says of a period: the special network was down, a file was imported.
case_explanation = Table(
    "case_explanation",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("unit", CODE, nullable=False),
    code_column("kind"),
    Column("first", CODE, nullable=False),
    Column("last", CODE, nullable=False),
    text_column("words"),
    code_column("digest"),
    Column("at", STAMP, nullable=False),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_case_explanation_day", case_explanation.c.hall_id, case_explanation.c.last)

STAFF_NUMBER_COLUMNS = {"case_explanation": ("by_actor",)}
