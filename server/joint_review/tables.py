"""Tables of joint review: parts with their steps, meetings, the notice, and first crossings.

Steps, attendances, notices and crossings are only added to. No due day is stored: it follows from
the steps (`server.joint_review.rules`).
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    text_column,
)

joint_part = Table(
    "joint_part",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("case", CODE, nullable=False),
    code_column("kind"),
    code_column("unit"),  # whose step is next: asked for its opinion, or of the case
    code_column("lead"),  # unit of the case
    text_column("body"),  # superior body, or the one that decides elsewhere
    text_column("question"),
    code_column("state"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_joint_part_case", joint_part.c.hall_id, joint_part.c.case)
Index("ix_joint_part_state", joint_part.c.hall_id, joint_part.c.state, joint_part.c.unit)

joint_step = Table(
    "joint_step",
    metadata,
    hall_column(),
    Column("part", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the step
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    number_column("days"),  # working days within which the next step is due
    code_column("opinion"),
    text_column("number"),  # of the answer from above
    text_column("words"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "part", "n"),
)
Index("ix_joint_step_day", joint_step.c.hall_id, joint_step.c.day)

# The one notice to the applicant, when the whole has ended.
joint_notice = Table(
    "joint_notice",
    metadata,
    hall_column(),
    Column("case", CODE, nullable=False),
    Column("id", CODE, nullable=False),  # number on the paper
    Column("day", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    text_column("content"),  # JSON, without what can be erased
    Column("digest", CODE, nullable=False),
    PrimaryKeyConstraint("hall_id", "case"),
)

# 送达 of the notice: how, to whom, on which day.
joint_service = Table(
    "joint_service",
    metadata,
    hall_column(),
    Column("case", CODE, nullable=False),
    code_column("how"),
    Column("day", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    code_column("to"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "case"),
)

joint_meeting = Table(
    "joint_meeting",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("case", CODE, nullable=False),
    code_column("kind"),
    Column("day", CODE, nullable=False),
    code_column("time"),
    text_column("place"),
    text_column("units", "[]"),  # codes of the invited ones
    code_column("state"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_joint_meeting_case", joint_meeting.c.hall_id, joint_meeting.c.case)
Index("ix_joint_meeting_day", joint_meeting.c.hall_id, joint_meeting.c.day)

joint_meeting_step = Table(
    "joint_meeting_step",
    metadata,
    hall_column(),
    Column("meeting", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    text_column("words"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "meeting", "n"),
)

joint_attendance = Table(
    "joint_attendance",
    metadata,
    hall_column(),
    Column("meeting", CODE, nullable=False),
    Column("n", Integer, nullable=False),  # of its step
    Column("unit", CODE, nullable=False),
    number_column("present"),
    text_column("reason"),  # of an absence
    PrimaryKeyConstraint("hall_id", "meeting", "n", "unit"),
)

# First crossing of a part's due day, or of a case's that was not sent up.
joint_late = Table(
    "joint_late",
    metadata,
    hall_column(),
    Column("subject", CODE, nullable=False),  # part, or the case without one
    Column("clock", CODE, nullable=False),
    Column("case", CODE, nullable=False),
    code_column("unit"),
    Column("due", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "subject", "clock"),
)
Index("ix_joint_late_case", joint_late.c.hall_id, joint_late.c.case)

STAFF_NUMBER_COLUMNS = {
    "joint_step": ("by_actor",),
    "joint_service": ("by_actor",),
    "joint_meeting_step": ("by_actor",),
}
