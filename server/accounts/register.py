"""Registration of accounts."""

from __future__ import annotations

from server.accounts import alarms, routes
from server.capability import Capability

CAPABILITY = Capability(
    name="accounts",
    routes=(lambda parts: routes.add(parts.api, parts.build),),
    alarms=(alarms.alarms,),
)
