"""Registration of leave and corrections."""

from __future__ import annotations

from server.capability import Capability
from server.leave import paper_routes, routes

CAPABILITY = Capability(
    name="leave",
    routes=(
        lambda parts: routes.add(parts.api, parts.feeds),
        lambda parts: paper_routes.add(parts.api),
    ),
)
