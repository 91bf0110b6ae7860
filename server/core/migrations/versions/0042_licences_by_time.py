"""Licences by time: an index for the counts of what was recorded in a span of days."""

from __future__ import annotations

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_index("ix_licence_fact_at", "licence_fact", ["hall_id", "at"])
