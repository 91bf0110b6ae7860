"""In a demo the server can go away for a while, so that one can watch the hall without it.

For so many seconds every request is refused and every line is cut, as if the server's cable were
pulled; the process itself goes on. Registered only in demo mode.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from flask_socketio import SocketIO
from pydantic import Field

from server.api import ANYONE, Api, Call
from server.api.limits import FREE
from server.wire.base import Command, Message

LONGEST = 600


class GoAway(Command):
    """Let the demo's server be away for `seconds`."""

    seconds: int = Field(ge=1, le=LONGEST)


class Gone(Message):
    """For how long it is away."""

    seconds: int


class Away:
    """The pulled cable. `clock`: monotonic seconds."""

    def __init__(self, socketio: SocketIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._io = socketio
        self._clock = clock
        self._until = 0.0

    def go(self, seconds: int) -> None:
        """Be away from now on."""
        self._until = self._clock() + seconds
        lines = self._io.server.eio
        for sid in list(lines.sockets):
            lines.start_background_task(lines.disconnect, sid)

    def around(self, inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """The application, behind the cable."""

        def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if self._clock() < self._until:
                start_response("503 Service Unavailable", [("Content-Length", "0")])
                return []
            return inner(environ, start_response)

        return application


def add(api: Api, flask: Flask, socketio: SocketIO) -> None:
    """Register the switch; called once everything else is in place."""
    away = Away(socketio)
    flask.wsgi_app = away.around(flask.wsgi_app)  # type: ignore[method-assign]

    @api.post(
        "/demo/away",
        who=ANYONE,
        body=GoAway,
        answer=Gone,
        keyed=False,
        policy=FREE,
        example={"seconds": 60},
    )
    def demo_away(call: Call) -> Gone:
        """Let the server be away for a while."""
        away.go(call.body.seconds)
        return Gone(seconds=call.body.seconds)
