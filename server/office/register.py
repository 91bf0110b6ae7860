"""Registration of the office: overview of today, accounts, tokens, settings, business data."""

from __future__ import annotations

from server.capability import Capability
from server.office import lost_code_alarms, routes

CAPABILITY = Capability(
    name="office",
    in_branch=True,
    quiet_alarms=frozenset({lost_code_alarms.CODE}),
    alarms=(lost_code_alarms.alarms,),
    routes=(lambda parts: routes.add(parts.api, parts.feeds, parts.alarms),),
)
