"""A clerk's own day is read from an index of his tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_index(
        "ix_ticket_staff",
        "ticket",
        ["hall_id", "day", "staff"],
        sqlite_where=sa.text("staff <> ''"),
        postgresql_where=sa.text("staff <> ''"),
    )
