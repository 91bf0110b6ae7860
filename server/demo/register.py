"""Registration of the demo: the simulators' page and the outage switch, in a demo hall only."""

from __future__ import annotations

from server.capability import Capability, Parts
from server.demo import outage, routes


def _add(parts: Parts) -> None:
    if parts.hall.config.demo:
        routes.add(parts.api, parts.feeds, parts.hall.config.simulators, parts.start)
        outage.add(parts.api, parts.flask, parts.socketio)


CAPABILITY = Capability(name="demo", routes=(_add,))
