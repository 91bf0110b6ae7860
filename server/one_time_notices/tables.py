"""Tables of one-time notices: hand-ins and notices with their lines; all are only added to."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    text_column,
)

hand_in = Table(
    "hand_in",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("matter", CODE, nullable=False),  # the id of its first hand-in
    Column("n", Integer, nullable=False),  # place in its matter, from 1
    code_column("corrects"),  # the hand-in that this one corrects, at the same service
    Column("ticket", CODE, nullable=False),
    code_column("visit"),  # of the ticket
    Column("served_at", STAMP, nullable=False),  # when the service at the window began
    Column("item", CODE, nullable=False),
    Column("version", Integer, nullable=False),  # of the business data
    Column("requirements", CODE, nullable=False),  # digest of the item's materials and basis
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    code_column("unit"),  # of the item
    code_column("window"),
    code_column("staff"),
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "matter", "n"),
)
Index("ix_hand_in_ticket", hand_in.c.hall_id, hand_in.c.ticket)
Index("ix_hand_in_visit", hand_in.c.hall_id, hand_in.c.visit)

hand_in_material = Table(
    "hand_in_material",
    metadata,
    hall_column(),
    Column("hand_in", CODE, nullable=False),
    Column("place", Integer, nullable=False),  # in the item's list of that version, from 0
    text_column("material"),  # key: the same over versions
    number_column("needed"),
    number_column("replaced"),  # 1: another paper than at the hand-in before
    code_column("faults"),  # in the order of `MaterialFault`, with commas; empty: in order
    code_column("valid_until"),  # ISO day, of an expired paper
    text_column("words"),  # what exactly is wrong
    PrimaryKeyConstraint("hall_id", "hand_in", "place"),
)

one_time_notice = Table(
    "one_time_notice",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),  # number on the paper, which the person brings again
    Column("hand_in", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    code_column("slip"),  # empty: printed as A4
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "hand_in"),
)

one_time_notice_line = Table(
    "one_time_notice_line",
    metadata,
    hall_column(),
    Column("notice", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    text_column("material"),
    code_column("fault"),
    code_column("valid_until"),
    text_column("words"),
    PrimaryKeyConstraint("hall_id", "notice", "n"),
)

STAFF_NUMBER_COLUMNS = {"hand_in": ("staff",)}
TIME_STEPS = (("hand_in", "served_at", "at"),)
