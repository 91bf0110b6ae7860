"""Tables of what a device may be: bindings, claims that wait for the office, the kiosks' pace."""

from __future__ import annotations

from sqlalchemy import Column, PrimaryKeyConstraint, Table

from server.storage.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
)

device_binding = Table(
    "device_binding",
    metadata,
    hall_column(),
    Column("name", CODE, nullable=False),
    code_column("agent"),
    code_column("kind"),
    code_column("serves"),  # the window, zone, kiosk or site it stands at
    code_column("by_actor"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "name"),
)

device_claim = Table(
    "device_claim",
    metadata,
    hall_column(),
    Column("agent", CODE, nullable=False),
    Column("name", CODE, nullable=False),
    code_column("kind"),
    code_column("serves"),
    code_column("state"),  # waits, refused; a confirmed one becomes a binding
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "agent", "name"),
)

kiosk_pace = Table(
    "kiosk_pace",
    metadata,
    hall_column(),
    Column("kiosk", CODE, nullable=False),
    Column("prefix", CODE, nullable=False),
    number_column("numbers"),  # given in `minutes` when the pace was exceeded
    number_column("minutes"),
    number_column("refused"),  # 0: handed in by the kiosk's PC afterwards, so nothing was refused
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "kiosk", "prefix"),
)
