"""Registration of honours."""

from __future__ import annotations

from server.capability import Capability
from server.honours import routes

CAPABILITY = Capability(
    name="honours",
    routes=(lambda parts: routes.add(parts.api),),
)
"""Honours: the red flag window, vetoes, and what the year's end needs."""
