"""Approval by silence: schemes, consents, late steps, and items that it never touches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def _code(name: str, *, empty: bool = True) -> sa.Column[str]:
    default = sa.text("''") if empty else None
    return sa.Column(name, sa.String(64), server_default=default, nullable=False)


def _key(name: str) -> sa.Column[str]:
    return _code(name, empty=False)


def _stamp(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)


def _n() -> sa.Column[int]:
    return sa.Column("n", sa.Integer(), nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    for name in ("hazard", "third_party"):
        column = sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)
        op.add_column("item", column)
    op.create_table(
        "tacit_scheme",
        *map(_key, ("hall_id", "id")),
        _code("kind"),
        _text("items", "[]"),
        _code("limit"),
        _text("basis"),
        _key("first"),
        *map(_code, ("last", "state")),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_tacit_scheme")),
    )
    op.create_table(
        "tacit_step",
        *map(_key, ("hall_id", "scheme")),
        _n(),
        *map(_code, ("move", "state")),
        _stamp("at"),
        _text("words"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "scheme", "n", name=op.f("pk_tacit_step")),
    )
    op.create_table(
        "tacit_consent",
        *map(_key, ("hall_id", "case", "scheme")),
        _n(),
        _key("day"),
        *map(_stamp, ("effective_at", "at")),
        _key("basis"),
        sa.PrimaryKeyConstraint("hall_id", "case", name=op.f("pk_tacit_consent")),
    )
    op.create_table(
        "tacit_late",
        *map(_key, ("hall_id", "case")),
        _n(),
        *map(_code, ("move", "outcome")),
        _stamp("at"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "case", "n", name=op.f("pk_tacit_late")),
    )
