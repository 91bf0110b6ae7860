"""Registration of kiosk and phone."""

from __future__ import annotations

from kiosk import routes, views
from server.capability import Capability

CAPABILITY = Capability(
    name="kiosk",
    routes=(lambda parts: routes.add(parts.api, parts.feeds, parts.agents, parts.start),),
    warm=(lambda hall: views.catalogue_view(hall.ctx.catalogue(), []),),  # pinyin takes 0.5 s
)
