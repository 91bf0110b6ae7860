"""Visits with several errands: the first ticket's id; empty: a visit with one ticket."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column(
        "ticket",
        sa.Column("visit", sa.String(64), server_default=sa.text("''"), nullable=False),
    )
    several = sa.text("visit <> ''")
    op.create_index(
        "ix_ticket_visit",
        "ticket",
        ["hall_id", "visit"],
        sqlite_where=several,
        postgresql_where=several,
    )
