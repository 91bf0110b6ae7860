"""Registration of the counter."""

from __future__ import annotations

from counters import routes
from server.capability import Capability

CAPABILITY = Capability(
    name="counters",
    in_branch=True,
    routes=(
        lambda parts: routes.add(parts.api, parts.feeds, parts.agents, parts.start, parts.build),
    ),
)
