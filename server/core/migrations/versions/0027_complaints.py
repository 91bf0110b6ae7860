"""Complaints, the complainants' words, whom they concern, and the steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def _code(name: str, *, empty: bool = True) -> sa.Column[str]:
    default = sa.text("''") if empty else None
    return sa.Column(name, sa.String(64), server_default=default, nullable=False)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)


def _stamp(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "complaint",
        *(_code(name, empty=False) for name in ("hall_id", "id", "number")),
        *map(_code, ("kind", "channel", "about", "source", "source_number")),
        *(_code(name, empty=False) for name in ("source_key", "day")),
        _stamp("at"),
        _text("topics", "[]"),
        sa.Column("named", sa.Integer(), server_default=sa.text("0"), nullable=False),
        *map(_code, ("unit", "window", "staff", "ticket", "state", "due", "outcome", "by_actor")),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("hall_id", "number", name=op.f("uq_complaint_hall_id_number")),
        sa.UniqueConstraint("hall_id", "source_key", name=op.f("uq_complaint_hall_id_source_key")),
    )
    op.create_index("ix_complaint_state", "complaint", ["hall_id", "state", "due"])
    op.create_index("ix_complaint_day", "complaint", ["hall_id", "day"])
    op.create_index("ix_complaint_unit", "complaint", ["hall_id", "unit"])
    op.create_table(
        "complaint_words",
        *(_code(name, empty=False) for name in ("hall_id", "complaint")),
        *map(_text, ("words", "name", "phone")),
        *map(_stamp, ("contact_until", "erase_after")),
        sa.PrimaryKeyConstraint("hall_id", "complaint", name=op.f("pk_complaint_words")),
    )
    op.create_table(
        "complaint_subject",
        *(_code(name, empty=False) for name in ("hall_id", "complaint", "staff")),
        sa.PrimaryKeyConstraint("hall_id", "complaint", "staff", name=op.f("pk_complaint_subject")),
    )
    op.create_table(
        "complaint_step",
        *(_code(name, empty=False) for name in ("hall_id", "complaint")),
        sa.Column("n", sa.Integer(), nullable=False),
        *map(_code, ("move", "state")),
        _stamp("at"),
        _code("day", empty=False),
        *map(_code, ("due", "answer_due", "outcome")),
        _text("words"),
        _text("evidence", "[]"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "complaint", "n", name=op.f("pk_complaint_step")),
    )
