"""Puts the server together: Flask, Socket.IO, every surface; and runs it on gevent.

`build` makes an app without opening a port (tests, OpenAPI); `serve` runs it. The monkey patching
is done by the command that calls `serve`, before anything else is imported.
"""

from __future__ import annotations

import logging
import signal
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gevent
from flask import Flask, Response, g, request
from flask_socketio import SocketIO
from gevent.pywsgi import WSGIHandler, WSGIServer
from gevent.socket import IPPROTO_TCP, TCP_NODELAY
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

import counters.surface
import display.surface
import kiosk.surface
from server import logs, pages
from server.agents import Agents
from server.api import Api, json_answer, refusal
from server.api.openapi import document
from server.domain.errors import Code, HallError
from server.gateways import iclock, pull
from server.hall import Hall
from server.office import (
    attendance,
    bulletins,
    check_alarms,
    checks,
    cover_alarms,
    demo,
    entry,
    readers,
    requests,
    surface,
)
from server.services.bulletins.acts import draft_due
from server.services.days import keep_day
from server.services.inspection.keeping import Keeper
from server.services.issuing import give_up_slips
from server.sockets import Feeds
from server.storage import devices, journal

log = logging.getLogger(__name__)
SWITCH_INTERVAL = 0.0005
KEEP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class App:
    """Everything that serves one hall."""

    hall: Hall
    flask: Flask
    socketio: SocketIO
    api: Api
    feeds: Feeds
    agents: Agents


def build(hall: Hall, start: Callable[..., Any] | None = None) -> App:
    """Make the app; `start(call, *args, delay=0)` runs a call in the background."""
    flask = Flask("server", static_folder=None)
    flask.config["MAX_CONTENT_LENGTH"] = surface.MAX_WORKBOOK + 64 * 1024
    socketio = SocketIO(
        flask,
        async_mode="gevent",
        transports=["websocket"],
        cors_allowed_origins=None,
        max_http_buffer_size=256 * 1024,
        ping_interval=10,
        ping_timeout=15,
        manage_session=False,
    )
    background = start or _background
    api = Api(hall)
    feeds = Feeds(socketio, hall, api.access, pages.build_id())
    agents = Agents(socketio, hall)
    entry.add(api, pages.build_id())
    kiosk.surface.add(api, feeds, agents, background)
    counters.surface.add(api, feeds, agents, background)
    display.surface.add(api, feeds, agents, background)
    more = [readers.alarms(hall), cover_alarms.alarms(hall), check_alarms.alarms(hall)]
    surface.add(api, feeds, agents, more)
    readers.add(api, feeds)
    checks.add(api, feeds)
    attendance.add(api, feeds)
    bulletins.add(api)
    requests.add(api, feeds)
    pull.add(agents, hall)
    if hall.config.demo:
        demo.add(api, feeds, hall.config.simulators, background)
    _plain_routes(flask, api, hall)
    flask.register_blueprint(api.blueprint)
    iclock.add(flask, hall)
    flask.register_blueprint(pages.Pages(hall, api.access).blueprint)
    _around_requests(flask)
    return App(hall, flask, socketio, api, feeds, agents)


def _background(call: Callable[..., Any], *args: Any, delay: float = 0.0) -> None:
    def run() -> None:
        try:
            call(*args)
        except Exception:
            log.exception("background work failed")

    gevent.spawn_later(delay, run) if delay else gevent.spawn(run)


def _plain_routes(flask: Flask, api: Api, hall: Hall) -> None:
    @flask.get("/healthz")
    def healthz() -> Response:
        try:
            seq = hall.ctx.read(lambda c: journal.head(c, hall.ctx.hall_id)[0])
        except Exception as error:
            return refusal(error)
        return json_answer({"ok": True, "seq": seq, "build": pages.build_id()})

    @flask.get("/api/openapi.json")
    def openapi() -> Response:
        return json_answer(document(api.routes))

    @flask.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        codes = {404: Code.NOT_FOUND, 405: Code.METHOD, 413: Code.TOO_LARGE}
        return refusal(HallError(codes.get(error.code or 0, Code.INVALID)))

    @flask.errorhandler(Exception)
    def any_error(error: Exception) -> Response:
        return refusal(error)


def _around_requests(flask: Flask) -> None:
    @flask.before_request
    def begin() -> None:
        g.request_id = uuid.uuid4().hex[:16]

    @flask.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if request.path.startswith("/api/"):
            response.headers["Cache-Control"] = "no-store"
            logs.request_done(request, response, g)
        return response


class _Handler(WSGIHandler):
    """pywsgi sends head and body apart: without TCP_NODELAY each answer waits 40 ms."""

    def __init__(self, sock: Any, address: Any, server: Any, rfile: Any = None) -> None:
        sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        self._upgraded = False
        super().__init__(sock, address, server, rfile)  # type: ignore[call-arg]

    def handle_one_request(self) -> Any:
        """A connection that was a WebSocket has nothing more to say in HTTP."""
        result = super().handle_one_request()
        return None if self._upgraded else result

    def log_request(self) -> None:
        """Requests are logged by the app, without addresses and queries."""

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        self._upgraded = "HTTP_UPGRADE" in environ
        # Compressing each push costs 60 % more CPU and 2.4 times the memory (house plan).
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return environ


def serve(app: App, ready: Callable[[int], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is told the port once it is open."""
    config = app.hall.config
    sys.setswitchinterval(SWITCH_INTERVAL)
    if config.trusted_proxy:
        app.flask.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.flask.wsgi_app, x_for=1, x_proto=1, x_host=1
        )
    server = WSGIServer(
        (config.host, config.port),
        app.flask,
        handler_class=_Handler,
        log=None,
        error_log=logging.getLogger("server.wsgi"),
    )
    app.hall.ctx.write(devices.nobody_heard)
    server.start()
    gevent.spawn(app.feeds.run)
    gevent.spawn(_keep, app)
    done = gevent.event.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, done.set)
    ready(int(server.server_port or config.port))
    done.wait()
    server.stop(timeout=1)
    app.hall.ctx.store.close()


def _keep(app: App) -> None:
    """What must happen without anybody asking: days, debts, news from other processes."""
    ctx = app.hall.ctx
    keeper = Keeper(ctx, app.hall.config.data)
    while True:
        try:
            ctx.refresh()
            keep_day(ctx)
            keeper.keep()
            draft_due(ctx)
            give_up_slips(ctx)
            app.agents.remind()
        except HallError as error:
            log.warning("not kept", extra={"code": error.code.value})
        except Exception:
            log.exception("not kept")
        gevent.sleep(KEEP_SECONDS)
