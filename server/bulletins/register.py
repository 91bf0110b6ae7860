"""Registration of the weekly bulletins."""

from __future__ import annotations

from functools import partial

from server.bulletins import routes
from server.bulletins.actions import draft_due
from server.capability import Capability

CAPABILITY = Capability(
    name="bulletins",
    routes=(lambda parts: routes.add(parts.api),),
    jobs=(lambda hall: partial(draft_due, hall.ctx),),
)
