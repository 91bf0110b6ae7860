"""Joint review: parts with their steps, meetings with their attendance, notices, crossings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# What was sent, answered and attended is evidence: rows are only added.
TABLES = (
    "joint_step",
    "joint_notice",
    "joint_service",
    "joint_meeting_step",
    "joint_attendance",
    "joint_late",
)
SQLITE = """
CREATE TRIGGER {table}_no_{what} BEFORE {what} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END
"""
POSTGRES = (
    """
    CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{table} is only added to'; END $$
    """,
    """
    CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_kept()
    """,
)


def _code(name: str, *, empty: bool = True) -> sa.Column[str]:
    default = sa.text("''") if empty else None
    return sa.Column(name, sa.String(64), server_default=default, nullable=False)


def _key(name: str) -> sa.Column[str]:
    return _code(name, empty=False)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)


def _stamp(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    server_default = sa.text(default) if default else None
    return sa.Column(name, sa.Integer(), server_default=server_default, nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    _parts()
    _meetings()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        if is_sqlite:
            for what in ("UPDATE", "DELETE"):
                op.execute(SQLITE.format(table=table, what=what))
        else:
            for statement in POSTGRES:
                op.execute(statement.format(table=table))


def _parts() -> None:
    op.create_table(
        "joint_part",
        *map(_key, ("hall_id", "id", "case")),
        *map(_code, ("kind", "unit", "lead")),
        *map(_text, ("body", "question")),
        _code("state"),
        _stamp("at"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_joint_part")),
    )
    op.create_index("ix_joint_part_case", "joint_part", ["hall_id", "case"])
    op.create_index("ix_joint_part_state", "joint_part", ["hall_id", "state", "unit"])
    op.create_table(
        "joint_step",
        *map(_key, ("hall_id", "part")),
        _number("n"),
        *map(_code, ("move", "state")),
        _stamp("at"),
        _key("day"),
        _number("days", "0"),
        _code("opinion"),
        *map(_text, ("number", "words")),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "part", "n", name=op.f("pk_joint_step")),
    )
    op.create_index("ix_joint_step_day", "joint_step", ["hall_id", "day"])
    op.create_table(
        "joint_notice",
        *map(_key, ("hall_id", "case", "id", "day")),
        _stamp("at"),
        _text("content"),
        _key("digest"),
        sa.PrimaryKeyConstraint("hall_id", "case", name=op.f("pk_joint_notice")),
    )
    op.create_table(
        "joint_service",
        *map(_key, ("hall_id", "case")),
        _code("how"),
        _key("day"),
        _stamp("at"),
        *map(_code, ("to", "by_actor")),
        sa.PrimaryKeyConstraint("hall_id", "case", name=op.f("pk_joint_service")),
    )
    op.create_table(
        "joint_late",
        *map(_key, ("hall_id", "subject", "clock", "case")),
        _code("unit"),
        _key("due"),
        _stamp("at"),
        sa.PrimaryKeyConstraint("hall_id", "subject", "clock", name=op.f("pk_joint_late")),
    )
    op.create_index("ix_joint_late_case", "joint_late", ["hall_id", "case"])


def _meetings() -> None:
    op.create_table(
        "joint_meeting",
        *map(_key, ("hall_id", "id", "case")),
        _code("kind"),
        _key("day"),
        _code("time"),
        _text("place"),
        _text("units", "[]"),
        _code("state"),
        _stamp("at"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_joint_meeting")),
    )
    op.create_index("ix_joint_meeting_case", "joint_meeting", ["hall_id", "case"])
    op.create_index("ix_joint_meeting_day", "joint_meeting", ["hall_id", "day"])
    op.create_table(
        "joint_meeting_step",
        *map(_key, ("hall_id", "meeting")),
        _number("n"),
        *map(_code, ("move", "state")),
        _stamp("at"),
        _key("day"),
        _text("words"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "meeting", "n", name=op.f("pk_joint_meeting_step")),
    )
    op.create_table(
        "joint_attendance",
        *map(_key, ("hall_id", "meeting")),
        _number("n"),
        _key("unit"),
        _number("present", "0"),
        _text("reason"),
        sa.PrimaryKeyConstraint(
            "hall_id", "meeting", "n", "unit", name=op.f("pk_joint_attendance")
        ),
    )
