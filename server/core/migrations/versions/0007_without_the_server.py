"""Leased numbers, kiosks' own lines, what was handed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "handed_in",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=64), nullable=False),
        sa.Column("lease", sa.String(length=64), nullable=False),
        sa.Column("kiosk", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("handed_at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=64), server_default=sa.text("''"), nullable=False),
        sa.Column("other", sa.String(length=64), server_default=sa.text("''"), nullable=False),
        sa.Column("clock_off", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "ticket_id", name=op.f("pk_handed_in")),
    )
    op.create_index("ix_handed_in_day", "handed_in", ["hall_id", "day", "kiosk"], unique=False)
    op.create_table(
        "lease",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kiosk", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=64), nullable=False),
        sa.Column("prefix", sa.String(length=64), nullable=False),
        sa.Column("first", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("tokens", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("leased_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("used", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_lease")),
        sa.UniqueConstraint(
            "hall_id", "day", "prefix", "first", name=op.f("uq_lease_hall_id_day_prefix_first")
        ),
    )
    op.create_index("ix_lease_kiosk", "lease", ["hall_id", "day", "kiosk"], unique=False)
    op.create_table(
        "standby_line",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("kiosk", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=64), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "kiosk", name=op.f("pk_standby_line")),
    )


def downgrade() -> None:
    """Take it away again."""
    for table in ("handed_in", "lease", "standby_line"):
        op.drop_table(table)
