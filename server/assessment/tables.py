"""Tables of the assessment: score sheets, marks by hand, disputes, releases and amendments."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    stamp_column,
    text_column,
)

score_sheet = Table(
    "score_sheet",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("subject", CODE, nullable=False),  # window, person, unit
    text_column("name"),
    Column("since", CODE, nullable=False),  # first month, e.g. 2026-10
    text_column("content", "{}"),  # the sheet as JSON; fixed once it is in force
    code_column("state"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_score_sheet_state", score_sheet.c.hall_id, score_sheet.c.state)

score_sheet_step = Table(
    "score_sheet_step",
    metadata,
    hall_column(),
    Column("sheet", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    code_column("digest"),  # of the content after the move
    text_column("words"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "sheet", "n"),
)

score_mark = Table(
    "score_mark",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    code_column("staff"),
    code_column("window"),
    code_column("unit"),
    Column("times", Integer, nullable=False),
    code_column("state"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_score_mark_day", score_mark.c.hall_id, score_mark.c.day)

score_mark_step = Table(
    "score_mark_step",
    metadata,
    hall_column(),
    Column("mark", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    text_column("words"),
    text_column("evidence", "[]"),  # ids of kept files
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "mark", "n"),
)

# A fact is disputed once; it then counts or does not for everybody whom it names.
score_dispute = Table(
    "score_dispute",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("month", CODE, nullable=False),
    Column("fact", CODE, nullable=False),  # SHA-256 of measure and reference
    code_column("measure"),
    text_column("fact_ref"),
    code_column("subject"),  # for whom it was disputed
    code_column("concerned"),
    text_column("evidence_words"),  # the fact in words, as it was disputed
    code_column("state"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "month", "fact"),
)

score_dispute_step = Table(
    "score_dispute_step",
    metadata,
    hall_column(),
    Column("dispute", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    text_column("words"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "dispute", "n"),
)

score_release = Table(
    "score_release",
    metadata,
    hall_column(),
    Column("period", CODE, nullable=False),  # 2026-10, 2026-Q4, 2026-H2, 2026
    code_column("state"),  # checked, released
    text_column("frozen", "{}"),  # of a month all that its scores follow from; else its months
    text_column("results", "{}"),  # by kind of subject
    code_column("digest"),  # SHA-256 of the released contents
    code_column("sheets_digest"),
    code_column("facts_digest"),
    code_column("checked_by"),
    Column("checked_at", STAMP, nullable=False),
    code_column("checked_digest"),  # of the contents that were checked
    code_column("released_by"),
    stamp_column("released_at"),
    PrimaryKeyConstraint("hall_id", "period"),
)

score_amendment = Table(
    "score_amendment",
    metadata,
    hall_column(),
    Column("period", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    text_column("words"),
    text_column("changes", "[]"),  # totals that differ from what was released before
    text_column("frozen", "{}"),
    text_column("results", "{}"),
    code_column("digest"),  # covers the digest before it
    code_column("drafted_by"),
    Column("drafted_at", STAMP, nullable=False),
    code_column("released_by"),
    stamp_column("released_at"),
    PrimaryKeyConstraint("hall_id", "period", "n"),
)

STAFF_NUMBER_COLUMNS = {
    "score_sheet_step": ("by_actor",),
    "score_mark": ("staff",),
    "score_mark_step": ("by_actor",),
    "score_dispute": ("fact_ref", "concerned"),
    "score_dispute_step": ("by_actor",),
    "score_release": ("frozen", "results", "checked_by", "released_by"),
    "score_amendment": ("changes", "frozen", "results", "drafted_by", "released_by"),
}
TIME_STEPS = (
    ("score_release", "checked_at", "released_at"),
    ("score_amendment", "drafted_at", "released_at"),
)
