"""Branch servers: the branches of a hall, the changes to deliver, the line to the main server."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None
FINISHED = sa.text("state = 'finished'")


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), server_default=sa.text("''"), nullable=False)


def _number(name: str, kind: type[sa.Integer] = sa.Integer) -> sa.Column[int]:
    return sa.Column(name, kind(), server_default=sa.text("0"), nullable=False)


def upgrade() -> None:
    """Create the tables, and the mark of tickets that a branch server issued."""
    op.add_column("ticket", _code("branch"))
    op.drop_index("ix_ticket_finished", table_name="ticket")
    op.create_index(
        "ix_ticket_finished",
        "ticket",
        ["hall_id", "day", "queue", "serving_at", "ended_at", "state", "branch"],
        sqlite_where=FINISHED,
        postgresql_where=FINISHED,
    )
    op.create_table(
        "branch",
        sa.Column("hall_id", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        _number("run"),
        _number("applied", sa.BigInteger),
        _number("lines", sa.BigInteger),
        _code("line_hash"),
        _number("windows"),
        _number("waiting"),
        sa.Column("heard_at", sa.BigInteger(), nullable=True),
        _code("refusal"),
        sa.PrimaryKeyConstraint("hall_id", "site", name=op.f("pk_branch")),
    )
    op.create_table(
        "row_change",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("hall_id", sa.String(64), nullable=False),
        _code("name"),
        sa.Column("row", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_row_change")),
    )
    op.create_table(
        "main_line",
        sa.Column("hall_id", sa.String(64), nullable=False),
        _code("site"),
        _number("run"),
        _number("delivered", sa.BigInteger),
        _number("received", sa.BigInteger),
        sa.Column("heard_at", sa.BigInteger(), nullable=True),
        _code("refusal"),
        sa.PrimaryKeyConstraint("hall_id", name=op.f("pk_main_line")),
    )
    op.create_index("ix_row_change_hall", "row_change", ["hall_id", "seq"])
