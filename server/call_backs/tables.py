"""Tables of call backs: the weekly draw, the people on the list, and each call."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table

from server.core.columns import CODE, STAMP, code_column, hall_column, metadata, text_column

call_draw = Table(
    "call_draw",
    metadata,
    hall_column(),
    Column("week", CODE, nullable=False),  # in which the cases ended
    Column("at", STAMP, nullable=False),
    Column("seed", CODE, nullable=False),
    Column("wanted", Integer, nullable=False),
    text_column("candidates", "[]"),  # JSON: pairs of case and unit, to repeat the draw
    PrimaryKeyConstraint("hall_id", "week"),
)

call_back = Table(
    "call_back",
    metadata,
    hall_column(),
    Column("case", CODE, nullable=False),
    Column("week", CODE, nullable=False),
    Column("place", Integer, nullable=False),  # in the order of the draw, from 1
    code_column("state"),
    code_column("rating"),  # that the call gave
    PrimaryKeyConstraint("hall_id", "case"),
)
Index("ix_call_back_week", call_back.c.hall_id, call_back.c.week, call_back.c.place)
Index("ix_call_back_state", call_back.c.hall_id, call_back.c.state)

call_try = Table(
    "call_try",
    metadata,
    hall_column(),
    Column("case", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("result"),
    code_column("state"),  # after the call
    Column("at", STAMP, nullable=False),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "case", "n"),
)

STAFF_NUMBER_COLUMNS = {"call_try": ("by_actor",)}
