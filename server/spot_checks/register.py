"""Registration of spot checks and findings."""

from __future__ import annotations

from server.capability import Capability
from server.spot_checks import alarms, finding_routes, routes
from server.spot_checks.schedule import SpotCheckScheduler

CAPABILITY = Capability(
    name="spot_checks",
    quiet_alarms=frozenset({"findings_disputed", "findings_proposed"}),
    routes=(
        lambda parts: routes.add(parts.api, parts.feeds),
        lambda parts: finding_routes.add(parts.api),
    ),
    alarms=(alarms.alarms,),
    jobs=(lambda hall: SpotCheckScheduler(hall.ctx, hall.config.data).update,),
)
