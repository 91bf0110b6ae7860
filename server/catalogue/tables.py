"""Table of the State Council calendar."""

from __future__ import annotations

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Table

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    text_column,
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

STAFF_NUMBER_COLUMNS = {
    "calendar_day": ("by_actor",),
}
