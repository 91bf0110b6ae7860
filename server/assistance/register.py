"""Registration of assistance."""

from __future__ import annotations

from server.assistance import alarms, routes
from server.capability import Capability

CAPABILITY = Capability(
    name="assistance",
    routes=(lambda parts: routes.add(parts.api),),
    alarms=(alarms.alarms,),
    quiet_alarms=alarms.QUIET,
)
