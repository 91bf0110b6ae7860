"""Spot checks, their marks and findings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What checkers marked stands for ever: an undone mark is one more mark.
KEPT = "spot_mark is only added to"
SQLITE = """
CREATE TRIGGER spot_mark_no_{what} BEFORE {what} ON spot_mark
BEGIN SELECT RAISE(ABORT, '{kept}'); END
"""
POSTGRES = (
    """
    CREATE FUNCTION spot_mark_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{kept}'; END $$
    """,
    """
    CREATE TRIGGER spot_mark_kept BEFORE UPDATE OR DELETE ON spot_mark
    FOR EACH ROW EXECUTE FUNCTION spot_mark_kept()
    """,
)


def _forbid_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(SQLITE.format(what=what, kept=KEPT))
    else:
        for statement in POSTGRES:
            op.execute(statement.format(kept=KEPT))


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "check_day",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.Column("revealed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hall_id", "day", name=op.f("pk_check_day")),
    )
    op.create_index("ix_check_day_revealed", "check_day", ["hall_id", "revealed_at"], unique=False)
    op.create_table(
        "finding",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column(
            "source_id", sa.String(length=64), server_default=sa.text("('')"), nullable=False
        ),
        sa.Column("kind", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("staff", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("unit", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("window", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("facts", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("state", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_actor", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("dispute_until", sa.BigInteger(), nullable=True),
        sa.Column("history", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("step", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("rectified", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_finding")),
    )
    op.create_index("ix_finding_day", "finding", ["hall_id", "day"], unique=False)
    op.create_index(
        "ix_finding_source", "finding", ["hall_id", "source", "source_id"], unique=False
    )
    op.create_index("ix_finding_state", "finding", ["hall_id", "state"], unique=False)
    op.create_index("ix_finding_staff", "finding", ["hall_id", "staff", "day"], unique=False)
    op.create_table(
        "spot_check",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("reason", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("checkers", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("by_actor", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_spot_check")),
    )
    op.create_index("ix_spot_check_day", "spot_check", ["hall_id", "day"], unique=False)
    op.create_table(
        "spot_mark",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("check_id", sa.String(length=64), nullable=False),
        sa.Column("window", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("mark", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("faults", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("photos", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("known", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("by_actor", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_spot_mark")),
    )
    op.create_index("ix_spot_mark_check", "spot_mark", ["hall_id", "check_id"], unique=False)
    _forbid_changes()
