"""Table of alarm takes: the person who deals with an alarm."""

from __future__ import annotations

from sqlalchemy import Column, PrimaryKeyConstraint, Table

from server.core.columns import STAMP, code_column, hall_column, metadata, text_column

alarm_take = Table(
    "alarm_take",
    metadata,
    hall_column(),
    code_column("code"),
    text_column("subject"),
    code_column("by_actor"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "code", "subject"),
)

STAFF_NUMBER_COLUMNS = {
    "alarm_take": ("by_actor",),
}
