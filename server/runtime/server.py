"""Hall router and server loop: serves one hall or many, alone or as one of several workers.

Each hall is an app of its own, selected by the request's host name, so that no data of one hall can
appear in another. Actions of one worker reach the others over the worker bus; without a bus they
read the journal once a second.
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

from server.capability import capabilities_at, journal_readers
from server.core.config import Config
from server.core.errors import CommonCode, HallError
from server.core.events import Event
from server.core.problems import problem, status_of
from server.device_health import actions as device_actions
from server.hall.composition import Hall
from server.hall.context import Context
from server.live import packet_guard
from server.live.agent_gateway import Agents
from server.live.feeds import LiveFeeds
from server.privacy.personal_data import delete_old
from server.queue.business_day import keep_day
from server.queue.events import WaitsPlayed
from server.queue.forecasts import Forecasts
from server.queue.offline import desk_connections
from server.runtime import pages
from server.runtime.connections import Connections, SlotLimits, open_files
from server.runtime.journal_follower import JournalFollower
from server.runtime.metrics import MEDIA, Metrics
from server.runtime.worker_bus import NoWorkerBus, RedisWorkerBus, WorkerBus
from server.runtime.worker_metrics import FOLDER, WorkerMetrics
from server.runtime.wsgi_handler import Handler, Server
from server.time_clocks.hall_by_serial import HallFinder
from server.web_api.limits import MONITORING, UNKNOWN_ADDRESS, Limits
from server.web_api.windows import shared_by_redis

log = logging.getLogger(__name__)
SWITCH_INTERVAL = 0.0005
KEEP_SECONDS = 5.0
CHECK_SECONDS = 1.0
PAUSE_FACTOR = 19
"""Factor on the duration of a round over all halls that gives the pause after it.

So the background work takes a twentieth of a worker's time, however many halls there are.
"""
END_SECONDS = 8
"""Seconds a worker has to end; after that the kernel ends it (SIGALRM)."""
SUPERVISOR = "HALL_SUPERVISOR"
"""Environment variable with the supervisor's process id, for its workers."""

StartResponse = Callable[..., Any]


class HallApp(Protocol):
    """App of one hall."""

    @property
    def hall(self) -> Hall: ...
    @property
    def flask(self) -> Flask: ...
    @property
    def feeds(self) -> LiveFeeds: ...
    @property
    def agents(self) -> Agents: ...


