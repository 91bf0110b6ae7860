"""Honours: lists that two people fixed, their amendments, and the words of certificates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

KEPT = "a list that was fixed is never changed"
SQLITE = (
    """
    CREATE TRIGGER honour_list_frozen BEFORE UPDATE ON honour_list
    WHEN OLD.released_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, '{kept}'); END
    """,
    """
    CREATE TRIGGER honour_list_kept BEFORE DELETE ON honour_list
    WHEN OLD.released_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, '{kept}'); END
    """,
)
POSTGRES = (
    """
    CREATE FUNCTION honour_list_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.released_at IS NOT NULL THEN RAISE EXCEPTION '{kept}'; END IF;
        RETURN COALESCE(NEW, OLD);
    END $$
    """,
    """
    CREATE TRIGGER honour_list_frozen BEFORE UPDATE OR DELETE ON honour_list
    FOR EACH ROW EXECUTE FUNCTION honour_list_frozen()
    """,
)


def _code(name: str, *, empty: bool = True) -> sa.Column[str]:
    default = sa.text("''") if empty else None
    return sa.Column(name, sa.String(64), server_default=default, nullable=False)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "honour_list",
        *(_code(name, empty=False) for name in ("hall_id", "kind", "period")),
        sa.Column("n", sa.Integer(), nullable=False),
        _text("content", "{}"),
        _text("changes", "[]"),
        _text("words"),
        *map(_code, ("digest", "drafted_by")),
        sa.Column("drafted_at", sa.BigInteger(), nullable=False),
        _code("released_by"),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hall_id", "kind", "period", "n", name=op.f("pk_honour_list")),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES:
        op.execute(statement.format(kept=KEPT))
