"""Tables of the weekly bulletin: drafts and releases, amendments, acknowledgements."""

from __future__ import annotations

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Table

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    stamp_column,
    text_column,
)

bulletin = Table(
    "bulletin",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),  # year and number: 2026-47
    Column("first_day", CODE, nullable=False),
    Column("last_day", CODE, nullable=False),
    number_column("number"),
    code_column("state"),  # draft, released
    text_column("figures", "{}"),
    text_column("words", "{}"),
    code_column("digest"),  # SHA-256 of the released content
    Column("drafted_at", STAMP, nullable=False),
    text_column("editors", "[]"),  # everyone who changed or checked the words
    stamp_column("edited_at"),
    code_column("released_by"),
    stamp_column("released_at"),
    PrimaryKeyConstraint("hall_id", "id"),
)

amendment = Table(
    "amendment",
    metadata,
    hall_column(),
    Column("bulletin", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    text_column("words"),
    text_column("data", "{}"),
    code_column("digest"),
    code_column("drafted_by"),
    Column("drafted_at", STAMP, nullable=False),
    code_column("released_by"),
    stamp_column("released_at"),
    PrimaryKeyConstraint("hall_id", "bulletin", "n"),
)

acknowledgement = Table(
    "acknowledgement",
    metadata,
    hall_column(),
    Column("bulletin", CODE, nullable=False),
    Column("unit", CODE, nullable=False),
    code_column("by_actor"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "bulletin", "unit"),
)

STAFF_NUMBER_COLUMNS = {
    "bulletin": ("figures", "editors", "released_by"),
    "amendment": ("data", "drafted_by", "released_by"),
    "acknowledgement": ("by_actor",),
}
TIME_STEPS = (
    ("bulletin", "drafted_at", "released_at"),
    ("amendment", "drafted_at", "released_at"),
)