class HallRouter:
    """Hall router: the halls of this process by host name; each is opened once, on first use.

    `hosts`: host name to hall id; if empty, the one hall "" serves every name. `shared`: all of
    them are in one database.
    """

    def __init__(
        self,
        make: Callable[[str], HallApp],
        hosts: Mapping[str, str],
        bus: WorkerBus,
        metrics: Metrics | None = None,
        *,
        shared: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self._make = make
        self._limits = limits or Limits()
        self.metrics = metrics or Metrics("")
        self._hosts = dict(hosts)
        self._bus = bus
        self._apps: dict[str, _HallRuntime] = {}
        self._by_hall: dict[str, _HallRuntime] = {}
        self._turn = RLock()
        self._terminals = HallFinder(
            self._hosts.values(),
            lambda hall: self.app(hall).hall.ctx,
            shared=shared,
            limits=self._limits,
        )

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Pass the request to the hall of its host (WSGI)."""
        if environ.get("PATH_INFO") == "/metrics" and _from_here(environ):
            return self._figures(environ)(environ, start)
        hall_id = ""
        if self._hosts:
            host = str(environ.get("HTTP_HOST", "")).partition(":")[0].lower()
            match = self._hosts.get(host)
            if match is None and self._terminals.is_push_request(environ):
                # A time clock that calls an IP address: the host does not identify a hall.
                hall = self._terminals.hall(environ)
                if not isinstance(hall, str):
                    return hall(environ, start)
                match = hall
            if match is None:
                return self._nowhere(environ)(environ, start)
            hall_id = match
        return self.app(hall_id).flask.wsgi_app(environ, start)

    def _figures(self, environ: Mapping[str, Any]) -> Response:
        """Return the metrics of all workers; each scrape queries every worker."""
        try:
            self._limits.check(MONITORING, None, str(environ.get("REMOTE_ADDR", "")))
        except HallError as error:
            return _problem(error)
        return Response(self.metrics.text(), mimetype=MEDIA)

    def _nowhere(self, environ: Mapping[str, Any]) -> Response:
        """Reject a host that belongs to no hall."""
        try:
            self._limits.check(UNKNOWN_ADDRESS, None, str(environ.get("REMOTE_ADDR", "")))
        except HallError as error:
            return _problem(error)
        refused = HallError(CommonCode.HALL_UNKNOWN)
        if pages.wants_page(str(environ.get("HTTP_ACCEPT", ""))):
            return pages.problem_page(status_of(refused)) or _problem(refused)
        return _problem(refused)

    def app(self, hall_id: str) -> HallApp:
        """Return a hall's app, opened if necessary."""
        runtime = self._apps.get(hall_id)
        if runtime is None:
            with self._turn:
                runtime = self._apps.get(hall_id) or self._open(hall_id)
        return runtime.app

    def _open(self, hall_id: str) -> _HallRuntime:
        runtime = _HallRuntime(self._make(hall_id), self._bus)
        self._apps[hall_id] = self._by_hall[runtime.app.hall.ctx.hall_id] = runtime
        return runtime

    def deliver(self, hall_id: str, events: list[Event]) -> None:
        """Deliver events of another worker to a hall."""
        runtime = self._by_hall.get(hall_id)
        if runtime is not None:
            runtime.heard(events)

    def run(self) -> None:
        """Run the periodic work of every hall for ever; runs in its own greenlet."""
        while True:
            for hall_id in self._hosts.values() or [""]:
                self._attempt(self.app, hall_id)
            start = time.monotonic()  # opening a hundred halls takes a minute, but only once
            for presence in {runtime.app.hall.presence for runtime in self._apps.values()}:
                self._attempt(presence.verify)
            for runtime in list(self._apps.values()):
                self._attempt(runtime.keep)
            # A hundred halls take longer than one, and requests have priority.
            gevent.sleep(max(KEEP_SECONDS, PAUSE_FACTOR * (time.monotonic() - start)))

    def replay_missed(self) -> None:
        """Replay events that the worker bus missed, for ever; runs in its own greenlet."""
        while True:
            gevent.sleep(CHECK_SECONDS)
            for runtime in list(self._apps.values()):
                self._attempt(runtime.look)

    def close(self) -> None:
        """Close the connections of every hall."""
        for runtime in self._apps.values():
            runtime.app.hall.ctx.store.close()
            runtime.app.hall.presence.close()

    def _attempt(self, call: Callable[..., Any], *args: Any) -> None:
        try:
            call(*args)
        except HallError as error:
            log.warning("not kept", extra={"code": error.code.value})
        except Exception:
            log.exception("not kept")
        gevent.sleep(0)


class _HallRuntime:
    """Hall runtime: the app of one hall and this worker's periodic work for it."""

    def __init__(self, app: HallApp, bus: WorkerBus) -> None:
        self.app = app
        self._ctx: Context = app.hall.ctx
        with suppress(HallError):
            # Read before the first request: an action that had to read it would delay the whole
            # hall.
            self._ctx.catalogue()
        mine = capabilities_at(app.hall.config)
        self._jobs = [job(app.hall) for capability in mine for job in capability.jobs]
        self._cleaned_on = ""
        follower = JournalFollower(self._ctx, bus, journal_readers())
        self.heard, self._look = follower.deliver, follower.replay
        self._release_stale()
        gevent.spawn(app.feeds.run)
        _keep_forecast(app.hall.ctx)
        for capability in mine:
            for work in capability.warm:
                gevent.spawn(self._warm, partial(work, app.hall))

    def _warm(self, work: Callable[[], Any]) -> None:
        with suppress(HallError):  # a hall without business data
            self.app.hall.offload(work)

    def _release_stale(self) -> None:
        """Release what this worker held when it last ended without a shutdown."""
        worker = self.app.hall.worker
        device_actions.release_worker(self._ctx, worker)
        desk_connections.release_worker(self._ctx, worker)
        desk_connections.record_worker(self._ctx, worker)

    def look(self) -> None:
        """Replay events that the worker bus missed, and resend outstanding tasks after that."""
        if self._look():
            self._ctx.refresh()
            self.app.agents.resend_outstanding()

    def keep(self) -> None:
        """Run the periodic steps (days, tasks, spot checks …); each step fails on its own."""
        for step in self._steps():
            try:
                step()
            except HallError as error:
                log.warning("not kept", extra={"code": error.code.value})
            except Exception:
                log.exception("not kept")

    def _steps(self) -> Iterator[Callable[[], Any]]:
        """Yield each worker's own steps, then the steps of the worker that leads."""
        ctx = self._ctx
        yield from (self.look, ctx.refresh, self.app.agents.resend_outstanding, self._seen)
        if self.app.hall.presence.lead(ctx.hall_id):
            # The day first: the other jobs belong to one.
            yield from (self._release_dead_workers, partial(keep_day, ctx), self._delete_old)
            yield from self._jobs

    def _seen(self) -> None:
        desk_connections.record_worker(self._ctx, self.app.hall.worker)

    def _delete_old(self) -> None:
        """Delete data that is too old, once a day."""
        today = self._ctx.day()
        if self._cleaned_on != today:
            self._cleaned_on = today
            delete_old(self._ctx, self.app.hall.config.data)

    def _release_dead_workers(self) -> None:
        """Release what dead workers hold, until their agents and desks have another worker."""
        for worker in device_actions.connected_workers(self._ctx):
            if not self.app.hall.presence.alive(worker):
                device_actions.release_worker(self._ctx, worker)
                desk_connections.release_worker(self._ctx, worker)


def worker_bus_for(config: Config, heard: Callable[[str, list[Event]], None]) -> WorkerBus:
    """Return the worker bus of this process: Redis if configured, else none."""
    if config.redis:
        return RedisWorkerBus(config.redis, config.worker_name, heard)
    return NoWorkerBus(alone=config.workers == 1)


def limits_for(config: Config) -> Limits:
    """Return the limits of this process: shared over Redis if there are several workers."""
    if config.redis and config.workers > 1:
        return Limits(windows=shared_by_redis(config.redis))
    return Limits()


def listener(host: str, port: int, backlog: int = 1024) -> socket.socket:
    """Return an open port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    port_socket = socket.socket(family, socket.SOCK_STREAM)
    port_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    port_socket.bind((host, port))
    port_socket.listen(backlog)
    port_socket.setblocking(False)
    return port_socket


def serve(router: HallRouter, config: Config, ready: Callable[[int], None], fd: int = -1) -> None:
    """Serve until SIGTERM or SIGINT; call `ready` with the port once it is open.

    `fd`: an open port that the supervisor shares between workers.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    packet_guard.log_failures()
    application: Any = router
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
        connections=Connections(SlotLimits.of(open_files(), proxied=config.trusted_proxy)),
        **_tls(config),
    )
    if config.workers > 1:
        # Otherwise one worker would accept all screens that reconnect after a restart.
        server.max_accept = 1
    if not config.halls:
        router.app("")
    server.start()
    stop_requested = Flag()
    background = [gevent.spawn(router.run), gevent.spawn(router.replay_missed)]
    background.append(gevent.spawn(router.metrics.watch_loop))
    background.append(gevent.spawn(server.connections.run))
    if fd >= 0:
        background.append(gevent.spawn(lambda: _until_orphaned(stop_requested)))
        _share_metrics(router.metrics, config)
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stop_requested.set)
    ready(int(server.server_port or config.port))
    stop_requested.wait()
    if fd >= 0:
        # In case something hangs (a lost database): a worker without a supervisor must end.
        signal.alarm(END_SECONDS)
    server.stop(timeout=1)
    with suppress(gevent.Timeout):
        gevent.killall(background, timeout=2)
    router.close()


