"""Tables of accounts, sessions, enrolment, device tokens, and of wrong passwords."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    stamp_column,
)

account = Table(
    "account",
    metadata,
    hall_column(),
    Column("staff", CODE, nullable=False),
    Column("password_hash", Text, nullable=False),
    code_column("role"),
    number_column("must_change"),
    number_column("disabled"),
    number_column("failed"),
    stamp_column("locked_until"),
    Column("changed_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "staff"),
)
session = Table(
    "session",
    metadata,
    hall_column(),
    Column("id_hash", String(64), nullable=False),
    Column("staff", CODE, nullable=False),
    Column("created_at", STAMP, nullable=False),
    Column("expires_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id_hash"),
)
enrolment = Table(
    "enrolment",
    metadata,
    hall_column(),
    Column("code_hash", String(64), nullable=False),
    code_column("kind"),
    code_column("name"),
    code_column("by_actor"),
    code_column("place"),  # place of the agent's devices; "": any
    Column("expires_at", STAMP, nullable=False),
    stamp_column("used_at"),
    PrimaryKeyConstraint("hall_id", "code_hash"),
)
device_token = Table(
    "device_token",
    metadata,
    hall_column(),
    Column("token_hash", String(64), nullable=False),
    code_column("kind"),
    code_column("name"),
    Column("created_at", STAMP, nullable=False),
    stamp_column("revoked_at"),
    stamp_column("binds_until"),  # an agent's first hello until then binds unbound devices
    code_column("binds_at"),  # only at this place; "": any
    PrimaryKeyConstraint("hall_id", "token_hash"),
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
    "account": ("staff",),
    "session": ("staff",),
    "enrolment": ("by_actor",),
    "sign_in_source": ("staff",),
}

TIME_STEPS = (("device_token", "created_at", "revoked_at"),)
