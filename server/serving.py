"""Serves one hall or many from this process, alone or as one of several workers.

Each hall is an app of its own, found by the request's host name, so that nothing of one hall can
show in another. What one worker does reaches the others over the bell; while there is no bell they
look into the journal once a second and find out by themselves.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from ssl import TLSVersion
from typing import Any, Protocol

import gevent
from flask import Flask
from gevent.event import Event as Flag
from gevent.lock import RLock
from gevent.ssl import PROTOCOL_TLS_SERVER, SSLContext
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from server import hearing, pages
from server.agents import Agents
from server.answering import Handler, Server
from server.api.limits import NOWHERE, WATCHING, Limits
from server.api.windows import shared_by_redis
from server.bell import Bell, NoBell, RedisBell
from server.config import Config
from server.connections import Connections, Places, open_files
from server.domain.errors import Code, HallError
from server.gateways.by_serial import FoundTerminals
from server.hall import Hall
from server.lookout import Lookout
from server.metrics import MEDIA, Metrics
from server.services import announcing
from server.services.bulletins.acts import draft_due
from server.services.bus import DeviceChanged, Event
from server.services.context import Context
from server.services.days import keep_day
from server.services.inspection.keeping import Keeper
from server.services.issuing import give_up_slips
from server.services.past_changes.acts import amend_due
from server.services.privacy import forget_old
from server.siblings import FOLDER, Siblings
from server.sockets import Feeds
from server.storage import desks, devices
from server.storage.store import Tx
from server.wire.problems import problem, status_of

log = logging.getLogger(__name__)
SWITCH_INTERVAL = 0.0005
KEEP_SECONDS = 5.0
LOOK_SECONDS = 1.0
REST = 19
"""So many times as long as a round over all halls took nothing is done by itself: it is a
twentieth of a worker's time however many halls there are."""
END_SECONDS = 8
"""A worker that was told to end has so long; then the kernel ends it (SIGALRM)."""
SUPERVISOR = "HALL_SUPERVISOR"
"""Names the supervisor's process to its workers."""

StartResponse = Callable[..., Any]


class Served(Protocol):
    """The app of one hall."""

    @property
    def hall(self) -> Hall: ...
    @property
    def flask(self) -> Flask: ...
    @property
    def feeds(self) -> Feeds: ...
    @property
    def agents(self) -> Agents: ...


