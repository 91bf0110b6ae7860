"""Registration of the issuing window."""

from __future__ import annotations

from server.capability import Capability
from server.issuing import routes

CAPABILITY = Capability(name="issuing", routes=(lambda parts: routes.add(parts.api),))
