"""Registration of attendance."""

from __future__ import annotations

from server.attendance import correction_routes, routes
from server.capability import Capability

CAPABILITY = Capability(
    name="attendance",
    routes=(
        lambda parts: routes.add(parts.api, parts.feeds),
        lambda parts: correction_routes.add(parts.api),
    ),
)
