"""Expected end of a pause, the pause after the present person, notices of the whole hall."""

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
    code_type = sa.String(length=64)
    op.create_table(
        "hall_notice",
        sa.Column("hall_id", code_type, nullable=False),
        sa.Column("id", code_type, nullable=False),
        sa.Column("area", code_type, server_default=empty, nullable=False),
        sa.Column("pauses", sa.Boolean(), nullable=False),
        sa.Column("reason", code_type, server_default=empty, nullable=False),
        sa.Column("text", sa.Text(), server_default=empty, nullable=False),
        sa.Column("text_en", sa.Text(), server_default=empty, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_hall_notice")),
    )
