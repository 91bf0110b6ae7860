"""Which bus a device hangs on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    # Agents tell it when they connect; until then a device is on none.
    with op.batch_alter_table("device") as batch:
        batch.add_column(
            sa.Column("bus", sa.String(length=64), server_default=sa.text("''"), nullable=False)
        )