def _problem(error: HallError) -> Response:
    return Response(problem(error).model_dump_json(), status_of(error), mimetype="application/json")


def _from_here(environ: Mapping[str, Any]) -> bool:
    """Return True if the request comes from this machine, not through a proxy on it."""
    forwarded = any(name.startswith("HTTP_X_FORWARDED") for name in environ)
    return not forwarded and environ.get("REMOTE_ADDR") in ("127.0.0.1", "::1")


def _tls(config: Config) -> dict[str, Any]:
    """Return the TLS settings (1.2 or newer) if a certificate is configured."""
    if not config.tls_certificate:
        return {}
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.minimum_version = TLSVersion.TLSv1_2
    context.load_cert_chain(config.tls_certificate, config.tls_key)
    return {"ssl_context": context}


def _share_metrics(metrics: Metrics, config: Config) -> None:
    """Share metrics with the other workers: serve this worker's, query theirs."""
    folder = os.environ.get(FOLDER, "")
    if folder:
        siblings = WorkerMetrics(Path(folder), config.slot, config.workers, metrics.own_metrics)
        siblings.open()
        metrics.others = siblings.read_others


def _until_orphaned(end: Flag) -> None:
    """Set `end` when the supervisor ends, however it ends, even while the worker starts."""
    parent = int(os.environ.get(SUPERVISOR, "") or os.getppid())
    while os.getppid() == parent:
        gevent.sleep(CHECK_SECONDS)
    end.set()


def _keep_forecast(ctx: Context) -> None:
    """Keep the forecast of the waits beside the server's work."""
    changed = Flag()

    def listen(event: Event) -> None:
        if not isinstance(event, WaitsPlayed):
            changed.set()

    ctx.bus.subscribe(listen)

    def wait(seconds: float) -> None:
        changed.wait(seconds)
        changed.clear()

    gevent.spawn(Forecasts.of(ctx).keep, wait, gevent.sleep)
