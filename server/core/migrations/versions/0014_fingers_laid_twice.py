"""Least distance between two punches that serve two slots of a shift rule."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    with op.batch_alter_table("shift_rule") as batch:
        batch.add_column(
            sa.Column("apart_seconds", sa.Integer(), server_default=sa.text("60"), nullable=False)
        )
