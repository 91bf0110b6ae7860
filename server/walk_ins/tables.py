"""Table of the price of appointments: one row for each closed day with appointments."""

from __future__ import annotations

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Table

from server.core.columns import CODE, STAMP, hall_column, metadata, number_column

# Minutes are stored in hundredths. A row is written once, when the day is closed.
appointment_price = Table(
    "appointment_price",
    metadata,
    hall_column(),
    Column("day", CODE, nullable=False),
    number_column("walk_ins"),
    Column("mean", Integer, nullable=False),
    Column("p95", Integer, nullable=False),
    Column("p95_wait", Integer, nullable=False),
    number_column("booked"),
    Column("booked_mean", Integer, nullable=False),
    number_column("booked_in_time"),
    Column("agreement", Integer, nullable=False),  # hundredths of a percent
    number_column("bound"),  # minutes, as published on that day
    number_column("promised"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "day"),
)
