"""Registration of the working calendar and the business data."""

from __future__ import annotations

from server.capability import Capability
from server.catalogue import calendar_routes, workbook_routes

CAPABILITY = Capability(
    name="catalogue",
    quiet_alarms=frozenset({"calendar_missing"}),
    routes=(
        lambda parts: calendar_routes.add(parts.api),
        lambda parts: workbook_routes.add(parts.api),
    ),
)
