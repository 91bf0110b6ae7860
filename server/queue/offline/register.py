"""Registration of the work without the server."""

from __future__ import annotations

from server.capability import Capability
from server.queue.offline import desk_routes, lease_routes

CAPABILITY = Capability(
    name="offline",
    in_branch=True,
    routes=(lambda parts: desk_routes.add(parts.api),),
    alarms=(lease_routes.alarms,),
)
