"""Fields of the official guide: what the public is told of an item."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ITEM = (
    "official_code",
    "service_object",
    "conditions",
    "quota",
    "limit_note",
    "fee_basis",
    "fee_reductions",
    "result",
    "result_validity",
    "office",
    "joint_units",
    "intermediary",
    "ways",
    "places",
    "consult_phone",
    "complaint_phone",
    "remedies",
)


def _text(table: str, name: str, default: str = "") -> None:
    column = sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)
    op.add_column(table, column)


def upgrade() -> None:
    """Bring the schema to this revision."""
    _text("unit", "complaint_phone")
    for name in ITEM:
        _text("item", name)
    _text("item", "flow", "[]")
    scope = sa.Column(
        "network_scope", sa.String(64), server_default=sa.text("'unstated'"), nullable=False
    )
    op.add_column("item", scope)
    op.add_column("item", sa.Column("visits", sa.Integer(), nullable=True))
