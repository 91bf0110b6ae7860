"""Table of staff photos; the pictures are kept files (server.leave.files)."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from server.core.columns import CODE, STAMP, code_column, hall_column, metadata, stamp_column

staff_photo = Table(
    "staff_photo",
    metadata,
    hall_column(),
    Column("staff", CODE, nullable=False),
    Column("file", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    code_column("by_actor"),
    stamp_column("removed_at"),  # then the picture is deleted, and the row with it
    PrimaryKeyConstraint("hall_id", "staff", "file"),
)
Index("ix_staff_photo_file", staff_photo.c.hall_id, staff_photo.c.file)

STAFF_NUMBER_COLUMNS = {"staff_photo": ("staff", "by_actor")}
TIME_STEPS = (("staff_photo", "at", "removed_at"),)
