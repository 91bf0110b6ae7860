"""Registration of retroactive changes."""

from __future__ import annotations

from functools import partial

from server.capability import Capability
from server.retroactive import routes
from server.retroactive.actions import amend_due

CAPABILITY = Capability(
    name="retroactive",
    routes=(lambda parts: routes.add(parts.api),),
    alarms=(routes.alarms,),
    jobs=(lambda hall: partial(amend_due, hall.ctx),),
)
