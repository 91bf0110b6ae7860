"""Fee standards of items; dues with their facts, receipts, and the bank's files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), server_default=sa.text("''"), nullable=False)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _stamp(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


def _fen(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column(
        "item", sa.Column("fees", sa.Text(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.create_table(
        "fee_due",
        *map(_key, ("hall_id", "id", "day")),
        _whole("serial"),
        _key("case"),
        *map(_code, ("item", "unit")),
        _whole("version"),
        _code("standard"),
        *map(_text, ("name", "per", "basis")),
        _fen("price"),
        _number("quantity"),
        _fen("amount"),
        *map(_code, ("state", "staff")),
        _stamp("at"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_fee_due")),
        sa.UniqueConstraint("hall_id", "day", "serial", name=op.f("uq_fee_due_hall_id_day_serial")),
    )
    op.create_index("ix_fee_due_case", "fee_due", ["hall_id", "case"])
    op.create_index("ix_fee_due_state", "fee_due", ["hall_id", "state", "day"])
    op.create_table(
        "fee_fact",
        *map(_key, ("hall_id", "due")),
        _whole("n"),
        *map(_code, ("move", "state")),
        _stamp("at"),
        _key("day"),
        _fen("amount"),
        *map(_code, ("reference", "money_day")),
        _text("words"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "due", "n", name=op.f("pk_fee_fact")),
    )
    op.create_index("ix_fee_fact_move", "fee_fact", ["hall_id", "move", "day"])
    op.create_table(
        "fee_receipt",
        *map(_key, ("hall_id", "reference")),
        _whole("turn"),
        _key("due"),
        _whole("n"),
        _key("day"),
        _fen("amount"),
        _code("way"),
        sa.PrimaryKeyConstraint("hall_id", "reference", "turn", name=op.f("pk_fee_receipt")),
        sa.UniqueConstraint("hall_id", "due", "n", name=op.f("uq_fee_receipt_hall_id_due_n")),
    )
    op.create_index("ix_fee_receipt_day", "fee_receipt", ["hall_id", "day"])
    op.create_table(
        "fee_file",
        *map(_key, ("hall_id", "digest")),
        _text("name"),
        *map(_number, ("row_count", "new_rows", "booked")),
        _fen("amount"),
        _stamp("at"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "digest", name=op.f("pk_fee_file")),
    )
    op.create_table(
        "fee_bank_line",
        *map(_key, ("hall_id", "reference", "notice", "day")),
        _fen("amount"),
        _key("file"),
        _whole("row_no"),
        sa.PrimaryKeyConstraint("hall_id", "reference", name=op.f("pk_fee_bank_line")),
    )
    op.create_index("ix_fee_bank_line_day", "fee_bank_line", ["hall_id", "day"])
    op.create_index("ix_fee_bank_line_notice", "fee_bank_line", ["hall_id", "notice"])
