"""Registration of greetings."""

from __future__ import annotations

from functools import partial

from server.capability import Capability

from . import actions, routes

CAPABILITY = Capability(
    name="hello",
    routes=(lambda parts: routes.add(parts.api, parts.feeds),),
    alarms=(routes.alarms,),
    quiet_alarms=frozenset({"hello_enough"}),
    jobs=(lambda hall: partial(actions.rest, hall.ctx),),
)
