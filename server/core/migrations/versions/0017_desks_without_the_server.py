"""Lines of desks, and acts without the server that the office has to look at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CODE = sa.String(64)
EMPTY = sa.text("''")


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "desk_line",
        sa.Column("hall_id", CODE, nullable=False),
        sa.Column("id", CODE, nullable=False),
        sa.Column("window", CODE, nullable=False),
        sa.Column("staff", CODE, nullable=False),
        sa.Column("worker", CODE, server_default=EMPTY, nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_desk_line")),
    )
    op.create_index("ix_desk_line_staff", "desk_line", ["hall_id", "staff", "window"])
    op.create_table(
        "server_seen",
        sa.Column("hall_id", CODE, nullable=False),
        sa.Column("worker", CODE, nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "worker", name=op.f("pk_server_seen")),
    )
    op.create_table(
        "desk_act",
        sa.Column("hall_id", CODE, nullable=False),
        sa.Column("id", CODE, nullable=False),
        sa.Column("window", CODE, nullable=False),
        sa.Column("staff", CODE, nullable=False),
        sa.Column("ticket_id", CODE, nullable=False),
        sa.Column("reason", CODE, server_default=EMPTY, nullable=False),
        sa.Column("said", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("known", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("handed_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_as", CODE, server_default=EMPTY, nullable=False),
        sa.Column("settled_by", CODE, server_default=EMPTY, nullable=False),
        sa.Column("words", sa.Text(), server_default=EMPTY, nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_desk_act")),
    )
    op.create_index("ix_desk_act_open", "desk_act", ["hall_id", "settled_at"])
