"""Registration of boards, strips and voice."""

from __future__ import annotations

from display import routes
from server.capability import Capability

CAPABILITY = Capability(
    name="display",
    in_branch=True,
    routes=(lambda parts: routes.add(parts.api, parts.feeds, parts.agents, parts.start),),
)
