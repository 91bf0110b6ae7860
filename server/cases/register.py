"""Registration of cases."""

from __future__ import annotations

from functools import partial

from server.capability import Capability
from server.cases import routes, serving
from server.cases.due_cache import DueCache

CAPABILITY = Capability(
    name="cases",
    routes=(lambda parts: routes.add(parts.api),),
    jobs=(
        lambda hall: partial(serving.deem_all, hall.ctx),
        lambda hall: partial(serving.lapse_all, hall.ctx),
        lambda hall: DueCache(hall.ctx).update,
    ),
)
