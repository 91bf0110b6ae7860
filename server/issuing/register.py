"""Registration of the issuing window."""

from __future__ import annotations

from server.capability import Capability
from server.issuing import licence_routes, routes

CAPABILITY = Capability(
    name="issuing",
    routes=(
        lambda parts: routes.add(parts.api),
        lambda parts: licence_routes.add(parts.api),
    ),
)
