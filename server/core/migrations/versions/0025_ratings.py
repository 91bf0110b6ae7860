"""Ratings, the words that came with them, presses on rating pads, redresses of bad ratings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# A rating stands for ever; what may be erased lies in a table of its own.
KEPT = "rating is only added to"
SQLITE = """
CREATE TRIGGER rating_no_{what} BEFORE {what} ON rating
BEGIN SELECT RAISE(ABORT, '{kept}'); END
"""
POSTGRES = (
    """
    CREATE FUNCTION rating_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{kept}'; END $$
    """,
    """
    CREATE TRIGGER rating_kept BEFORE UPDATE OR DELETE ON rating
    FOR EACH ROW EXECUTE FUNCTION rating_kept()
    """,
)


def _code(name: str, *, empty: bool = True) -> sa.Column[str]:
    default = sa.text("''") if empty else None
    return sa.Column(name, sa.String(64), server_default=default, nullable=False)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)


def _forbid_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(SQLITE.format(what=what, kept=KEPT))
    else:
        for statement in POSTGRES:
            op.execute(statement.format(kept=KEPT))


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "rating",
        *(_code(name, empty=False) for name in ("hall_id", "id", "ticket")),
        _code("second_of"),
        _code("day", empty=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        _code("channel"),
        _text("aspects", "[]"),
        sa.Column("named", sa.Integer(), server_default=sa.text("0"), nullable=False),
        *map(_code, ("item", "unit", "window", "staff", "device", "by_actor")),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_rating")),
        sa.UniqueConstraint(
            *("hall_id", "ticket", "second_of"), name=op.f("uq_rating_hall_id_ticket_second_of")
        ),
    )
    op.create_index("ix_rating_day", "rating", ["hall_id", "day", "level"])
    op.create_index("ix_rating_staff", "rating", ["hall_id", "staff", "day"])
    op.create_index("ix_rating_received", "rating", ["hall_id", "received_at"])
    op.create_table(
        "rating_words",
        *(_code(name, empty=False) for name in ("hall_id", "rating")),
        *map(_text, ("words", "name", "phone")),
        sa.Column("erase_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "rating", name=op.f("pk_rating_words")),
    )
    op.create_table(
        "pad_press",
        *(_code(name, empty=False) for name in ("hall_id", "id", "device", "window")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        *map(_code, ("asked", "raw", "state", "rating")),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_pad_press")),
    )
    op.create_index("ix_pad_press_state", "pad_press", ["hall_id", "state"])
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
    _forbid_changes()
