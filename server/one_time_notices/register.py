"""Registration of one-time notices."""

from __future__ import annotations

from server.capability import Capability
from server.one_time_notices import routes

CAPABILITY = Capability(
    name="one_time_notices",
    routes=(lambda parts: routes.add(parts.api),),
)
