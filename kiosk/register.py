"""Registration of kiosk and phone."""

from __future__ import annotations

from kiosk import routes
from server.capability import Capability

CAPABILITY = Capability(
    name="kiosk",
    routes=(lambda parts: routes.add(parts.api, parts.feeds, parts.agents, parts.start),),
)
