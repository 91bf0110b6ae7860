"""Registration of the assessment."""

from __future__ import annotations

from server.assessment import routes, sheet_routes
from server.capability import Capability

CAPABILITY = Capability(
    name="assessment",
    routes=(lambda parts: routes.add(parts.api), lambda parts: sheet_routes.add(parts.api)),
)
