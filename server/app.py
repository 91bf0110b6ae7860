"""Application of one hall: assembles Flask, Socket.IO and all routes, and serves it on gevent.

`build` creates an app without opening a port (tests, OpenAPI); `serve` runs one such app alone, and
`server.runtime.deployment` many halls or many workers. The command that calls `serve` patches the
standard library before anything else is imported.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gevent
from flask import Flask, Response, g, request
from flask_socketio import SocketIO

from server.capability import Parts, capabilities_at
from server.core import journal, trace
from server.device_health.actions import DeviceRecords
from server.hall.composition import Hall
from server.live import packet_guard
from server.live.agent_gateway import Agents
from server.live.feeds import LiveFeeds
from server.queue import snapshot
from server.runtime import logs, pages, server
from server.runtime.hall_metrics import source
from server.runtime.metrics import Metrics
from server.runtime.server import HallRouter
from server.runtime.worker_bus import NoWorkerBus
from server.web_api import KEY_HEADER, MAX_BODY, Api, json_answer, refusal
from server.web_api.limits import DOCUMENT, MONITORING, Limits, limited
from server.web_api.openapi import Description
from server.web_api.url_rule import HallFlask

log = logging.getLogger(__name__)
HSTS = "max-age=31536000"


@dataclass(frozen=True, slots=True)
class App:
    """Components that serve one hall."""

    hall: Hall
    flask: Flask
    socketio: SocketIO
    api: Api
    feeds: LiveFeeds
    agents: Agents
    metrics: Metrics


def build(
    hall: Hall,
    start: Callable[..., Any] | None = None,
    metrics: Metrics | None = None,
    limits: Limits | None = None,
) -> App:
    """Create the app of a hall; `start(call, *args, delay=0)` runs a call in the background.

    `metrics` and `limits` are those of the process if it serves several halls.
    """
    flask = HallFlask("server", static_folder=None)
    flask.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    socketio = SocketIO(
        flask,
        async_mode="gevent",
        transports=["websocket"],
        cors_allowed_origins=None,
        max_http_buffer_size=256 * 1024,
        ping_interval=10,
        ping_timeout=15,
        manage_session=False,
        logger=logging.getLogger("server.socketio"),
        engineio_logger=logging.getLogger("server.engineio"),
    )
    packet_guard.filter_packets(socketio)
    background = start or _background
    api = Api(hall, limits)
    packet_guard.count_handshakes(flask, api)
    feeds = LiveFeeds(socketio, hall, api, pages.build_id(), snapshot.take)
    agents = Agents(socketio, hall, api, DeviceRecords(hall.ctx, hall.worker))
    registered = capabilities_at(hall.config)
    alarms = [alarm(hall) for capability in registered for alarm in capability.alarms]
    parts = Parts(hall, flask, socketio, api, feeds, agents, pages.build_id(), background, alarms)
    for capability in registered:
        for add in capability.routes:
            add(parts)
    _plain_routes(flask, api, hall)
    api.add_to(flask)
    if hall.config.branch_site:
        api.refuse_others(flask)
    flask.register_blueprint(pages.Pages(hall, api.access).blueprint)
    figures = metrics or Metrics(hall.worker)
    _count(figures, hall, flask)
    api.guard(flask)
    _around_requests(flask, secure=hall.config.base_url.startswith("https://"))
    return App(hall, flask, socketio, api, feeds, agents, figures)


def _background(call: Callable[..., Any], *args: Any, delay: float = 0.0) -> None:
    request_id = trace.current()

    def run() -> None:
        with trace.of(request_id):
            try:
                call(*args)
            except Exception:
                log.exception("background work failed")

    gevent.spawn_later(delay, run) if delay else gevent.spawn(run)


def _plain_routes(flask: Flask, api: Api, hall: Hall) -> None:
    def healthz() -> Response:
        try:
            seq = hall.ctx.read(lambda c: journal.head(c, hall.ctx.hall_id)[0])
        except Exception as error:
            return refusal(error)
        return json_answer({"ok": True, "seq": seq, "build": pages.build_id()})

    description = Description(api.routes, hall.offload)
    flask.add_url_rule("/healthz", "healthz", limited(MONITORING, healthz))
    flask.add_url_rule("/api/openapi.json", "openapi", limited(DOCUMENT, description.answer))

    @flask.errorhandler(Exception)
    def any_error(error: Exception) -> Response:
        return _as_page(refusal(error))


def _as_page(refused: Response) -> Response:
    """Return a rejection as a page for a person's browser, else unchanged."""
    if not pages.wants_page(request.headers.get("Accept", "")):
        return refused
    return pages.problem_page(refused.status_code) or refused


def _count(metrics: Metrics, hall: Hall, flask: Flask) -> None:
    """Register the counters of a hall's requests, actions and moves."""
    hall_id = hall.ctx.hall_id
    hall.ctx.bus.subscribe(metrics.hall(hall_id, source(hall.ctx, hall.config.data)), own=True)
    hall.ctx.on_write_seconds = metrics.action_timer(hall_id)

    @flask.before_request
    def begin() -> None:
        g.begun = time.perf_counter()

    @flask.after_request
    def end(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else "-"
        if not response.is_streamed:
            metrics.request(hall_id, rule, response.status_code, time.perf_counter() - g.begun)
        return response


def _around_requests(flask: Flask, *, secure: bool) -> None:
    @flask.before_request
    def begin() -> None:
        incoming = request.headers
        g.request_id = trace.begin(incoming.get("X-Request-Id", ""), incoming.get(KEY_HEADER, ""))

    @flask.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if secure:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
            logs.request_done(request, response, g)
        return response


def serve(app: App, ready: Callable[[int], None], fd: int = -1) -> None:
    """Serve one hall from one process until SIGTERM or SIGINT; call `ready` with the port.

    `fd`: an open port of the parent process, with which this one ends.
    """
    config = app.hall.config
    router = HallRouter(
        lambda _hall: app, {}, NoWorkerBus(alone=True), app.metrics, limits=app.api.limits
    )
    server.serve(router, config, ready, fd)
