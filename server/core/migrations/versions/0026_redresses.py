"""Redresses of bad ratings, and their steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _code(name: str, *, empty: bool = True) -> sa.Column[str]:
    default = sa.text("''") if empty else None
    return sa.Column(name, sa.String(64), server_default=default, nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "redress",
        *(_code(name, empty=False) for name in ("hall_id", "rating")),
        *map(_code, ("state", "unit", "staff", "due")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "rating", name=op.f("pk_redress")),
    )
    op.create_index("ix_redress_state", "redress", ["hall_id", "state", "due"])
    op.create_index("ix_redress_unit", "redress", ["hall_id", "unit"])
    op.create_table(
        "redress_step",
        *(_code(name, empty=False) for name in ("hall_id", "rating")),
        sa.Column("n", sa.Integer(), nullable=False),
        *map(_code, ("move", "state")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _code("day", empty=False),
        *map(_code, ("due", "answer_due", "result")),
        sa.Column("words", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("evidence", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "rating", "n", name=op.f("pk_redress_step")),
    )
