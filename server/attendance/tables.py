"""Table of the dated shift rules; verdicts have no table, they are computed on reading."""

from __future__ import annotations

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Table, text

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
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

STAFF_NUMBER_COLUMNS = {
    "shift_rule": ("subject", "by_actor"),
}
