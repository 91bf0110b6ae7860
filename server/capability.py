"""Capability: what one room registers with the server.

`register.py` of a room holds its `CAPABILITY`; `app.build` and the hall runtime loop over them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import Flask
from flask_socketio import SocketIO
from sqlalchemy import Connection

from server.core.config import Config
from server.core.events import Event
from server.core.journal_line import Line
from server.core.messages import Alarm
from server.core.rooms import modules
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.live.agent_gateway import Agents
from server.live.feeds import LiveFeeds
from server.web_api import Api

AlarmSource = Callable[[Snapshot], Sequence[Alarm]]
"""Returns the alarms of the moment."""
JournalReader = Callable[[Connection, Line], Event | None]
"""Returns the event of a journal line; None if it changes nothing that is shown."""
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
    alarms: Sequence[AlarmSource]
    """Alarms of every capability."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """Registration of a room: its routes, feeds and handlers, its alarms, its jobs."""

    name: str
    in_branch: bool = False
    """True for what a branch server does itself; the rest is done at the main server."""
    routes: Sequence[Callable[[Parts], Any]] = ()
    """Each adds routes, live feeds or handlers of agents' messages."""
    alarms: Sequence[Callable[[Hall], AlarmSource]] = ()
    quiet_alarms: frozenset[str] = frozenset()
    """Codes of alarms to be handled in the course of the day; all others are loud."""
    jobs: Sequence[Callable[[Hall], Job]] = ()
    warm: Sequence[Callable[[Hall], Any]] = ()
    """Work for which the first visitor would wait; a server does it beside its start."""
    journal_events: Mapping[str, JournalReader] = field(default_factory=dict)
    """Readers by the first part of a line's act, for events that the worker bus has lost."""


def capabilities() -> list[Capability]:
    """Return what the rooms register, in the order of `server.core.rooms.ROOMS`."""
    registered: list[Capability] = [module.CAPABILITY for module in modules("register")]
    return registered


def capabilities_at(config: Config) -> list[Capability]:
    """Return those that this server runs: all at the main server, some at a branch server."""
    return [entry for entry in capabilities() if entry.in_branch or not config.branch_site]


def journal_readers() -> dict[str, JournalReader]:
    """Return the readers of journal lines, by the first part of a line's act."""
    return {
        part: reader
        for capability in capabilities()
        for part, reader in capability.journal_events.items()
    }


@cache
def quiet_alarms() -> frozenset[str]:
    """Return the codes of all quiet alarms."""
    return frozenset().union(*(capability.quiet_alarms for capability in capabilities()))
