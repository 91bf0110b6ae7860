"""Remote numbers without names: nobody needed them, so they are not asked for any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the masked names."""
    with op.batch_alter_table("remote_number") as batch:
        batch.drop_column("name")


def downgrade() -> None:
    """Bring the column back, empty."""
    with op.batch_alter_table("remote_number") as batch:
        batch.add_column(sa.Column("name", sa.Text(), nullable=False, server_default=sa.text("''")))
