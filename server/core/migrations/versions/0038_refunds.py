"""Refunds of fees by reference, and the days that a bank's file covers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

# Before, two refunds could have the same reference; the later one gets the next turn.
_REFUNDS = """
INSERT INTO fee_refund (hall_id, reference, turn, due, n, day, amount)
SELECT hall_id, reference,
       ROW_NUMBER() OVER (PARTITION BY hall_id, reference ORDER BY at, due, n),
       due, n, CASE WHEN money_day = '' THEN day ELSE money_day END, amount
FROM fee_fact WHERE move = 'confirm_refund'
"""
_COVERED = """
UPDATE fee_file SET
    first_day = COALESCE((SELECT MIN(day) FROM fee_bank_line AS line
        WHERE line.hall_id = fee_file.hall_id AND line.file = fee_file.digest), ''),
    last_day = COALESCE((SELECT MAX(day) FROM fee_bank_line AS line
        WHERE line.hall_id = fee_file.hall_id AND line.file = fee_file.digest), '')
"""


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), nullable=False)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), server_default=sa.text("''"), nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "fee_refund",
        *map(_key, ("hall_id", "reference")),
        sa.Column("turn", sa.Integer(), nullable=False),
        _key("due"),
        sa.Column("n", sa.Integer(), nullable=False),
        _key("day"),
        sa.Column("amount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "reference", "turn", name=op.f("pk_fee_refund")),
        sa.UniqueConstraint("hall_id", "due", "n", name=op.f("uq_fee_refund_hall_id_due_n")),
    )
    op.create_index("ix_fee_fact_money", "fee_fact", ["hall_id", "money_day", "day"])
    op.create_index("ix_fee_refund_day", "fee_refund", ["hall_id", "day"])
    op.execute(_REFUNDS)
    for name in ("first_day", "last_day"):
        op.add_column("fee_file", _code(name))
    op.execute(_COVERED)
