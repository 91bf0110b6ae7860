"""Price of appointments: one row for each closed day with appointments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def _zero(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


def _n(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "appointment_price",
        sa.Column("hall_id", sa.String(64), nullable=False),
        sa.Column("day", sa.String(64), nullable=False),
        _zero("walk_ins"),
        _n("mean"),
        _n("p95"),
        _n("p95_wait"),
        _zero("booked"),
        _n("booked_mean"),
        _zero("booked_in_time"),
        _n("agreement"),
        _zero("bound"),
        _zero("promised"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "day", name=op.f("pk_appointment_price")),
    )
