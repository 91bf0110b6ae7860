"""Tables of approval by silence: schemes with their signatures, consents, and late answers."""

from __future__ import annotations

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Table

from server.core.columns import CODE, STAMP, code_column, hall_column, metadata, text_column

tacit_scheme = Table(
    "tacit_scheme",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    code_column("kind"),
    text_column("items", "[]"),  # codes
    code_column("limit"),
    text_column("basis"),  # text of the rule that provides it
    Column("first", CODE, nullable=False),  # ISO days on which a case may have been accepted
    code_column("last"),
    code_column("state"),
    PrimaryKeyConstraint("hall_id", "id"),
)

tacit_step = Table(
    "tacit_step",
    metadata,
    hall_column(),
    Column("scheme", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    text_column("words"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "scheme", "n"),
)

# One for a case: the key is what makes silence count once.
tacit_consent = Table(
    "tacit_consent",
    metadata,
    hall_column(),
    Column("case", CODE, nullable=False),
    Column("scheme", CODE, nullable=False),
    Column("n", Integer, nullable=False),  # of its fact
    Column("day", CODE, nullable=False),  # last ISO day of the limit
    Column("effective_at", STAMP, nullable=False),
    Column("at", STAMP, nullable=False),  # recorded
    Column("basis", CODE, nullable=False),  # digest of the calendar by which the day was counted
    PrimaryKeyConstraint("hall_id", "case"),
)

# What a person wanted after silence had decided.
tacit_late = Table(
    "tacit_late",
    metadata,
    hall_column(),
    Column("case", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("outcome"),
    Column("at", STAMP, nullable=False),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "case", "n"),
)

STAFF_NUMBER_COLUMNS = {"tacit_step": ("by_actor",), "tacit_late": ("by_actor",)}
TIME_STEPS = (("tacit_consent", "effective_at", "at"),)
