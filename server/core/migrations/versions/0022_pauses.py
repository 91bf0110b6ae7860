"""Expected end of a pause, and the pause that begins after the present person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    empty, zero = sa.text("''"), sa.text("0")
    op.add_column("window_post", sa.Column("pause_until", sa.BigInteger(), nullable=True))
    code = sa.Column("pause_next", sa.String(length=64), server_default=empty, nullable=False)
    op.add_column("window_post", code)
    minutes = sa.Column("pause_minutes", sa.Integer(), server_default=zero, nullable=False)
    op.add_column("window_post", minutes)
