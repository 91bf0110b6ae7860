"""Live feeds: full states with a version on connect and on change, and moments with an expiry.

A feed defines how its state is built and who may read it. Every room (feed and key) with a
subscriber is rebuilt after a change: at once if the change hit it, a little later and coalesced if
only counts moved. A room's full state is sent only if it differs from the last one.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gevent
from flask import request
from flask_socketio import SocketIO, join_room
from gevent.event import Event
from pydantic import BaseModel
from socketio.exceptions import ConnectionRefusedError as Refused

from server.core.actors import ActorKind, Principal
from server.core.errors import CommonCode, HallError
from server.core.events import Event as HallEvent
from server.core.events import HallChanged
from server.core.problems import problem
from server.hall.composition import Hall
from server.hall.context import Context
from server.hall.snapshot import Snapshot
from server.live.allowance import WATCHING
from server.live.broadcast import Direct
from server.web_api import Api
from server.web_api.access import BEARER, Credentials

log = logging.getLogger(__name__)
NAMESPACE = "/live"
TICK_SECONDS = 5.0
LONGEST_QUEUE = 256
"""Number of messages a slow client may be behind.

Beyond it the client is cut off; it reconnects and gets the full state.
"""

_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
ACCESS = frozenset({"tokens", "accounts", "sessions"})
"""Values of HallChanged for changed access rights; its data name the person."""

Take = Callable[[Context], Snapshot]
"""Takes a snapshot with everything that the registered feeds read."""
Build = Callable[[Snapshot, str], BaseModel]
Watch = Callable[[str, str, str, bool], None]
"""Callback for a person's page that connects or disconnects.

Arguments: connection, key of the room, staff number, True for a connect.
"""
Allow = Callable[[Principal | None, str], bool]
Hits = Callable[[HallEvent], set[str] | None]
"""Keys of rooms that an event hits directly; None if nothing in this feed changes."""


def allow_managers(principal: Principal | None, _key: str) -> bool:
    """Return True for managers and administrators: the permission of the office's feeds."""
    return principal is not None and principal.is_staff and principal.kind is not ActorKind.CLERK


@dataclass(frozen=True, slots=True)
class Feed:
    """Feed of one kind of page. `delay`: seconds until rooms that were not hit are rebuilt."""

    name: str
    build: Build
    allow: Allow
    affected_keys: Hits
    delay: float


@dataclass(slots=True)
class Room:
    """State with at least one subscriber."""

    surface: Feed
    key: str
    watchers: set[str] = field(default_factory=set)
    version: int = 0
    seen: int = 0
    """Number of the journal line that the state includes."""
    data: str | None = None
    """Full state as JSON: created once, compared and sent as it is."""
    due: float | None = None

    @property
    def name(self) -> str:
        """Name of the Socket.IO room."""
        return f"{self.surface.name}:{self.key}"


