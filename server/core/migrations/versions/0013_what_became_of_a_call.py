"""Announcement of each call and its outcome, and the devices that report it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), server_default=sa.text("''"), nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    # Agents tell it when they connect; one of before reports nothing that is waited for.
    with op.batch_alter_table("device") as batch:
        batch.add_column(_code("reports"))
    op.create_table(
        "announcement",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        _code("window"),
        _code("zone"),
        _code("state"),
        _code("reason"),
        sa.Column("asked", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hall_id", "ticket_id", "n"),
    )
    pending = sa.text("state = 'pending'")
    op.create_index(
        "ix_announcement_pending",
        "announcement",
        ["hall_id", "due_at"],
        unique=False,
        sqlite_where=pending,
        postgresql_where=pending,
    )
