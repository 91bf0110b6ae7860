"""Registration of branch servers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import gevent

from server.branches import alarms, double_seats, routes
from server.branches.http_transport import HttpTransport
from server.branches.line import Line
from server.branches.watching import watch
from server.capability import Capability
from server.hall.composition import Hall

log = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0
"""Seconds between two exchanges: so much later the main hall sees what happens in the branch."""
LEAD_SECONDS = 30.0
"""Seconds for which a tick of the periodic work keeps the exchanges going."""


class LineKeeper:
    """Keeps the exchange with the main server running beside the other periodic work."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._until = 0.0
        self._running: gevent.Greenlet[[], None] | None = None

    def tick(self) -> None:
        """Go on for a while; an exchange may wait long for a line that is cut."""
        self._until = time.monotonic() + LEAD_SECONDS
        if self._running is None or self._running.dead:
            self._running = gevent.spawn(self._run)

    def _run(self) -> None:
        while time.monotonic() < self._until:
            try:
                self._line.exchange_all()
            except Exception:
                log.exception("exchange with the main server failed")
            gevent.sleep(PAUSE_SECONDS)


def _job(hall: Hall) -> Callable[[], None]:
    config = hall.config
    if not config.branch_site:
        return lambda: None
    return LineKeeper(Line(hall.ctx, HttpTransport(config.main_url, config.data))).tick


CAPABILITY = Capability(
    name="branches",
    in_branch=True,
    routes=(
        lambda parts: routes.add(parts.api),
        lambda parts: watch(parts.hall.ctx, parts.hall.config),
    ),
    alarms=(alarms.alarms, double_seats.alarms),
    quiet_alarms=frozenset({alarms.CODE, double_seats.CODE}),
    jobs=(_job,),
)
