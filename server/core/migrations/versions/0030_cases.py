"""Cases, their applicants, facts, papers, posts, due days and lamps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def _code(name: str, *, empty: bool = True) -> sa.Column[str]:
    default = sa.text("''") if empty else None
    return sa.Column(name, sa.String(64), server_default=default, nullable=False)


def _key(name: str) -> sa.Column[str]:
    return _code(name, empty=False)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)


def _stamp(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "case_record",
        *map(_key, ("hall_id", "id", "number", "day")),
        _number("serial"),
        _code("outer_no"),
        *map(_key, ("outer_key", "item")),
        _number("version"),
        *map(_code, ("mode", "unit", "way", "ticket", "hand_in", "window", "staff")),
        *map(_code, ("state", "owner", "outcome")),
        _stamp("at"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_case_record")),
        sa.UniqueConstraint("hall_id", "number", name=op.f("uq_case_record_hall_id_number")),
        sa.UniqueConstraint(
            "hall_id", "day", "serial", name=op.f("uq_case_record_hall_id_day_serial")
        ),
        sa.UniqueConstraint("hall_id", "outer_key", name=op.f("uq_case_record_hall_id_outer_key")),
    )
    op.create_index("ix_case_record_state", "case_record", ["hall_id", "state", "unit"])
    op.create_index("ix_case_record_ticket", "case_record", ["hall_id", "ticket"])
    op.create_table(
        "case_applicant",
        *map(_key, ("hall_id", "case")),
        _text("name"),
        *map(_code, ("id_kind", "id_masked", "person_key")),
        *map(_text, ("phone", "agent")),
        *map(_stamp, ("phone_until", "erase_after")),
        sa.PrimaryKeyConstraint("hall_id", "case", name=op.f("pk_case_applicant")),
    )
    op.create_index("ix_case_applicant_person", "case_applicant", ["hall_id", "person_key"])
    op.create_table(
        "case_fact",
        *map(_key, ("hall_id", "case")),
        _number("n"),
        *map(_code, ("move", "state")),
        _stamp("at"),
        _key("day"),
        sa.Column("days", sa.Integer(), server_default=sa.text("0"), nullable=False),
        *map(_code, ("basis", "outcome")),
        _text("words"),
        _text("evidence", "[]"),
        *map(_code, ("paper", "by_actor")),
        sa.PrimaryKeyConstraint("hall_id", "case", "n", name=op.f("pk_case_fact")),
    )
    op.create_table(
        "case_paper",
        *map(_key, ("hall_id", "id", "case")),
        _number("n"),
        _code("kind"),
        _key("day"),
        _stamp("at"),
        _text("content"),
        _key("digest"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_case_paper")),
    )
    op.create_index("ix_case_paper_case", "case_paper", ["hall_id", "case"])
    op.create_table(
        "case_service",
        *map(_key, ("hall_id", "paper")),
        _code("how"),
        _key("day"),
        _stamp("at"),
        *map(_code, ("to", "by_actor")),
        sa.PrimaryKeyConstraint("hall_id", "paper", name=op.f("pk_case_service")),
    )
    op.create_table(
        "case_post",
        *map(_key, ("hall_id", "unit", "post", "staff")),
        _stamp("at"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "unit", "post", "staff", name=op.f("pk_case_post")),
    )
    op.create_table(
        "case_due",
        *map(_key, ("hall_id", "case", "clock")),
        *map(_code, ("unit", "earliest", "rule", "latest")),
        sa.PrimaryKeyConstraint("hall_id", "case", "clock", name=op.f("pk_case_due")),
    )
    op.create_index("ix_case_due_earliest", "case_due", ["hall_id", "clock", "earliest", "unit"])
    op.create_table(
        "case_due_basis",
        *map(_key, ("hall_id", "digest")),
        sa.PrimaryKeyConstraint("hall_id", name=op.f("pk_case_due_basis")),
    )
    op.create_table(
        "case_lamp",
        *map(_key, ("hall_id", "case", "clock", "level")),
        _code("due"),
        _key("day"),
        _stamp("at"),
        _code("unit"),
        sa.PrimaryKeyConstraint("hall_id", "case", "clock", "level", name=op.f("pk_case_lamp")),
    )
    op.create_index("ix_case_lamp_day", "case_lamp", ["hall_id", "day"])
    op.create_table(
        "case_explanation",
        *map(_key, ("hall_id", "id", "unit")),
        _code("kind"),
        *map(_key, ("first", "last")),
        _text("words"),
        _code("digest"),
        _stamp("at"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_case_explanation")),
    )
    op.create_index("ix_case_explanation_day", "case_explanation", ["hall_id", "last"])
