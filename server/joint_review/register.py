"""Registration of joint review."""

from __future__ import annotations

from functools import partial

from server.capability import Capability
from server.joint_review import actions, lateness, paper_routes, routes

CAPABILITY = Capability(
    name="joint_review",
    routes=(
        lambda parts: routes.add(parts.api),
        lambda parts: paper_routes.add(parts.api),
        lambda parts: actions.watch(parts.hall.ctx),
    ),
    jobs=(
        lambda hall: partial(actions.drop_all, hall.ctx),
        lambda hall: lateness.DailySearch(hall.ctx).update,
    ),
)
