"""Buildings: the way to the door of each, and the building of an appointment plan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    with op.batch_alter_table("site") as batch:
        for name in ("directions", "directions_en"):
            batch.add_column(
                sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)
            )
    site = sa.Column("site", sa.String(64), server_default=sa.text("''"), nullable=False)
    with op.batch_alter_table("appointment_plan") as batch:
        batch.add_column(site)
