"""Call backs of the office, ratings of cases that have no ticket, photos of staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# SQLite makes a table anew to change a constraint, and its triggers go with the old one.
KEPT = """
CREATE TRIGGER rating_no_{what} BEFORE {what} ON rating
BEGIN SELECT RAISE(ABORT, 'rating is only added to'); END
"""


def _code(name: str, *, empty: bool = True) -> sa.Column[str]:
    default = sa.text("''") if empty else None
    return sa.Column(name, sa.String(64), server_default=default, nullable=False)


def _key(name: str) -> sa.Column[str]:
    return _code(name, empty=False)


def _stamp(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    with op.batch_alter_table("rating") as batch:
        batch.add_column(_code("case"))
        batch.drop_constraint("uq_rating_hall_id_ticket_second_of", type_="unique")
        batch.create_unique_constraint(
            "uq_rating_hall_id_ticket_case_second_of", ["hall_id", "ticket", "case", "second_of"]
        )
    op.create_index("ix_rating_case", "rating", ["hall_id", "case"])
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(KEPT.format(what=what))
    op.create_table(
        "call_draw",
        *map(_key, ("hall_id", "week")),
        _stamp("at"),
        _key("seed"),
        _number("wanted"),
        sa.Column("candidates", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "week", name=op.f("pk_call_draw")),
    )
    op.create_table(
        "call_back",
        *map(_key, ("hall_id", "case", "week")),
        _number("place"),
        *map(_code, ("state", "rating")),
        sa.PrimaryKeyConstraint("hall_id", "case", name=op.f("pk_call_back")),
    )
    op.create_index("ix_call_back_week", "call_back", ["hall_id", "week", "place"])
    op.create_index("ix_call_back_state", "call_back", ["hall_id", "state"])
    op.create_table(
        "call_try",
        *map(_key, ("hall_id", "case")),
        _number("n"),
        _code("result"),
        _code("state"),
        _stamp("at"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "case", "n", name=op.f("pk_call_try")),
    )
    op.create_table(
        "staff_photo",
        *map(_key, ("hall_id", "staff", "file")),
        _stamp("at"),
        _code("by_actor"),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hall_id", "staff", "file", name=op.f("pk_staff_photo")),
    )
    op.create_index("ix_staff_photo_file", "staff_photo", ["hall_id", "file"])
