"""Additional licences: found at a count, on no list, until two people resolve them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

# What was found, and who said that it went back, is evidence: facts are only added.
SQLITE = """
CREATE TRIGGER licence_extra_fact_no_{what} BEFORE {what} ON licence_extra_fact
BEGIN SELECT RAISE(ABORT, 'licence_extra_fact is only added to'); END
"""
POSTGRES = (
    """
    CREATE FUNCTION licence_extra_fact_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'licence_extra_fact is only added to'; END $$
    """,
    """
    CREATE TRIGGER licence_extra_fact_kept BEFORE UPDATE OR DELETE ON licence_extra_fact
    FOR EACH ROW EXECUTE FUNCTION licence_extra_fact_kept()
    """,
)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), nullable=False)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), server_default=sa.text("''"), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _stamp() -> sa.Column[int]:
    return sa.Column("at", sa.BigInteger(), nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "licence_extra",
        *map(_key, ("hall_id", "id")),
        *map(_code, ("list", "unit")),
        _text("number"),
        _code("state"),
        _key("day"),
        _stamp(),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_licence_extra")),
    )
    op.create_index("ix_licence_extra_state", "licence_extra", ["hall_id", "state", "unit"])
    op.create_index("ix_licence_extra_list", "licence_extra", ["hall_id", "list"])
    op.create_table(
        "licence_extra_fact",
        *map(_key, ("hall_id", "extra")),
        sa.Column("n", sa.Integer(), nullable=False),
        *map(_code, ("move", "state")),
        _stamp(),
        _key("day"),
        _text("words"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "extra", "n", name=op.f("pk_licence_extra_fact")),
    )
    for statement in POSTGRES if op.get_bind().dialect.name == "postgresql" else _sqlite():
        op.execute(statement)


def _sqlite() -> list[str]:
    return [SQLITE.format(what=what) for what in ("UPDATE", "DELETE")]
