"""All tables of the hall: importing this module fills the metadata that migrations must match."""

from __future__ import annotations

from server.accounts import tables as accounts_tables
from server.alarms import tables as alarms_tables
from server.attendance import tables as attendance_tables
from server.bulletins import tables as bulletins_tables
from server.catalogue import tables as catalogue_tables
from server.core import schema
from server.core.columns import metadata
from server.device_health import tables as device_health_tables
from server.leave import tables as leave_tables
from server.queue import tables as queue_tables
from server.queue.offline import tables as offline_tables
from server.retroactive import tables as retroactive_tables
from server.spot_checks import tables as spot_checks_tables
from server.time_clocks import tables as time_clocks_tables

MODULES = (
    schema,
    accounts_tables,
    alarms_tables,
    attendance_tables,
    catalogue_tables,
    bulletins_tables,
    device_health_tables,
    leave_tables,
    queue_tables,
    offline_tables,
    retroactive_tables,
    spot_checks_tables,
    time_clocks_tables,
)
"""Modules whose import defines the tables."""

__all__ = ["MODULES", "metadata"]
