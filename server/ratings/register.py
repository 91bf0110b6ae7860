"""Registration of ratings."""

from __future__ import annotations

from functools import partial

from server.capability import Capability
from server.ratings import alarms, figure_routes, pads, redress_routes, routes, tablets
from server.ratings.burst_search import BurstSearch
from server.ratings.pad_actions import settle_waiting

CAPABILITY = Capability(
    name="ratings",
    routes=(
        lambda parts: routes.add(parts.api),
        lambda parts: redress_routes.add(parts.api),
        lambda parts: figure_routes.add(parts.api),
        lambda parts: tablets.add(parts.api, parts.feeds),
        lambda parts: pads.add(parts.agents, parts.hall, parts.start),
    ),
    alarms=(alarms.alarms,),
    quiet_alarms=alarms.QUIET,
    jobs=(
        lambda hall: partial(settle_waiting, hall.ctx),
        lambda hall: BurstSearch(hall.ctx).update,
    ),
)
