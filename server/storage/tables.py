"""All tables of the hall: importing this module fills the metadata that migrations must match."""

from __future__ import annotations

from server.storage import (
    schema,
    tables_alarms,
    tables_attendance,
    tables_bindings,
    tables_bulletin,
    tables_calls,
    tables_checks,
    tables_offline,
    tables_past,
    tables_people,
    tables_readers,
)
from server.storage.columns import metadata

__all__ = [
    "metadata",
    "schema",
    "tables_alarms",
    "tables_attendance",
    "tables_bindings",
    "tables_bulletin",
    "tables_calls",
    "tables_checks",
    "tables_offline",
    "tables_past",
    "tables_people",
    "tables_readers",
]
