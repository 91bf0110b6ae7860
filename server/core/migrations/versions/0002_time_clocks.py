"""The time clocks: readers, fingers, punches that never change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "finger",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("enrolment", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("by_actor", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "enrolment", "since", name=op.f("pk_finger")),
    )
    op.create_index("ix_finger_staff", "finger", ["hall_id", "staff"], unique=False)
    op.create_table(
        "punch",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("enrolment", sa.String(length=64), nullable=False),
        sa.Column("said", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("in_out", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("verify", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column(
            "work_code", sa.String(length=64), server_default=sa.text("('')"), nullable=False
        ),
        sa.Column("source", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("doubt", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("raw", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_punch")),
        sa.UniqueConstraint(
            "hall_id",
            "reader",
            "enrolment",
            "said",
            name=op.f("uq_punch_hall_id_reader_enrolment_said"),
        ),
    )
    op.create_index("ix_punch_day", "punch", ["hall_id", "day", "enrolment", "said"], unique=False)
    op.create_index("ix_punch_person", "punch", ["hall_id", "enrolment", "day"], unique=False)
    op.create_table(
        "reader",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("place", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("state", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("networks", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("firmware", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_until", sa.BigInteger(), nullable=True),
        sa.Column("out_since", sa.BigInteger(), nullable=True),
        sa.Column("offset_seconds", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("offset_at", sa.BigInteger(), nullable=True),
        sa.Column("records", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("facts", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "serial", name=op.f("pk_reader")),
    )
    op.create_table(
        "reader_command",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("command", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("state", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("answer", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("by_actor", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_reader_command")),
    )
    op.create_index("ix_reader_command_open", "reader_command", ["hall_id", "reader"], unique=False)
    op.create_table(
        "reader_event",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("data", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_reader_event")),
    )
    op.create_index(
        "ix_reader_event_reader", "reader_event", ["hall_id", "reader", "id"], unique=False
    )
    op.create_table(
        "reader_line",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("table", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("line", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("reason", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column(
            "settled_by", sa.String(length=64), server_default=sa.text("('')"), nullable=False
        ),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_reader_line")),
    )
    op.create_index("ix_reader_line_reader", "reader_line", ["hall_id", "reader"], unique=False)
    op.create_table(
        "sign_in_sheet",
        sa.Column("hall_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("witness", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("lines", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("by_actor", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", "id", name=op.f("pk_sign_in_sheet")),
    )
    _forbid_changes()


def _forbid_changes() -> None:
    """A punch is never changed, whoever asks the database."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER punch_no_{act.lower()} BEFORE {act} ON punch "
                "BEGIN SELECT RAISE(ABORT, 'punches never change'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION punches_never_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'punches never change'; END $$"
    )
    op.execute(
        "CREATE TRIGGER punch_no_change BEFORE UPDATE OR DELETE ON punch "
        "FOR EACH ROW EXECUTE FUNCTION punches_never_change()"
    )
    op.execute(
        "CREATE TRIGGER punch_no_truncate BEFORE TRUNCATE ON punch "
        "FOR EACH STATEMENT EXECUTE FUNCTION punches_never_change()"
    )
