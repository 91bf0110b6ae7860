"""Tables of sign-in sources by person, and of wrong codes and tokens by hour."""

from __future__ import annotations

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, String, Table

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
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

guess_count = Table(
    "guess_count",
    metadata,
    hall_column(),
    Column("kind", CODE, nullable=False),  # code, token or page (a ticket's)
    Column("hour", Integer, nullable=False),  # hours since 1970
    number_column("count"),
    code_column("address"),  # of the last one
    PrimaryKeyConstraint("hall_id", "kind", "hour"),
)
"""Wrong codes and tokens of all addresses together."""

STAFF_NUMBER_COLUMNS = {
    "sign_in_source": ("staff",),
}
