"""Registration of appointments."""

from __future__ import annotations

from functools import partial

from server.appointments import alarms, capacity, jobs, routes
from server.capability import Capability

CAPABILITY = Capability(
    name="appointments",
    routes=(lambda parts: routes.add(parts.api),),
    alarms=(alarms.alarms,),
    quiet_alarms=alarms.QUIET,
    jobs=(lambda hall: partial(jobs.update, hall.ctx),),
    warm=(lambda hall: hall.ctx.read(lambda c: capacity.measured(hall.ctx, c)),),
)
