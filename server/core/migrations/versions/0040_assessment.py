"""Assessment: score sheets, marks by hand, disputes, releases and amendments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# What was released is frozen; nothing of it is ever deleted either.
TABLES = ("score_release", "score_amendment")
KEPT = "a released assessment is never changed"
SQLITE = (
    """
    CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} WHEN OLD.released_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, '{kept}'); END
    """,
    """
    CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} WHEN OLD.released_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, '{kept}'); END
    """,
)
FUNCTION = """
CREATE FUNCTION assessment_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.released_at IS NOT NULL THEN RAISE EXCEPTION '{kept}'; END IF;
    RETURN COALESCE(NEW, OLD);
END $$
"""
POSTGRES = """
CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION assessment_frozen()
"""


def _code(name: str, *, empty: bool = True) -> sa.Column[str]:
    default = sa.text("''") if empty else None
    return sa.Column(name, sa.String(64), server_default=default, nullable=False)


def _key(name: str) -> sa.Column[str]:
    return _code(name, empty=False)


def _stamp(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    _sheets()
    _marks()
    _disputes()
    _releases()
    _freeze()


def _freeze() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for statement in SQLITE:
                op.execute(statement.format(table=table, kept=KEPT))
    else:
        op.execute(FUNCTION.format(kept=KEPT))
        for table in TABLES:
            op.execute(POSTGRES.format(table=table))


def _sheets() -> None:
    op.create_table(
        "score_sheet",
        *map(_key, ("hall_id", "id", "subject")),
        _text("name"),
        _key("since"),
        _text("content", "{}"),
        _code("state"),
        _stamp("at"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_score_sheet")),
    )
    op.create_index("ix_score_sheet_state", "score_sheet", ["hall_id", "state"])
    op.create_table(
        "score_sheet_step",
        *map(_key, ("hall_id", "sheet")),
        _number("n"),
        *map(_code, ("move", "state")),
        _stamp("at"),
        _code("digest"),
        _text("words"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "sheet", "n", name=op.f("pk_score_sheet_step")),
    )


def _marks() -> None:
    op.create_table(
        "score_mark",
        *map(_key, ("hall_id", "id", "kind", "day")),
        *map(_code, ("staff", "window", "unit")),
        _number("times"),
        _code("state"),
        _stamp("at"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_score_mark")),
    )
    op.create_index("ix_score_mark_day", "score_mark", ["hall_id", "day"])
    op.create_table(
        "score_mark_step",
        *map(_key, ("hall_id", "mark")),
        _number("n"),
        *map(_code, ("move", "state")),
        _stamp("at"),
        _text("words"),
        _text("evidence", "[]"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "mark", "n", name=op.f("pk_score_mark_step")),
    )


def _disputes() -> None:
    op.create_table(
        "score_dispute",
        *map(_key, ("hall_id", "id", "month", "fact")),
        _code("measure"),
        _text("fact_ref"),
        *map(_code, ("subject", "concerned")),
        _text("evidence_words"),
        _code("state"),
        _stamp("at"),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_score_dispute")),
        sa.UniqueConstraint(
            "hall_id", "month", "fact", name=op.f("uq_score_dispute_hall_id_month_fact")
        ),
    )
    op.create_table(
        "score_dispute_step",
        *map(_key, ("hall_id", "dispute")),
        _number("n"),
        *map(_code, ("move", "state")),
        _stamp("at"),
        _text("words"),
        _code("by_actor"),
        sa.PrimaryKeyConstraint("hall_id", "dispute", "n", name=op.f("pk_score_dispute_step")),
    )


def _releases() -> None:
    op.create_table(
        "score_release",
        *map(_key, ("hall_id", "period")),
        _code("state"),
        *(_text(name, "{}") for name in ("frozen", "results")),
        *map(_code, ("digest", "sheets_digest", "facts_digest", "checked_by")),
        _stamp("checked_at"),
        *map(_code, ("checked_digest", "released_by")),
        _stamp("released_at", nullable=True),
        sa.PrimaryKeyConstraint("hall_id", "period", name=op.f("pk_score_release")),
    )
    op.create_table(
        "score_amendment",
        *map(_key, ("hall_id", "period")),
        _number("n"),
        _text("words"),
        _text("changes", "[]"),
        *(_text(name, "{}") for name in ("frozen", "results")),
        *map(_code, ("digest", "drafted_by")),
        _stamp("drafted_at"),
        _code("released_by"),
        _stamp("released_at", nullable=True),
        sa.PrimaryKeyConstraint("hall_id", "period", "n", name=op.f("pk_score_amendment")),
    )
