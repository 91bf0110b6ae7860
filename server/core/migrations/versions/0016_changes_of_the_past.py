"""Changes of the past with their second person; witnesses and second checkers confirm."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CODE = sa.String(64)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)


def _code(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, CODE, server_default=sa.text(f"'{default}'"), nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "past_change",
        sa.Column("hall_id", CODE, nullable=False),
        sa.Column("id", CODE, nullable=False),
        _code("command"),
        _text("args", "{}"),
        _text("why"),
        _code("rank"),
        sa.Column("asked_by", CODE, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        _text("days", "[]"),
        _text("reach", "[]"),
        _text("subjects", "[]"),
        _code("state"),
        _code("decided_by"),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        _text("words"),
        sa.Column("amended", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "id", name="pk_past_change"),
    )
    op.create_index("ix_past_change_state", "past_change", ["hall_id", "state", "asked_at"])
    op.create_table(
        "past_move",
        sa.Column("hall_id", CODE, nullable=False),
        sa.Column("change_id", CODE, nullable=False),
        sa.Column("day", CODE, nullable=False),
        sa.Column("staff", CODE, nullable=False),
        sa.Column("slot", CODE, nullable=False),
        _code("was"),
        _code("now"),
        sa.PrimaryKeyConstraint(
            "hall_id", "change_id", "day", "staff", "slot", name="pk_past_move"
        ),
    )
    op.create_index("ix_past_move_day", "past_move", ["hall_id", "day", "staff"])
    # What counted before goes on counting: it was taken when a witness was only named.
    with op.batch_alter_table("sign_in_sheet") as batch:
        batch.add_column(_code("state", "confirmed"))
        batch.add_column(sa.Column("decided_at", sa.BigInteger(), nullable=True))
        batch.add_column(_text("words"))
    with op.batch_alter_table("spot_check") as batch:
        batch.add_column(_code("second", "unasked"))
        batch.add_column(sa.Column("second_at", sa.BigInteger(), nullable=True))
        batch.add_column(_text("second_words"))
