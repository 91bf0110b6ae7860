"""Tables of honours: the flag's decisions and moves, vetoes, interviews, each with its steps."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    stamp_column,
    text_column,
)

# One for a quarter: the key is what makes its flag be decided once.
flag_award = Table(
    "flag_award",
    metadata,
    hall_column(),
    Column("quarter", CODE, nullable=False),
    code_column("window"),
    Column("rank", Integer, nullable=False),
    code_column("score"),
    text_column("basis", "[]"),  # JSON: the ranking with the bars, as of the newest step
    code_column("state"),
    PrimaryKeyConstraint("hall_id", "quarter"),
)

flag_step = Table(
    "flag_step",
    metadata,
    hall_column(),
    Column("quarter", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    code_column("window"),
    text_column("words"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "quarter", "n"),
)

# The flag itself: each row is a walk through the hall, and begins where the one before ended.
flag_move = Table(
    "flag_move",
    metadata,
    hall_column(),
    Column("n", Integer, nullable=False),
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    code_column("from_window"),  # empty: the office
    code_column("to_window"),
    code_column("quarter"),  # whose flag it is
    code_column("cause"),  # award, revoked, veto, veto_withdrawn
    code_column("cause_id"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "n"),
)
Index("ix_flag_move_day", flag_move.c.hall_id, flag_move.c.day)

honour_veto = Table(
    "honour_veto",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    code_column("kind"),
    code_column("subject"),  # person, window, unit
    code_column("staff"),
    code_column("window"),
    code_column("unit"),
    Column("day", CODE, nullable=False),  # of the act
    Column("at", STAMP, nullable=False),
    text_column("complaints", "[]"),  # numbers of proven complaints
    text_column("findings", "[]"),  # ids of standing findings
    text_column("windows", "[]"),  # that it strikes, fixed by the confirmation
    number_column("strikes_unit"),
    code_column("first_quarter"),
    code_column("last_quarter"),
    code_column("state"),
    stamp_column("dispute_until"),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_honour_veto_day", honour_veto.c.hall_id, honour_veto.c.day)

veto_step = Table(
    "veto_step",
    metadata,
    hall_column(),
    Column("veto", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    text_column("words"),
    text_column("evidence", "[]"),  # ids of papers
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "veto", "n"),
)

honour_interview = Table(
    "honour_interview",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("subject", CODE, nullable=False),  # person, window, unit
    Column("assessed", CODE, nullable=False),  # staff number, window or unit
    Column("month", CODE, nullable=False),  # that completed the run
    code_column("state"),
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "subject", "assessed", "month"),
)

interview_step = Table(
    "interview_step",
    metadata,
    hall_column(),
    Column("interview", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    code_column("day"),  # on which it was held
    text_column("words"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "interview", "n"),
)

# Lists that were fixed by two people: n = 1 is the first, each later one an amendment.
honour_list = Table(
    "honour_list",
    metadata,
    hall_column(),
    Column("kind", CODE, nullable=False),  # year_units, allowance, certificate
    Column("period", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    text_column("content", "{}"),  # JSON: all that page and paper show
    text_column("changes", "[]"),  # JSON: rows that differ from the one before
    text_column("words"),
    code_column("digest"),
    code_column("drafted_by"),
    Column("drafted_at", STAMP, nullable=False),
    code_column("released_by"),
    stamp_column("released_at"),  # empty: a draft
    PrimaryKeyConstraint("hall_id", "kind", "period", "n"),
)

STAFF_NUMBER_COLUMNS = {
    "honour_list": ("content", "changes", "drafted_by", "released_by"),
    "flag_step": ("by_actor",),
    "flag_move": ("by_actor",),
    "honour_veto": ("staff",),
    "veto_step": ("by_actor",),
    "honour_interview": ("assessed",),
    "interview_step": ("by_actor",),
}
TIME_STEPS = (
    ("honour_veto", "at", "dispute_until"),
    ("honour_list", "drafted_at", "released_at"),
)
