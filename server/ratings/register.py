"""Registration of ratings."""

from __future__ import annotations

from server.capability import Capability
from server.ratings import redress_routes, routes

CAPABILITY = Capability(
    name="ratings",
    routes=(lambda parts: routes.add(parts.api), lambda parts: redress_routes.add(parts.api)),
)
