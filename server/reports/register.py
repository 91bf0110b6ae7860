"""Registration of reports."""

from __future__ import annotations

from server.capability import Capability
from server.reports import routes

CAPABILITY = Capability(
    name="reports",
    routes=(lambda parts: routes.add(parts.api),),
)
