"""Tables of the hall itself: its row, settings, idempotency keys and the journal.

Each table has `hall_id`; times are ms since 1970 UTC; days are ISO text. State tables are
updated in place; facts (`journal`, `call`) are insert-only. A change here needs a migration in
`server/core/migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
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
    text_column,
)

hall = Table(
    "hall",
    metadata,
    Column("hall_id", CODE, primary_key=True),
    text_column("name"),
    text_column("name_en"),
    Column("created_at", STAMP, nullable=False),
)
setting = Table(
    "setting",
    metadata,
    hall_column(),
    Column("name", CODE, nullable=False),
    Column("since", STAMP, nullable=False),
    Column("value", Text, nullable=False),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "name", "since"),
)
idempotency = Table(
    "idempotency",
    metadata,
    hall_column(),
    Column("actor", CODE, nullable=False),
    Column("key", CODE, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "actor", "key"),
)
Index("ix_idempotency_at", idempotency.c.hall_id, idempotency.c.at)
journal = Table(
    "journal",
    metadata,
    hall_column(),
    Column("seq", BigInteger, nullable=False),
    Column("at", STAMP, nullable=False),
    code_column("actor_kind"),
    code_column("actor"),
    code_column("window"),
    code_column("act"),
    code_column("subject"),
    text_column("data", "{}"),
    text_column("why"),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("hall_id", "seq"),
)
Index("ix_journal_subject", journal.c.hall_id, journal.c.subject)

STAFF_NUMBER_COLUMNS = {
    "idempotency": ("actor",),
    "setting": ("by_actor", "value"),
    "journal": ("actor", "subject", "data"),
}
EXTERNAL_TIMES = {("setting", "since")}
