"""Registration of alarms."""

from __future__ import annotations

from server.alarms import routes
from server.capability import Capability

CAPABILITY = Capability(
    name="alarms", in_branch=True, routes=(lambda parts: routes.add(parts.api),)
)
