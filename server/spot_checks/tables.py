"""Tables of the spot checks: each day's draw commitment, the checks, the marks, the findings."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, text

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    stamp_column,
    text_column,
)

check_day = Table(
    "check_day",
    metadata,
    hall_column(),
    Column("day", CODE, nullable=False),
    Column("seal", CODE, nullable=False),  # SHA-256 of the seed and the rules, published at once
    Column("seed", CODE, nullable=False),  # hex; masked until revealed_at, empty: lost
    text_column("rules", "{}"),  # count, hours, gap as they stood when the seed was sealed
    Column("sealed_at", STAMP, nullable=False),
    stamp_column("revealed_at"),
    PrimaryKeyConstraint("hall_id", "day"),
)

Index("ix_check_day_revealed", check_day.c.hall_id, check_day.c.revealed_at)

spot_check = Table(
    "spot_check",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    code_column("kind"),  # drawn, extra
    Column("n", Integer, nullable=False),
    stamp_column("due_at"),
    stamp_column("started_at"),
    stamp_column("ended_at"),
    code_column("state"),  # due, started, done, missed, unfinished
    code_column("reason"),  # why missed: not_started, server_down
    text_column("checkers", "[]"),
    code_column("by_actor"),
    # The second inspector's confirmation: waiting, confirmed, objected; unasked: not requested yet.
    Column("second", CODE, nullable=False, server_default=text("'unasked'")),
    stamp_column("second_at"),
    text_column("second_words"),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_spot_check_day", spot_check.c.hall_id, spot_check.c.day)

spot_mark = Table(
    "spot_mark",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),  # made by the phone: sending twice adds nothing
    Column("check_id", CODE, nullable=False),
    Column("window", CODE, nullable=False),
    code_column("staff"),
    code_column("mark"),  # at_post, serving, away, empty
    text_column("reason"),
    text_column("faults", "[]"),
    text_column("note"),
    text_column("photos", "[]"),
    text_column("known", "{}"),  # the system's recorded state at that minute
    Column("at", STAMP, nullable=False),
    Column("received_at", STAMP, nullable=False),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_spot_mark_check", spot_mark.c.hall_id, spot_mark.c.check_id)

finding = Table(
    "finding",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    code_column("source"),  # mark, doubt
    code_column("source_id"),
    code_column("kind"),
    code_column("staff"),
    code_column("unit"),
    code_column("window"),
    text_column("facts", "{}"),
    code_column("state"),  # proposed, confirmed, dismissed, disputed, upheld, withdrawn
    Column("at", STAMP, nullable=False),
    code_column("by_actor"),
    stamp_column("told_at"),
    stamp_column("dispute_until"),
    text_column("history", "[]"),  # every step: state, by, at, words; never shortened
    code_column("step"),  # consequence: notice, replacement, interview
    text_column("rectified"),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_finding_day", finding.c.hall_id, finding.c.day)
Index("ix_finding_staff", finding.c.hall_id, finding.c.staff, finding.c.day)
Index("ix_finding_source", finding.c.hall_id, finding.c.source, finding.c.source_id)
Index("ix_finding_state", finding.c.hall_id, finding.c.state)

STAFF_NUMBER_COLUMNS = {
    "spot_check": ("checkers", "by_actor"),
    "spot_mark": ("staff", "known", "by_actor"),
    "finding": ("staff", "facts", "history", "by_actor", "rectified"),
}
TIME_STEPS = (
    ("spot_check", "started_at", "ended_at"),
    ("check_day", "sealed_at", "revealed_at"),
)
