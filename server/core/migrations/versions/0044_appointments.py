"""Appointments: plans, closures, seats, appointments, their steps."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
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


def _zero(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Bring the schema to this revision."""
    _plans()
    _seats()
    _appointments()
    _steps()


def _plans() -> None:
    op.create_table(
        "appointment_plan",
        *map(_key, ("hall_id", "id")),
        _n(),
        _text("name"),
        *(_text(name, "[]") for name in ("items", "groups")),
        *map(_key, ("valid_from", "valid_to")),
        _code("weekdays"),
        *map(_n, ("opens", "closes", "step", "share", "active")),
        _stamp("at"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "id", "n", name=op.f("pk_appointment_plan")),
    )
    op.create_table(
        "appointment_closure",
        *map(_key, ("hall_id", "id", "day")),
        *map(_code, ("plan", "start", "window", "reason")),
        _text("words"),
        _stamp("at"),
        _code("by_actor"),
        _stamp("lifted_at", empty=True),
        _code("lifted_by"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_appointment_closure")),
    )
    op.create_index("ix_appointment_closure_day", "appointment_closure", ["hall_id", "day"])


def _seats() -> None:
    op.create_table(
        "appointment_seat",
        *map(_key, ("hall_id", "day", "plan", "start")),
        _n(),
        *map(_code, ("appointment", "token", "item", "holder", "source", "first")),
        sa.Column("held_until", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint(
            "hall_id", "day", "plan", "start", "n", name=op.f("pk_appointment_seat")
        ),
    )
    hold = _where("appointment = ''")
    for column in ("token", "holder"):
        name = f"ix_appointment_seat_{column}"
        op.create_index(name, "appointment_seat", ["hall_id", column], unique=True, **hold)
    op.create_index("ix_appointment_seat_source", "appointment_seat", ["hall_id", "source"], **hold)
    op.create_index(
        "ix_appointment_seat_appointment",
        "appointment_seat",
        ["hall_id", "appointment"],
        unique=True,
        **_where("appointment <> ''"),
    )


def _appointments() -> None:
    op.create_table(
        "appointment",
        *map(_key, ("hall_id", "id", "code", "token")),
        *map(_code, ("person_key", "source")),
        *map(_text, ("name", "phone")),
        _key("item"),
        _zero("version"),
        _code("klass"),
        *map(_key, ("plan", "day", "start")),
        *map(_code, ("state", "channel")),
        _stamp("booked_at"),
        _stamp("arrived_at", empty=True),
        *map(_code, ("arrival", "ticket", "reason")),
        _zero("excused"),
        _code("unsure"),
        _stamp("first_until", empty=True),
        _code("first_used"),
        _stamp("erase_after"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("hall_id", "code", name=op.f("uq_appointment_hall_id_code")),
        sa.UniqueConstraint("hall_id", "token", name=op.f("uq_appointment_hall_id_token")),
    )
    op.create_index("ix_appointment_day", "appointment", ["hall_id", "day", "start"])
    op.create_index("ix_appointment_person", "appointment", ["hall_id", "person_key", "day"])
    indexes = {
        "open": (["hall_id", "state", "day"], "state IN ('booked', 'arrived')"),
        "source": (["hall_id", "source", "booked_at"], "source <> ''"),
        "erase": (["hall_id", "erase_after"], "person_key <> ''"),
        "ticket": (["hall_id", "ticket"], "ticket <> ''"),
    }
    for name, (columns, condition) in indexes.items():
        op.create_index(f"ix_appointment_{name}", "appointment", columns, **_where(condition))


def _steps() -> None:
    op.create_table(
        "appointment_step",
        *map(_key, ("hall_id", "appointment")),
        _n(),
        *map(_code, ("move", "state")),
        _stamp("at"),
        *map(_key, ("day", "start")),
        _code("reason"),
        _text("words"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "appointment", "n", name=op.f("pk_appointment_step")),
    )
