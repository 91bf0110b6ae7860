"""Registration of fees."""

from __future__ import annotations

from server.capability import Capability
from server.fees import routes

CAPABILITY = Capability(name="fees", routes=(lambda parts: routes.add(parts.api),))
