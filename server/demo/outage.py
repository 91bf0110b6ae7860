"""Simulated outages of a demo, to show the hall without its server and a branch without its line.

For some seconds every request gets 503 and every connection is closed, as if the server's cable
were pulled; the process keeps running. With the line cut only the requests of branch servers get
503, which a branch takes for a cut line. Registered only in demo mode.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from flask_socketio import SocketIO
from pydantic import Field

from server.core.messages import Command, Message
from server.web_api import ANYONE, Api, Call
from server.web_api.limits import UNLIMITED

LONGEST = 600
BRANCH = "/api/v1/branch/"
"""Beginning of all addresses that branch servers use."""


class StartOutage(Command):
    """Command to make the demo's server, or the line to it, unavailable for `seconds`."""

    seconds: int = Field(ge=1, le=LONGEST)


class OutageStarted(Message):
    """Answer with the length of the outage in seconds."""

    seconds: int


class OutageSwitch:
    """Switch of a simulated outage. `clock` returns monotonic seconds.

    `socketio`: connections that an outage closes, if any. `under`: beginning of the addresses that
    are away.
    """

    def __init__(
        self,
        socketio: SocketIO | None,
        clock: Callable[[], float] = time.monotonic,
        under: str = "",
    ) -> None:
        self._io = socketio
        self._clock = clock
        self._under = under
        self._until = 0.0

    def start(self, seconds: int) -> None:
        """Start an outage now and close the connections."""
        self._until = self._clock() + seconds
        if self._io is None:
            return
        engine = self._io.server.eio
        for sid in list(engine.sockets):
            engine.start_background_task(engine.disconnect, sid)

    def wrap(self, inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """Return the WSGI application that answers 503 during an outage."""

        def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            is_under = str(environ.get("PATH_INFO", "")).startswith(self._under)
            if is_under and self._clock() < self._until:
                start_response("503 Service Unavailable", [("Content-Length", "0")])
                return []
            return inner(environ, start_response)

        return application


def add(api: Api, flask: Flask, socketio: SocketIO) -> None:
    """Register the switches; call it after all other routes are in place."""
    away, line = OutageSwitch(socketio), OutageSwitch(None, under=BRANCH)
    flask.wsgi_app = away.wrap(line.wrap(flask.wsgi_app))  # type: ignore[method-assign]

    @api.post(
        "/demo/away",
        who=ANYONE,
        body=StartOutage,
        answer=OutageStarted,
        keyed=False,
        policy=UNLIMITED,
        example={"seconds": 60},
    )
    def demo_away(call: Call) -> OutageStarted:
        """Make the server unavailable for some seconds."""
        away.start(call.body.seconds)
        return OutageStarted(seconds=call.body.seconds)

    @api.post(
        "/demo/line",
        who=ANYONE,
        body=StartOutage,
        answer=OutageStarted,
        keyed=False,
        policy=UNLIMITED,
        example={"seconds": 60},
    )
    def demo_line(call: Call) -> OutageStarted:
        """Cut the line to the branch servers for some seconds."""
        line.start(call.body.seconds)
        return OutageStarted(seconds=call.body.seconds)
