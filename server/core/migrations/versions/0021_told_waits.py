"""Range of minutes that a person was told with a number; null: none was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    for name in ("told_low", "told_high"):
        op.add_column("ticket", sa.Column(name, sa.Integer(), nullable=True))
