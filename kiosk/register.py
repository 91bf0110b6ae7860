"""Registration of kiosk and phone."""

from __future__ import annotations

from kiosk import phone_hall, routes, views
from server.capability import Capability

CAPABILITY = Capability(
    name="kiosk",
    in_branch=True,
    routes=(
        lambda parts: routes.add(parts.api, parts.feeds, parts.agents, parts.start),
        lambda parts: phone_hall.add(parts.api),
    ),
    warm=(lambda hall: views.catalogue_view(hall.ctx.catalogue(), []),),  # pinyin takes 0.5 s
)