class House:
    """The halls of this process by host name; each is opened once, when first needed.

    `hosts`: host name to hall id; empty: the one hall "" answers to every name. `shared`: all of
    them are in one database.
    """

    def __init__(
        self,
        make: Callable[[str], Served],
        hosts: Mapping[str, str],
        bell: Bell,
        metrics: Metrics | None = None,
        *,
        shared: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self._make = make
        self._limits = limits or Limits()
        self.metrics = metrics or Metrics("")
        self._hosts = dict(hosts)
        self._bell = bell
        self._apps: dict[str, _Kept] = {}
        self._by_hall: dict[str, _Kept] = {}
        self._turn = RLock()
        self._terminals = FoundTerminals(
            self._hosts.values(),
            lambda hall: self.app(hall).hall.ctx,
            shared=shared,
            limits=self._limits,
        )

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """WSGI: hand the request to the hall of its host."""
        if environ.get("PATH_INFO") == "/metrics" and _from_here(environ):
            return self._figures(environ)(environ, start)
        wanted = ""
        if self._hosts:
            host = str(environ.get("HTTP_HOST", "")).partition(":")[0].lower()
            found = self._hosts.get(host)
            if found is None and self._terminals.concerns(environ):
                # A time clock that dials an IP address: the host says nothing.
                hall = self._terminals.hall(environ)
                if not isinstance(hall, str):
                    return hall(environ, start)
                found = hall
            if found is None:
                return self._nowhere(environ)(environ, start)
            wanted = found
        return self.app(wanted).flask.wsgi_app(environ, start)

    def _figures(self, environ: Mapping[str, Any]) -> Response:
        """Return the figures of all workers: each scrape asks every one of them."""
        try:
            self._limits.check(WATCHING, None, str(environ.get("REMOTE_ADDR", "")))
        except HallError as error:
            return _problem(error)
        return Response(self.metrics.text(), mimetype=MEDIA)

    def _nowhere(self, environ: Mapping[str, Any]) -> Response:
        """Refuse a host that is no hall's."""
        try:
            self._limits.check(NOWHERE, None, str(environ.get("REMOTE_ADDR", "")))
        except HallError as error:
            return _problem(error)
        refused = HallError(Code.HALL_UNKNOWN)
        if pages.wants_page(str(environ.get("HTTP_ACCEPT", ""))):
            return pages.problem_page(status_of(refused)) or _problem(refused)
        return _problem(refused)

    def app(self, hall_id: str) -> Served:
        """A hall's app, opened if need be."""
        kept = self._apps.get(hall_id)
        if kept is None:
            with self._turn:
                kept = self._apps.get(hall_id) or self._open(hall_id)
        return kept.app

    def _open(self, hall_id: str) -> _Kept:
        kept = _Kept(self._make(hall_id), self._bell)
        self._apps[hall_id] = self._by_hall[kept.app.hall.ctx.hall_id] = kept
        return kept

    def heard(self, hall_id: str, events: list[Event]) -> None:
        """What another worker did."""
        kept = self._by_hall.get(hall_id)
        if kept is not None:
            kept.heard(events)

    def run(self) -> None:
        """Do for every hall, for ever, what nobody asks for; a greenlet of its own."""
        while True:
            for hall_id in self._hosts.values() or [""]:
                self._attempt(self.app, hall_id)
            begun = time.monotonic()  # opening a hundred halls takes a minute, but only once
            for presence in {kept.app.hall.presence for kept in self._apps.values()}:
                self._attempt(presence.look)
            for kept in list(self._apps.values()):
                self._attempt(kept.keep)
            # A hundred halls take longer than one, and people come first.
            gevent.sleep(max(KEEP_SECONDS, REST * (time.monotonic() - begun)))

    def look(self) -> None:
        """Find out what the bell did not tell; a greenlet of its own."""
        while True:
            gevent.sleep(LOOK_SECONDS)
            for kept in list(self._apps.values()):
                self._attempt(kept.look)

    def close(self) -> None:
        """Give back every hall's connections."""
        for kept in self._apps.values():
            kept.app.hall.ctx.store.close()
            kept.app.hall.presence.close()

    def _attempt(self, call: Callable[..., Any], *args: Any) -> None:
        try:
            call(*args)
        except HallError as error:
            log.warning("not kept", extra={"code": error.code.value})
        except Exception:
            log.exception("not kept")
        gevent.sleep(0)


class _Kept:
    """One hall's app and what this worker does for it by itself."""

    def __init__(self, app: Served, bell: Bell) -> None:
        self.app = app
        self._ctx: Context = app.hall.ctx
        with suppress(HallError):
            # Before the first request: an act that had to read it would hold up the whole hall.
            self._ctx.catalogue()
        self._keeper = Keeper(self._ctx, app.hall.config.data)
        self._forgot = ""
        lookout = Lookout(self._ctx, bell)
        self.heard, self._look = lookout.heard, lookout.look
        self._ctx.write(self._begun)
        gevent.spawn(app.feeds.run)

    def _begun(self, tx: Tx) -> None:
        """Give up what this worker held when it last ended without a word."""
        worker = self.app.hall.worker
        devices.nobody_heard(tx, worker)
        desks.close_lines(tx, worker)
        desks.seen(tx, worker)

    def look(self) -> None:
        """Find out what the bell did not tell."""
        if self._look():
            self._ctx.refresh()
            self.app.agents.remind()

    def keep(self) -> None:
        """Days, debts, drawn checks, each by itself: one slip must not keep a day from closing."""
        for step in self._steps():
            try:
                step()
            except HallError as error:
                log.warning("not kept", extra={"code": error.code.value})
            except Exception:
                log.exception("not kept")

    def _steps(self) -> Iterator[Callable[[], Any]]:
        """What is its own by each worker; then the rest, by the one that leads."""
        ctx = self._ctx
        yield from (self.look, ctx.refresh, self.app.agents.remind, self._seen)
        if self.app.hall.presence.lead(ctx.hall_id):
            yield from (self._write_off, partial(keep_day, ctx), self._forget, self._keeper.keep)
            yield from (partial(draft_due, ctx), partial(give_up_slips, ctx))
            yield from (partial(announcing.give_up, ctx), partial(amend_due, ctx))

    def _seen(self) -> None:
        self._ctx.write(lambda tx: desks.seen(tx, self.app.hall.worker))

    def _forget(self) -> None:
        """Once a day what is too old goes."""
        today = self._ctx.day()
        if self._forgot != today:
            self._forgot = today
            forget_old(self._ctx, self.app.hall.config.data)

    def _write_off(self) -> None:
        """Devices whose worker is gone are unknown until their agent has found another."""
        for worker in self._ctx.glance(lambda c: devices.workers(c, self._ctx.hall_id)):
            if not self.app.hall.presence.alive(worker):
                self._ctx.write(partial(devices.nobody_heard, worker=worker))
                self._ctx.write(partial(desks.close_lines, worker=worker))
                self._ctx.bus.publish([DeviceChanged("")])


def bell_for(config: Config, heard: Callable[[str, list[Event]], None]) -> Bell:
    """The bell of this process: Redis where it is set, none where this worker is alone."""
    if config.redis:
        return RedisBell(config.redis, config.worker_name, heard)
    return NoBell(alone=config.workers == 1)


def limits_for(config: Config) -> Limits:
    """The limits of this process: shared over Redis where there are several workers."""
    if config.redis and config.workers > 1:
        return Limits(windows=shared_by_redis(config.redis))
    return Limits()


def listener(host: str, port: int, backlog: int = 1024) -> socket.socket:
    """An open port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((host, port))
    opened.listen(backlog)
    opened.setblocking(False)
    return opened


def serve(house: House, config: Config, ready: Callable[[int], None], fd: int = -1) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is told the port once it is open.

    `fd`: an open port that is shared with other workers, as their supervisor handed it on.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    hearing.log_failures()
    application: Any = house
    if config.trusted_proxy:
        application = ProxyFix(application, x_for=1, x_proto=1, x_host=1)
    opened = socket.socket(fileno=fd) if fd >= 0 else listener(config.host, config.port)
    opened.setblocking(False)
    server = Server(
        opened,
        application,
        handler_class=Handler,
        log=None,
        error_log=logging.getLogger("server.wsgi"),
        connections=Connections(Places.of(open_files(), proxied=config.trusted_proxy)),
        **_tls(config),
    )
    if config.workers > 1:
        # Else whoever wakes first takes all the screens that come back after a restart.
        server.max_accept = 1
    if not config.halls:
        house.app("")
    server.start()
    done = Flag()
    background = [gevent.spawn(house.run), gevent.spawn(house.look)]
    background.append(gevent.spawn(house.metrics.watch_loop))
    background.append(gevent.spawn(server.connections.run))
    if fd >= 0:
        background.append(gevent.spawn(lambda: _until_orphaned(done)))
        _meet(house.metrics, config)
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, done.set)
    ready(int(server.server_port or config.port))
    done.wait()
    if fd >= 0:
        # Whatever still hangs then (a database that is gone): a worker without a supervisor ends.
        signal.alarm(END_SECONDS)
    server.stop(timeout=1)
    with suppress(gevent.Timeout):
        gevent.killall(background, timeout=2)
    house.close()


def _problem(error: HallError) -> Response:
    return Response(problem(error).model_dump_json(), status_of(error), mimetype="application/json")


def _from_here(environ: Mapping[str, Any]) -> bool:
    """Whether this machine itself asks, not somebody through a proxy on it."""
    forwarded = any(name.startswith("HTTP_X_FORWARDED") for name in environ)
    return not forwarded and environ.get("REMOTE_ADDR") in ("127.0.0.1", "::1")


def _tls(config: Config) -> dict[str, Any]:
    """TLS 1.2 or newer by the server itself, where a certificate is named."""
    if not config.tls_certificate:
        return {}
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.minimum_version = TLSVersion.TLSv1_2
    context.load_cert_chain(config.tls_certificate, config.tls_key)
    return {"ssl_context": context}


def _meet(metrics: Metrics, config: Config) -> None:
    """Figures of this worker for the others, and of the others for whoever asks this one."""
    folder = os.environ.get(FOLDER, "")
    if folder:
        siblings = Siblings(Path(folder), config.slot, config.workers, metrics.told)
        siblings.open()
        metrics.others = siblings.ask


def _until_orphaned(end: Flag) -> None:
    """A worker ends when its supervisor does, however that ends, even while the worker starts."""
    parent = int(os.environ.get(SUPERVISOR, "") or os.getppid())
    while os.getppid() == parent:
        gevent.sleep(LOOK_SECONDS)
    end.set()
