"""Remote numbers: who took a number by phone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def _code(name: str, *, empty: bool = True) -> sa.Column[str]:
    default = sa.text("''") if empty else None
    return sa.Column(name, sa.String(64), server_default=default, nullable=False)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "remote_number",
        _code("hall_id", empty=False),
        _code("ticket", empty=False),
        _code("day", empty=False),
        _code("person"),
        _code("source"),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("erase_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "ticket", name=op.f("pk_remote_number")),
    )
    op.create_index("ix_remote_number_person", "remote_number", ["hall_id", "person"])
    op.create_index("ix_remote_number_day", "remote_number", ["hall_id", "day"])
