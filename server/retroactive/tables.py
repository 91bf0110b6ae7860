"""Tables of retroactive changes: the requests, and every value that a change moves."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

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

past_change = Table(
    "past_change",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    code_column("command"),
    text_column("args", "{}"),  # as the command was given, JSON
    text_column("why"),
    code_column("rank"),  # role that may confirm: manager, administrator
    Column("asked_by", CODE, nullable=False),  # clerk:1001
    Column("asked_at", STAMP, nullable=False),
    text_column("days", "[]"),  # days that the action may move
    text_column("reach", "[]"),  # staff whose days it may move, JSON; null: anybody
    text_column("subjects", "[]"),  # staff whose days it moves
    code_column("state"),  # waiting, confirmed, refused, withdrawn, stale
    code_column("decided_by"),
    stamp_column("decided_at"),
    text_column("words"),
    # 1: released bulletins were examined, and amended where they differ.
    number_column("amended"),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_past_change_state", past_change.c.hall_id, past_change.c.state, past_change.c.asked_at)

past_move = Table(
    "past_move",
    metadata,
    hall_column(),
    Column("change_id", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    Column("staff", CODE, nullable=False),
    Column("slot", CODE, nullable=False),  # a slot's code, absent, finding:ID
    code_column("was"),
    code_column("now"),
    PrimaryKeyConstraint("hall_id", "change_id", "day", "staff", "slot"),
)
Index("ix_past_move_day", past_move.c.hall_id, past_move.c.day, past_move.c.staff)

STAFF_NUMBER_COLUMNS = {
    "past_change": ("args", "asked_by", "reach", "subjects", "decided_by"),
    "past_move": ("staff",),
}
TIME_STEPS = (("past_change", "asked_at", "decided_at"),)
