"""Facts of cases by move and day, and how early an extension had to be requested."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column(
        "case_fact", sa.Column("ahead", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_index("ix_case_fact_move", "case_fact", ["hall_id", "move", "day"])
