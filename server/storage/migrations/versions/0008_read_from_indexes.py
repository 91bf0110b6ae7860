"""What every ticket asks for is read from indexes alone: who waits, and the day's service times.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")
FINISHED = sa.text("state = 'finished'")
HEADS = ["hall_id", "lane", "ord"]
COUNTED = ["queue", "item", "klass", "waiting_since", "state"]
SERVED = ["hall_id", "day", "queue", "serving_at", "ended_at", "state"]


def upgrade() -> None:
    op.drop_index("ix_ticket_waiting", table_name="ticket")
    op.create_index(
        "ix_ticket_waiting",
        "ticket",
        HEADS + COUNTED,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index(
        "ix_ticket_finished",
        "ticket",
        SERVED,
        sqlite_where=FINISHED,
        postgresql_where=FINISHED,
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_finished", table_name="ticket")
    op.drop_index("ix_ticket_waiting", table_name="ticket")
    op.create_index(
        "ix_ticket_waiting", "ticket", HEADS, sqlite_where=WAITING, postgresql_where=WAITING
    )
