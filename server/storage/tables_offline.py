"""Tables of the hall without its server: kiosks' own lines, leased numbers, what was handed in."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from server.storage.columns import (
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
    Column("secret", CODE, nullable=False),  # page and agent know it, nobody else
    Column("book", CODE, nullable=False),  # the agent's own book; a new one takes new numbers
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
    stamp_column("closed_at"),  # no new number is expected from it; what comes late still counts
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
    # waiting, expired (the day was over), double (the server had given another), conflict
    code_column("verdict"),
    code_column("other"),  # the other ticket of a double or a conflict
    number_column("clock_off"),  # seconds that the kiosk PC's clock disagrees with itself
    PrimaryKeyConstraint("hall_id", "ticket_id"),
)
Index("ix_handed_in_day", handed_in.c.hall_id, handed_in.c.day, handed_in.c.kiosk)