class LiveFeeds:
    """All rooms of a server process."""

    def __init__(self, socketio: SocketIO, hall: Hall, api: Api, build_id: str, take: Take) -> None:
        self._io = socketio
        self._direct = Direct(socketio)
        self._hall = hall
        self._known = api.authenticate
        self._access = api.access
        self._build = build_id
        self._take = take
        self._surfaces: dict[str, Feed] = {}
        self._rooms: dict[tuple[str, str], Room] = {}
        self._of_socket: dict[str, Room] = {}
        self._people: dict[str, tuple[str, Credentials]] = {}
        self._watches: dict[str, Watch] = {}
        self._wake = Event()
        socketio.on_event("connect", self._connect, namespace=NAMESPACE)
        socketio.on_event("disconnect", self._disconnect, namespace=NAMESPACE)
        hall.ctx.bus.subscribe(self._changed)

    def add(self, surface: Feed) -> None:
        """Register a feed."""
        self._surfaces[surface.name] = surface

    def feed(self, name: str) -> Feed | None:
        """Return a registered feed, or None."""
        return self._surfaces.get(name)

    def watch(self, surface: str, watch: Watch) -> None:
        """Register a callback for people's pages of a feed."""
        self._watches[surface] = watch

    # -- sockets -------------------------------------------------------------------------------

    def _connect(self, auth: Any = None) -> None:
        try:
            self._admit(auth)
        except HallError as error:
            self._disconnect()
            raise _refused(error) from None
        except Exception:
            # Without an answer the page would wait for ever; after a rejection it retries.
            log.exception("a page was not let in")
            self._disconnect()
            raise _refused(HallError(CommonCode.UNAVAILABLE)) from None

    def _admit(self, auth: Any) -> None:
        """Subscribe a page to a room and send the full state; raises the reason for a rejection."""
        fields = auth if isinstance(auth, dict) else {}
        surface = self.feed(str(fields.get("surface", "")))
        key = str(fields.get("key", ""))[:128]
        if surface is None or not key.isprintable():
            raise HallError(CommonCode.NOT_FOUND)
        principal = self._known(request, f"{surface.name}/{key}")
        if not surface.allow(principal, key):
            raise HallError(CommonCode.FORBIDDEN if principal else CommonCode.NOT_SIGNED_IN)
        if principal is not None:
            credentials = Credentials(
                dict(request.cookies), {BEARER: request.headers.get(BEARER, "")}
            )
            self._people[request.sid] = principal.name, credentials  # type: ignore[attr-defined]
        self._enter(surface, key)
        self._notify_watch(request.sid, surface.name, key, connected=True)  # type: ignore[attr-defined]
        self._direct.mark_joined(request.sid, NAMESPACE, WATCHING)  # type: ignore[attr-defined]

    def _notify_watch(self, sid: str, surface: str, key: str, *, connected: bool) -> None:
        watch, person = self._watches.get(surface), self._people.get(sid)
        if watch is None or person is None:
            return
        try:
            watch(sid, key, person[0], connected)
        except Exception:  # the page works without
            log.exception("a line was not written down")

    def _enter(self, surface: Feed, key: str) -> None:
        sid = request.sid  # type: ignore[attr-defined]
        room = self._rooms.setdefault((surface.name, key), Room(surface, key))
        room.watchers.add(sid)
        self._of_socket[sid] = room
        # A state without changes since is valid for a newcomer too: after a restart two hundred
        # boards reconnect at once. A new state is sent to all subscribers.
        is_stale = room.data is None or room.due is not None
        if is_stale and self._rebuild(room, self._take(self._hall.ctx)):
            self._direct.send("state", self._envelope(room), room.name, NAMESPACE)
        join_room(room.name)
        self._direct.send_queued("state", self._envelope(room), sid, NAMESPACE)

    def _disconnect(self, *_reason: object) -> None:
        sid = request.sid  # type: ignore[attr-defined]
        self._direct.leave(sid, NAMESPACE)
        room = self._of_socket.pop(sid, None)
        if room is not None:
            self._notify_watch(sid, room.surface.name, room.key, connected=False)
        self._people.pop(sid, None)
        if room is None:
            return
        room.watchers.discard(sid)
        if not room.watchers:
            self._rooms.pop((room.surface.name, room.key), None)

    # -- pushing -------------------------------------------------------------------------------

    def _changed(self, event: HallEvent) -> None:
        if isinstance(event, HallChanged) and event.what in ACCESS:
            gevent.spawn(self._cut_off, str(event.data.get("name", "")))
        now = time.monotonic()
        for room in self._rooms.values():
            hit = room.surface.affected_keys(event)
            if hit is not None:
                soon = now if room.key in hit or "*" in hit else now + room.surface.delay
                room.due = soon if room.due is None else min(room.due, soon)
        self._wake.set()

    def _cut_off(self, name: str) -> None:
        """End the connections of a person who would be rejected now, after a change of access.

        Rights are checked again, because without a worker bus the same change may arrive twice.
        """
        connections = [
            (sid, credentials)
            for sid, (person, credentials) in self._people.items()
            if person == name
        ]
        for sid, credentials in connections:
            room = self._of_socket.get(sid)
            if room is None or not self._is_still_allowed(room, credentials):
                self._io.server.disconnect(sid, namespace=NAMESPACE)

    def _is_still_allowed(self, room: Room, credentials: Credentials) -> bool:
        try:
            principal = self._access.principal(credentials, f"{room.surface.name}/{room.key}")
            return principal is not None and room.surface.allow(principal, room.key)
        except HallError:
            return False

    def _cut_off_slow(self) -> None:
        """Cut off clients that do not read; the server would store their messages for ever."""
        server = self._io.server
        for sid in list(self._of_socket):
            line = server.manager.eio_sid_from_sid(sid, NAMESPACE)
            socket = server.eio.sockets.get(line)
            if socket is not None and socket.queue.qsize() > LONGEST_QUEUE:
                log.warning("slow client cut off")
                self._direct.cut_off(line)

    def rebuild(self, surface: str) -> None:
        """Rebuild a feed after a change outside the database (a simulator's screen)."""
        now = time.monotonic()
        for room in self._rooms.values():
            if room.surface.name == surface:
                room.due = now
        self._wake.set()

    def run(self, tick: float = TICK_SECONDS) -> None:
        """Send changed states for ever, as a greenlet. `tick`: seconds until all is rebuilt."""
        ticked = time.monotonic()
        while True:
            now = time.monotonic()
            if now - ticked >= tick:
                # Waiting times and clocks change without any event.
                ticked = now
                self._cut_off_slow()
                for room in self._rooms.values():
                    room.due = now if room.due is None else min(room.due, now)
            due = [r for r in self._rooms.values() if r.due is not None and r.due <= now]
            if due:
                self._push(due)
                gevent.sleep(0)
                continue
            waits = [r.due - now for r in self._rooms.values() if r.due is not None]
            self._wake.wait(timeout=max(0.005, min([tick, *waits])))
            self._wake.clear()

    def _push(self, rooms: list[Room]) -> None:
        for room in rooms:
            # Reset before the snapshot: events during the read may not be in it.
            room.due = None
        try:
            current = self._take(self._hall.ctx)
        except Exception:
            log.exception("snapshot failed")
            for room in rooms:
                room.due = time.monotonic() + 1.0
            return
        for room in rooms:
            try:
                if self._rebuild(room, current):
                    envelope = self._envelope(room)
                    self._direct.send("state", envelope, room.name, NAMESPACE)
            except Exception:
                log.exception("push failed", extra={"room": room.surface.name})

    def _rebuild(self, room: Room, current: Snapshot) -> bool:
        """Return True if there is a new state; an older snapshot than the last is ignored."""
        if current.seq < room.seen:
            return False
        room.seen = current.seq
        data = room.surface.build(current, room.key).model_dump_json(by_alias=True)
        if data == room.data:
            return False
        room.data = data
        room.version = max(room.version + 1, current.seq)
        return True

    def _envelope(self, room: Room) -> str:
        head = {
            "surface": room.surface.name,
            "key": room.key,
            "version": room.version,
            "now": self._hall.ctx.clock.now(),
            "build": self._build,
        }
        return f'{_json(head)[:-1]},"data":{room.data}}}'

    def moment(self, surface: str, key: str, kind: str, data: dict[str, Any], seconds: int) -> None:
        """Send an event that expires after `seconds`."""
        message = _json({"kind": kind, "data": data, "expires_in": seconds})
        self._direct.send("moment", message, f"{surface}:{key}", NAMESPACE)


def _refused(error: HallError) -> Refused:
    return Refused(error.code.value, problem(error).model_dump())
