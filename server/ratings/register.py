"""Registration of ratings."""

from __future__ import annotations

from server.capability import Capability
from server.ratings import routes

CAPABILITY = Capability(name="ratings", routes=(lambda parts: routes.add(parts.api),))
