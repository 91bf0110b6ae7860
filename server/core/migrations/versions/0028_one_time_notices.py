"""Hand-ins of materials, and one-time notices with their lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# What was handed in and what was told are evidence: rows are only added.
TABLES = ("hand_in", "hand_in_material", "one_time_notice", "one_time_notice_line")
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


def _codes(*names: str) -> list[sa.Column[str]]:
    return [_code(name, empty=False) for name in names]


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    server_default = sa.text(default) if default else None
    return sa.Column(name, sa.Integer(), server_default=server_default, nullable=False)


def _stamp(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _hand_in_tables() -> None:
    op.create_table(
        "hand_in",
        *_codes("hall_id", "id", "matter"),
        _number("n"),
        _code("corrects"),
        *_codes("ticket"),
        _code("visit"),
        _stamp("served_at"),
        *_codes("item"),
        _number("version"),
        *_codes("requirements"),
        _stamp("at"),
        *_codes("day"),
        *map(_code, ("unit", "window", "staff")),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_hand_in")),
        sa.UniqueConstraint("hall_id", "matter", "n", name=op.f("uq_hand_in_hall_id_matter_n")),
    )
    op.create_index("ix_hand_in_ticket", "hand_in", ["hall_id", "ticket"])
    op.create_index("ix_hand_in_visit", "hand_in", ["hall_id", "visit"])
    op.create_table(
        "hand_in_material",
        *_codes("hall_id", "hand_in"),
        _number("place"),
        _text("material"),
        _number("needed", "0"),
        _number("replaced", "0"),
        _code("faults"),
        _code("valid_until"),
        _text("words"),
        sa.PrimaryKeyConstraint("hall_id", "hand_in", "place", name=op.f("pk_hand_in_material")),
    )


def _notice_tables() -> None:
    op.create_table(
        "one_time_notice",
        *_codes("hall_id", "id", "hand_in"),
        _stamp("at"),
        _code("slip"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_one_time_notice")),
        sa.UniqueConstraint("hall_id", "hand_in", name=op.f("uq_one_time_notice_hall_id_hand_in")),
    )
    op.create_table(
        "one_time_notice_line",
        *_codes("hall_id", "notice"),
        _number("n"),
        _number("place"),
        _text("material"),
        *map(_code, ("fault", "valid_until")),
        _text("words"),
        sa.PrimaryKeyConstraint("hall_id", "notice", "n", name=op.f("pk_one_time_notice_line")),
    )


def upgrade() -> None:
    """Bring the schema to this revision."""
    _hand_in_tables()
    _notice_tables()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        if sqlite:
            for what in ("UPDATE", "DELETE"):
                op.execute(SQLITE.format(table=table, what=what))
        else:
            for statement in POSTGRES:
                op.execute(statement.format(table=table))
