"""From where somebody's password was tried, and which browsers he has signed in at before."""

from __future__ import annotations

from sqlalchemy import Column, PrimaryKeyConstraint, String, Table

from server.storage.columns import (
    CODE,
    STAMP,
    hall_column,
    metadata,
    number_column,
    stamp_column,
)

sign_in_source = Table(
    "sign_in_source",
    metadata,
    hall_column(),
    Column("staff", CODE, nullable=False),
    Column("source", String(64), nullable=False),
    number_column("failed"),
    stamp_column("locked_until"),
    stamp_column("known_until"),
    Column("seen_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "staff", "source"),
)
"""`source`: SHA-256 of a known browser's secret, or of an address (with the staff number)."""
