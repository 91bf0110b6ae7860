"""Hall lookup by serial number, for time clocks that call an IP address instead of a host name.

Time clocks are often configured with the server's IP address, and then the request's host does not
identify the hall. If exactly one hall of the deployment has the serial number in service, it gets
the request, and its own list of networks decides. With none or several, the request is rejected: a
punch in the wrong hall is worse than one that waits in the time clock.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from werkzeug.wrappers import Response

from server.core.errors import HallError
from server.hall.context import Context
from server.time_clocks import iclock, reports
from server.time_clocks import queries as stored
from server.web_api.limits import CLOCKS, UNADMITTED, Limits, source_of

log = logging.getLogger(__name__)
PATH = "/iclock/"
LOG_AGAIN_SECONDS = 600.0
MOST_LOGGED = 1000


class HallFinder:
    """Finder of halls by serial number. `ctx_of` returns a hall's context, opened if necessary.

    `shared`: all halls are in one database, so one query covers the time clocks of all halls.
    """

    def __init__(
        self,
        halls: Iterable[str],
        ctx_of: Callable[[str], Context],
        *,
        shared: bool = False,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._halls = tuple(halls)
        self._ctx_of = ctx_of
        self._shared = shared
        self._limits = limits or Limits()
        self._clock = clock
        self._logged: dict[tuple[str, int], float] = {}

    def is_push_request(self, environ: Mapping[str, Any]) -> bool:
        """Return True for a request of the push protocol."""
        return str(environ.get("PATH_INFO", "")).startswith(PATH)

    def hall(self, environ: Mapping[str, Any]) -> str | Response:
        """Return the one hall that lists the time clock, or the response that rejects it."""
        serial = parse_qs(str(environ.get("QUERY_STRING", ""))).get("SN", [""])[0].strip()
        address = str(environ.get("REMOTE_ADDR", ""))
        try:
            self._limits.count(CLOCKS, "by serial", source_of(address))
        except HallError:
            return _refusal("too many requests", 429)
        if not iclock.SERIAL.fullmatch(serial):
            return _refusal("no serial number", 400)
        halls = self._listing(serial)
        if len(halls) == 1:
            return halls[0]
        try:
            self._limits.check(UNADMITTED, None, address)
        except HallError:
            return _refusal("too many requests", 429)
        self._log(serial, address, halls)
        for hall in halls:
            reports.record_listed_twice(self._ctx_of(hall), serial)
        return _refusal("this terminal is not admitted", 403)

    def _listing(self, serial: str) -> list[str]:
        """Return the halls of this deployment that have the serial number in service."""
        if self._shared:
            ctx = self._ctx_of(self._halls[0])
            matches = set(ctx.read(lambda c: stored.halls_of_serial(c, serial)))
            return [hall for hall in self._halls if hall in matches]
        return [
            hall
            for hall in self._halls
            if self._ctx_of(hall).read(lambda c: stored.halls_of_serial(c, serial))
        ]

    def _log(self, serial: str, address: str, halls: list[str]) -> None:
        """Log each rejected time clock once per interval: it retries every few seconds."""
        now, key = self._clock(), (serial, len(halls))
        if now - self._logged.get(key, -LOG_AGAIN_SECONDS) < LOG_AGAIN_SECONDS:
            return
        if len(self._logged) >= MOST_LOGGED:
            self._logged.clear()
        self._logged[key] = now
        fields = {"serial": serial, "address": address, "halls": ",".join(halls)}
        log.warning("a time clock of no hall" if not halls else "a time clock of several halls",
                    extra=fields)  # fmt: skip


def _refusal(words: str, status: int) -> Response:
    return Response(f"{words}\n", status, mimetype="text/plain")
