"""Registration of the office: overview of today, accounts, tokens, settings, business data."""

from __future__ import annotations

from server.capability import Capability
from server.office import routes

CAPABILITY = Capability(
    name="office",
    routes=(lambda parts: routes.add(parts.api, parts.feeds, parts.alarms),),
)
