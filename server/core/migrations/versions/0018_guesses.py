"""Wrong codes and tokens, counted by the hour, for the office."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CODE = sa.String(64)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "guess_count",
        sa.Column("hall_id", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("address", CODE, server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "kind", "hour", name=op.f("pk_guess_count")),
    )
