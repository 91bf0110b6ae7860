"""The day sheet: rules, leave, corrections, the calendar, papers kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "calendar_day",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("like_weekday", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("source", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("by_actor", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "correction",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("verdict", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("claimed", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("file", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("was", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("state", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("by_actor", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "decided_by", sa.String(length=64), server_default=sa.text("('')"), nullable=False
        ),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_correction")),
    )
    op.create_index("ix_correction_day", "correction", ["hall_id", "day"], unique=False)
    op.create_index("ix_correction_staff", "correction", ["hall_id", "staff", "day"], unique=False)
    op.create_table(
        "kept_file",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("media", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("size", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("by_actor", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_kept_file")),
    )
    op.create_table(
        "leave",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("begins", sa.String(length=64), nullable=False),
        sa.Column("ends", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("file", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("cover", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("steps", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("state", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("by_actor", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_leave")),
    )
    op.create_index("ix_leave_ends", "leave", ["hall_id", "ends"], unique=False)
    op.create_index("ix_leave_staff", "leave", ["hall_id", "staff", "begins"], unique=False)
    op.create_table(
        "shift_rule",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("scope", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("valid_from", sa.String(length=64), nullable=False),
        sa.Column("valid_to", sa.String(length=64), nullable=True),
        sa.Column("weekdays", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("slots", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("state", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("ended_on", sa.String(length=64), nullable=True),
        sa.Column("by_actor", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_shift_rule")),
    )
