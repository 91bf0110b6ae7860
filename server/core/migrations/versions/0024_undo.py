"""Last act at a window that can be undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    for name in ("undo_ticket", "undo_move"):
        op.add_column(
            "window_post", sa.Column(name, sa.String(64), nullable=False, server_default="")
        )
    op.add_column("window_post", sa.Column("undo_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "window_post", sa.Column("undo_note", sa.Text(), nullable=False, server_default="")
    )
