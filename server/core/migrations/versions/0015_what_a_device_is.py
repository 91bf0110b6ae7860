"""Bindings of devices to agents, claims that wait for the office, and the kiosks' pace."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), server_default=sa.text("''"), nullable=False)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


def upgrade() -> None:
    """Bring the schema to this revision."""
    with op.batch_alter_table("device_token") as batch:
        batch.add_column(sa.Column("binds_until", sa.BigInteger(), nullable=True))
        batch.add_column(_code("binds_at"))
    with op.batch_alter_table("enrolment") as batch:
        batch.add_column(_code("place"))
    op.create_table(
        "device_binding",
        _key("hall_id"),
        _key("name"),
        _code("agent"),
        _code("kind"),
        _code("serves"),
        _code("by_actor"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "name"),
    )
    op.create_table(
        "device_claim",
        _key("hall_id"),
        _key("agent"),
        _key("name"),
        _code("kind"),
        _code("serves"),
        _code("state"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "agent", "name"),
    )
    op.create_table(
        "kiosk_pace",
        _key("hall_id"),
        _key("kiosk"),
        _key("prefix"),
        _number("numbers"),
        _number("minutes"),
        _number("refused"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "kiosk", "prefix"),
    )
    op.create_index(
        "ix_ticket_kiosk",
        "ticket",
        ["hall_id", "day", "kiosk", "prefix", "issued_at"],
        unique=False,
    )
    # A hall of before goes on without a click: what its agents held in the books stays theirs.
    op.execute(
        "INSERT INTO device_binding (hall_id, name, agent, kind, serves, by_actor, at) "
        "SELECT hall_id, name, agent, kind, serves, 'system:hall', changed_at FROM device"
    )
    # Networks never held for polled time clocks; now they do, so none may stand there unasked.
    op.execute("UPDATE reader SET networks = '' WHERE way = 'pull'")
