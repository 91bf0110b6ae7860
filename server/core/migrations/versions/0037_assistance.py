"""Assistance: first-asked questions, jobs of helpers, green channels, and the people of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
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
    _asks()
    _jobs()
    _greens()
    op.create_table(
        "assistance_person",
        *map(_key, ("hall_id", "subject")),
        *map(_text, ("name", "phone")),
        _stamp("erase_after"),
        sa.PrimaryKeyConstraint("hall_id", "subject", name=op.f("pk_assistance_person")),
    )


def _asks() -> None:
    op.create_table(
        "first_ask",
        *map(_key, ("hall_id", "id")),
        _stamp("at"),
        _key("day"),
        _text("subject"),
        *map(_code, ("item", "staff", "unit", "receiver", "state", "due")),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_first_ask")),
    )
    op.create_index("ix_first_ask_due", "first_ask", ["hall_id", "due"])
    op.create_index("ix_first_ask_day", "first_ask", ["hall_id", "day"])
    op.create_table(
        "first_ask_step",
        *map(_key, ("hall_id", "ask")),
        _n(),
        *map(_code, ("move", "state")),
        _stamp("at"),
        *map(_code, ("due", "unit", "receiver")),
        _text("words"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "ask", "n", name=op.f("pk_first_ask_step")),
    )


def _jobs() -> None:
    op.create_table(
        "helper_job",
        *map(_key, ("hall_id", "id")),
        _stamp("at"),
        _key("day"),
        *map(_code, ("case", "item")),
        *map(_text, ("project", "scope")),
        _key("until"),
        *map(_code, ("helper", "staff", "state")),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_helper_job")),
    )
    op.create_index("ix_helper_job_case", "helper_job", ["hall_id", "case"])
    op.create_index("ix_helper_job_helper", "helper_job", ["hall_id", "helper", "state"])
    op.create_table(
        "helper_step",
        *map(_key, ("hall_id", "job")),
        _n(),
        *map(_code, ("move", "state")),
        _stamp("at"),
        sa.Column("signed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _text("words"),
        _text("evidence", "[]"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "job", "n", name=op.f("pk_helper_step")),
    )


def _greens() -> None:
    op.create_table(
        "green_channel",
        *map(_key, ("hall_id", "case")),
        *map(_code, ("unit", "state")),
        sa.PrimaryKeyConstraint("hall_id", "case", name=op.f("pk_green_channel")),
    )
    op.create_index("ix_green_channel_state", "green_channel", ["hall_id", "state"])
    op.create_table(
        "green_step",
        *map(_key, ("hall_id", "case")),
        _n(),
        *map(_code, ("move", "state")),
        _stamp("at"),
        _key("day"),
        _text("words"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "case", "n", name=op.f("pk_green_step")),
    )
    op.create_index("ix_green_step_day", "green_step", ["hall_id", "day"])
