"""The index for the issue rate of kiosks holds their tickets only; no other query can use it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OF_KIOSK = sa.text("kiosk <> ''")


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.drop_index("ix_ticket_kiosk", table_name="ticket")
    op.create_index(
        "ix_ticket_kiosk",
        "ticket",
        ["hall_id", "day", "kiosk", "prefix", "issued_at"],
        sqlite_where=OF_KIOSK,
        postgresql_where=OF_KIOSK,
    )
