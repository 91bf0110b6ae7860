"""Registration of the price of appointments."""

from __future__ import annotations

from functools import partial

from server.capability import Capability
from server.walk_ins import actions, alarms, routes

CAPABILITY = Capability(
    name="walk_ins",
    routes=(lambda parts: routes.add(parts.api),),
    alarms=(alarms.alarms,),
    jobs=(lambda hall: partial(actions.update, hall.ctx),),
)
