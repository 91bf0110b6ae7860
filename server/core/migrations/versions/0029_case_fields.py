"""Fields of an item that its cases need: mode, unit of the legal limit, extension, three hands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def _code(name: str, default: str) -> None:
    column = sa.Column(name, sa.String(64), server_default=sa.text(f"'{default}'"), nullable=False)
    op.add_column("item", column)


def _number(name: str, default: int) -> None:
    column = sa.Column(name, sa.Integer(), server_default=sa.text(str(default)), nullable=False)
    op.add_column("item", column)


def upgrade() -> None:
    """Bring the schema to this revision."""
    _code("mode", "unstated")
    _code("legal_unit", "working")
    _number("extension_days", 10)
    _number("three_hands", 0)
