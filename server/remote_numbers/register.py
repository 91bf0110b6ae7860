"""Registration of remote numbers."""

from __future__ import annotations

from server.capability import Capability
from server.remote_numbers import routes

CAPABILITY = Capability(name="remote_numbers", routes=(lambda parts: routes.add(parts.api),))
