"""Licences at the issuing window, their lists and parcels, and lists of issued numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# Where a licence was, and who received it, is evidence: facts are only added.
TABLES = ("licence_fact", "licence_list_fact", "licence_parcel_fact", "licence_roll_line")
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
    return [_code(name) for name in names]


def _keys(*names: str) -> list[sa.Column[str]]:
    return [_code(name, empty=False) for name in names]


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    server_default = sa.text(default) if default else None
    return sa.Column(name, sa.Integer(), server_default=server_default, nullable=False)


def _stamp(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _licences() -> None:
    op.create_table(
        "licence",
        *_keys("hall_id", "id", "case"),
        *_codes("unit", "item"),
        *map(_text, ("kind", "number")),
        *_keys("number_key"),
        *(_number(name, "0") for name in ("copy", "paper", "electronic")),
        *_codes("issued_day", "valid_to", "state", "list", "shelf", "waybill", "entered_day"),
        *_codes("staff"),
        _stamp("at"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_licence")),
        sa.UniqueConstraint("hall_id", "number_key", name=op.f("uq_licence_hall_id_number_key")),
    )
    op.create_index("ix_licence_case", "licence", ["hall_id", "case"])
    op.create_index("ix_licence_state", "licence", ["hall_id", "state", "unit"])
    op.create_index("ix_licence_list", "licence", ["hall_id", "list"])
    op.create_index("ix_licence_issued", "licence", ["hall_id", "electronic", "issued_day"])
    op.create_table(
        "licence_fact",
        *_keys("hall_id", "licence"),
        _number("n"),
        *_codes("move", "state"),
        _stamp("at"),
        *_keys("day"),
        *_codes("list", "shelf", "waybill", "ticket", "to", "id_kind", "id_check", "signed"),
        _text("files", "[]"),
        _text("words"),
        *_codes("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "licence", "n", name=op.f("pk_licence_fact")),
    )
    op.create_index("ix_licence_fact_move", "licence_fact", ["hall_id", "move", "day"])
    op.create_table(
        "licence_receiver",
        *_keys("hall_id", "licence"),
        _number("n"),
        _text("name"),
        *_codes("id_masked"),
        _stamp("erase_after"),
        sa.PrimaryKeyConstraint("hall_id", "licence", "n", name=op.f("pk_licence_receiver")),
    )


def _lists() -> None:
    op.create_table(
        "licence_list",
        *_keys("hall_id", "id", "day"),
        _number("serial"),
        *_codes("unit", "state"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_licence_list")),
        sa.UniqueConstraint(
            "hall_id", "day", "serial", name=op.f("uq_licence_list_hall_id_day_serial")
        ),
    )
    op.create_index("ix_licence_list_state", "licence_list", ["hall_id", "state"])
    op.create_table(
        "licence_list_fact",
        *_keys("hall_id", "list"),
        _number("n"),
        *_codes("move", "state"),
        _stamp("at"),
        *_keys("day"),
        _number("counted", "0"),
        _text("licences", "[]"),
        _text("missing", "[]"),
        _text("words"),
        *_codes("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "list", "n", name=op.f("pk_licence_list_fact")),
    )


def _parcels() -> None:
    op.create_table(
        "licence_parcel",
        *_keys("hall_id", "waybill"),
        _text("carrier"),
        *_codes("case"),
        *_keys("day"),
        *_codes("state"),
        sa.PrimaryKeyConstraint("hall_id", "waybill", name=op.f("pk_licence_parcel")),
    )
    op.create_index("ix_licence_parcel_state", "licence_parcel", ["hall_id", "state"])
    op.create_table(
        "licence_parcel_fact",
        *_keys("hall_id", "waybill"),
        _number("n"),
        *_codes("move", "state"),
        _stamp("at"),
        *_keys("day"),
        _text("licences", "[]"),
        *_codes("to"),
        _text("words"),
        *_codes("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "waybill", "n", name=op.f("pk_licence_parcel_fact")),
    )


def _rolls() -> None:
    op.create_table(
        "licence_roll",
        *_keys("hall_id", "digest"),
        *_codes("unit"),
        *_keys("day"),
        _stamp("at"),
        _text("name"),
        _number("lines"),
        *_codes("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "digest", name=op.f("pk_licence_roll")),
    )
    op.create_index("ix_licence_roll_day", "licence_roll", ["hall_id", "day"])
    op.create_table(
        "licence_roll_line",
        *_keys("hall_id", "digest"),
        _number("place"),
        *map(_text, ("number", "kind")),
        *_codes("issued_day"),
        sa.PrimaryKeyConstraint("hall_id", "digest", "place", name=op.f("pk_licence_roll_line")),
    )


def upgrade() -> None:
    """Bring the schema to this revision."""
    _licences()
    _lists()
    _parcels()
    _rolls()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        if sqlite:
            for what in ("UPDATE", "DELETE"):
                op.execute(SQLITE.format(table=table, what=what))
        else:
            for statement in POSTGRES:
                op.execute(statement.format(table=table))
