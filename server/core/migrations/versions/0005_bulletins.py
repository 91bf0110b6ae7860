"""The weekly bulletin."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


# What was released is frozen; nothing of it is ever deleted either.
TABLES = ("bulletin", "amendment")
KEPT = "a released bulletin is never changed"
SQLITE = (
    """
    CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} WHEN OLD.released_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, '{kept}'); END
    """,
    """
    CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} WHEN OLD.released_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, '{kept}'); END
    """,
)
FUNCTION = """
CREATE FUNCTION bulletin_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.released_at IS NOT NULL THEN RAISE EXCEPTION '{kept}'; END IF;
    RETURN COALESCE(NEW, OLD);
END $$
"""
POSTGRES = """
CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION bulletin_frozen()
"""


def _freeze() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for statement in SQLITE:
                op.execute(statement.format(table=table, kept=KEPT))
    else:
        op.execute(FUNCTION.format(kept=KEPT))
        for table in TABLES:
            op.execute(POSTGRES.format(table=table))


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "acknowledgement",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("bulletin", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("by_actor", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "bulletin", "unit", name=op.f("pk_acknowledgement")),
    )
    op.create_table(
        "amendment",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("bulletin", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("data", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("digest", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column(
            "drafted_by", sa.String(length=64), server_default=sa.text("('')"), nullable=False
        ),
        sa.Column("drafted_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "released_by", sa.String(length=64), server_default=sa.text("('')"), nullable=False
        ),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hall_id", "bulletin", "n", name=op.f("pk_amendment")),
    )
    op.create_table(
        "bulletin",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.String(length=64), nullable=False),
        sa.Column("last_day", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("figures", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("words", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("digest", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("drafted_at", sa.BigInteger(), nullable=False),
        sa.Column("editors", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.Column(
            "released_by", sa.String(length=64), server_default=sa.text("('')"), nullable=False
        ),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_bulletin")),
    )
    _freeze()
