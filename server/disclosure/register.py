"""Registration of disclosure."""

from __future__ import annotations

from server.capability import Capability
from server.disclosure import routes

CAPABILITY = Capability(name="disclosure", routes=(lambda parts: routes.add(parts.api),))
