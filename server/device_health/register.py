"""Registration of the devices and their bindings."""

from __future__ import annotations

from server.capability import Capability
from server.device_health import routes, server_alarms

CAPABILITY = Capability(
    name="device_health",
    in_branch=True,
    quiet_alarms=frozenset({"backup_old", "device_claim_new", "device_paper_near_end"}),
    routes=(lambda parts: routes.add(parts.api),),
    alarms=(routes.alarms, server_alarms.alarms),
)
