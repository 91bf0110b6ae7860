"""Registration of time clocks that push and that are polled."""

from __future__ import annotations

from server.capability import Capability
from server.time_clocks import polling_gateway, push_gateway, routes

CAPABILITY = Capability(
    name="time_clocks",
    quiet_alarms=frozenset({"reader_asking", "reader_lines"}),
    routes=(
        lambda parts: routes.add(parts.api, parts.feeds),
        lambda parts: polling_gateway.add(parts.agents, parts.hall),
        lambda parts: push_gateway.add(parts.flask, parts.hall, parts.api.limits),
    ),
    alarms=(routes.alarms,),
)
