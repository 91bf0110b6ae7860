"""Capability: what one room registers with the server.

`register.py` of a room holds its `CAPABILITY`; `app.build` and the hall runtime loop over them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_socketio import SocketIO

from server.core.messages import Alarm
from server.core.rooms import modules
from server.hall import Hall
from server.live.agent_gateway import Agents
from server.live.feeds import LiveFeeds
from server.queue.snapshot import Snapshot
from server.web_api import Api

AlarmSource = Callable[[Snapshot], Sequence[Alarm]]
"""Returns the alarms of the moment."""
Job = Callable[[], Any]
"""Step of the periodic work; the worker that leads a hall runs it every few seconds."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of one hall's app, to which a capability adds its own."""

    hall: Hall
    flask: Flask
    socketio: SocketIO
    api: Api
    feeds: LiveFeeds
    agents: Agents
    build: str
    """Id of the built pages."""
    start: Callable[..., Any]
    """Runs a call in the background: `start(call, *args, delay=0)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """Registration of a room: its routes, feeds and handlers, its alarms, its jobs."""

    name: str
    routes: Sequence[Callable[[Parts], Any]] = ()
    """Each adds routes, live feeds or handlers of agents' messages."""
    alarms: Sequence[Callable[[Hall], AlarmSource]] = ()
    jobs: Sequence[Callable[[Hall], Job]] = ()


def capabilities() -> list[Capability]:
    """Return what the rooms register, in the order of `server.core.rooms.ROOMS`."""
    registered: list[Capability] = [module.CAPABILITY for module in modules("register")]
    return registered
