"""Registration of call backs."""

from __future__ import annotations

from server.call_backs import routes
from server.call_backs.actions import WeeklyDraw
from server.capability import Capability

CAPABILITY = Capability(
    name="call_backs",
    routes=(lambda parts: routes.add(parts.api),),
    jobs=(lambda hall: WeeklyDraw(hall.ctx, hall.config.data).update,),
)
