"""Tables for work without the server: standby services, number leases, imports, desk actions."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint

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

standby_line = Table(
    "standby_line",
    metadata,
    hall_column(),
    Column("kiosk", CODE, nullable=False),
    Column("device", CODE, nullable=False),  # as the agent announced it
    Column("line", CODE, nullable=False),  # http://127.0.0.1:PORT on the kiosk's own PC
    Column("secret", CODE, nullable=False),  # shared by page and agent only
    Column("book", CODE, nullable=False),  # id of the agent's book; a new book needs new numbers
    Column("heard_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "kiosk"),
)

lease = Table(
    "lease",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),  # day, prefix and first number
    Column("kiosk", CODE, nullable=False),
    Column("book", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    Column("prefix", CODE, nullable=False),
    number_column("first"),
    number_column("last"),
    text_column("tokens", "[]"),  # the phone's token of each number, in order
    Column("leased_at", STAMP, nullable=False),
    stamp_column("closed_at"),  # no new number is expected; a late arrival still counts
    number_column("used"),
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "day", "prefix", "first"),
)
Index("ix_lease_kiosk", lease.c.hall_id, lease.c.day, lease.c.kiosk)

handed_in = Table(
    "handed_in",
    metadata,
    hall_column(),
    Column("ticket_id", CODE, nullable=False),
    Column("lease", CODE, nullable=False),
    Column("kiosk", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    Column("given_at", STAMP, nullable=False),
    Column("handed_at", STAMP, nullable=False),
    # waiting, expired (the day was over), double (the server had issued another), conflict
    code_column("verdict"),
    code_column("other"),  # the other ticket of a double or a conflict
    number_column("clock_off"),  # seconds by which the kiosk PC's clock contradicts itself
    PrimaryKeyConstraint("hall_id", "ticket_id"),
)
Index("ix_handed_in_day", handed_in.c.hall_id, handed_in.c.day, handed_in.c.kiosk)

desk_line = Table(
    "desk_line",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("window", CODE, nullable=False),
    Column("staff", CODE, nullable=False),
    code_column("worker"),  # the server process that held it
    Column("opened_at", STAMP, nullable=False),
    stamp_column("closed_at"),
    PrimaryKeyConstraint("hall_id", "id"),
)
"""Connection times of each desk's page, and thereby the times without a connection."""
Index("ix_desk_line_staff", desk_line.c.hall_id, desk_line.c.staff, desk_line.c.window)

server_seen = Table(
    "server_seen",
    metadata,
    hall_column(),
    Column("worker", CODE, nullable=False),
    Column("seen_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "worker"),
)
"""Last time of each worker: connections that it did not close itself end then."""

desk_act = Table(
    "desk_act",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("window", CODE, nullable=False),
    Column("staff", CODE, nullable=False),
    Column("ticket_id", CODE, nullable=False),
    code_column("reason"),
    text_column("said", "{}"),  # the action as the desk reports it, JSON
    text_column("known", "{}"),  # the ticket in the server's state at the time, JSON
    Column("handed_at", STAMP, nullable=False),
    stamp_column("settled_at"),
    code_column("settled_as"),  # taken or dismissed
    code_column("settled_by"),
    text_column("words"),
    PrimaryKeyConstraint("hall_id", "id"),
)
"""Quarantined desk actions: done without the server and in conflict with its state."""
Index("ix_desk_act_open", desk_act.c.hall_id, desk_act.c.settled_at)

STAFF_NUMBER_COLUMNS = {
    "desk_line": ("staff",),
    "desk_act": ("staff", "said", "known", "settled_by"),
}
TIME_STEPS = (
    ("lease", "leased_at", "closed_at"),
    ("handed_in", "given_at", "handed_at"),
    ("desk_line", "opened_at", "closed_at"),
    ("desk_act", "handed_at", "settled_at"),
)
