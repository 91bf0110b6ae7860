"""What is asked all day is read from indexes: who waits, service times, what is left open, slips.

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
MISSED = sa.text("state = 'missed'")
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
    op.create_index(
        "ix_ticket_missed",
        "ticket",
        ["hall_id", "day"],
        sqlite_where=MISSED,
        postgresql_where=MISSED,
    )
    op.create_index("ix_slip_created", "slip", ["hall_id", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_slip_created", table_name="slip")
    op.drop_index("ix_ticket_missed", table_name="ticket")
    op.drop_index("ix_ticket_finished", table_name="ticket")
    op.drop_index("ix_ticket_waiting", table_name="ticket")
    op.create_index(
        "ix_ticket_waiting", "ticket", HEADS, sqlite_where=WAITING, postgresql_where=WAITING
    )
