"""Tables of devices, their bindings and claims, and the issue rate of kiosks."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    PrimaryKeyConstraint,
    Table,
)

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    text_column,
)

device = Table(
    "device",
    metadata,
    hall_column(),
    Column("name", CODE, nullable=False),
    code_column("agent"),
    code_column("worker"),
    code_column("kind"),
    code_column("driver"),
    code_column("serves"),
    code_column("bus"),  # shared cable, as named in the agent's file; "": not shared
    code_column("reports"),  # "spoken": it reports what was really played; older agents: ""
    code_column("state"),
    code_column("code"),
    text_column("readings", "{}"),
    text_column("detail"),
    number_column("connected"),
    Column("changed_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "name"),
)

device_binding = Table(
    "device_binding",
    metadata,
    hall_column(),
    Column("name", CODE, nullable=False),
    code_column("agent"),
    code_column("kind"),
    code_column("serves"),  # window, zone, kiosk or place of the device
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
    number_column("numbers"),  # issued within `minutes` when the issue rate was exceeded
    number_column("minutes"),
    number_column("refused"),  # 0: imported from the kiosk's PC later, so nothing was refused
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "kiosk", "prefix"),
)

STAFF_NUMBER_COLUMNS = {
    "device_binding": ("by_actor",),
}
