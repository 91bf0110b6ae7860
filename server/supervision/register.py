"""Registration of electronic supervision."""

from __future__ import annotations

from functools import partial

from server.capability import Capability
from server.supervision import alarms, lamps, routes
from server.supervision.lapses import LapseSearch
from server.supervision.sign_search import SignSearch

CAPABILITY = Capability(
    name="supervision",
    routes=(
        lambda parts: routes.add(parts.api),
        lambda parts: lamps.watch(parts.hall.ctx),
    ),
    alarms=(alarms.alarms,),
    quiet_alarms=alarms.QUIET,
    jobs=(
        lambda hall: partial(lamps.light, hall.ctx),
        lambda hall: LapseSearch(hall.ctx).update,
        lambda hall: SignSearch(hall.ctx).update,
    ),
)
