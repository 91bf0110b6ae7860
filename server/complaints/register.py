"""Registration of complaints."""

from __future__ import annotations

from server.capability import Capability
from server.complaints import alarms, routes

CAPABILITY = Capability(
    name="complaints",
    routes=(lambda parts: routes.add(parts.api),),
    alarms=(alarms.alarms,),
    quiet_alarms=alarms.QUIET,
)
