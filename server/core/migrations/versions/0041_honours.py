"""Honours: the flag's decisions and moves, vetoes, interviews."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def _code(name: str, *, empty: bool = True) -> sa.Column[str]:
    default = sa.text("''") if empty else None
    return sa.Column(name, sa.String(64), server_default=default, nullable=False)


def _key(name: str) -> sa.Column[str]:
    return _code(name, empty=False)


def _stamp(name: str, *, empty: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=empty)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)


def _n(name: str = "n") -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    _flags()
    _vetoes()
    _interviews()


def _flags() -> None:
    op.create_table(
        "flag_award",
        *map(_key, ("hall_id", "quarter")),
        _code("window"),
        _n("rank"),
        _code("score"),
        _text("basis", "[]"),
        _code("state"),
        sa.PrimaryKeyConstraint("hall_id", "quarter", name=op.f("pk_flag_award")),
    )
    op.create_table(
        "flag_step",
        *map(_key, ("hall_id", "quarter")),
        _n(),
        *map(_code, ("move", "state")),
        _stamp("at"),
        _code("window"),
        _text("words"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "quarter", "n", name=op.f("pk_flag_step")),
    )
    op.create_table(
        "flag_move",
        _key("hall_id"),
        _n(),
        _stamp("at"),
        _key("day"),
        *map(_code, ("from_window", "to_window", "quarter", "cause", "cause_id", "by_actor")),
        sa.PrimaryKeyConstraint("hall_id", "n", name=op.f("pk_flag_move")),
    )
    op.create_index("ix_flag_move_day", "flag_move", ["hall_id", "day"])


def _vetoes() -> None:
    op.create_table(
        "honour_veto",
        *map(_key, ("hall_id", "id")),
        *map(_code, ("kind", "subject", "staff", "window", "unit")),
        _key("day"),
        _stamp("at"),
        *(_text(name, "[]") for name in ("complaints", "findings", "windows")),
        sa.Column("strikes_unit", sa.Integer(), server_default=sa.text("0"), nullable=False),
        *map(_code, ("first_quarter", "last_quarter", "state")),
        _stamp("dispute_until", empty=True),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_honour_veto")),
    )
    op.create_index("ix_honour_veto_day", "honour_veto", ["hall_id", "day"])
    op.create_table(
        "veto_step",
        *map(_key, ("hall_id", "veto")),
        _n(),
        *map(_code, ("move", "state")),
        _stamp("at"),
        _text("words"),
        _text("evidence", "[]"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "veto", "n", name=op.f("pk_veto_step")),
    )


def _interviews() -> None:
    op.create_table(
        "honour_interview",
        *map(_key, ("hall_id", "id", "subject", "assessed", "month")),
        _code("state"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_honour_interview")),
        sa.UniqueConstraint(
            *("hall_id", "subject", "assessed", "month"),
            name=op.f("uq_honour_interview_hall_id_subject_assessed_month"),
        ),
    )
    op.create_table(
        "interview_step",
        *map(_key, ("hall_id", "interview")),
        _n(),
        *map(_code, ("move", "state")),
        _stamp("at"),
        _code("day"),
        _text("words"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "interview", "n", name=op.f("pk_interview_step")),
    )
