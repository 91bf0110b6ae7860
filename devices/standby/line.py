"""The line itself: a small HTTP server on the loopback address of the kiosk's PC.

It answers pages of the server's own origin that know the secret, and nobody else: neither another
page in the browser (Origin, secret) nor a name that was bent to this address (Host), nor anything
from outside the PC (it listens on 127.0.0.1 only). Every request has a deadline and a small size.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import unquote

from devices.standby.lease import Json, RefusedError

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
ROOT = "/standby"
BODY_LIMIT = 4096
TEXT_LIMIT = 64
DEADLINE_SECONDS = 5.0


class Desk(Protocol):
    """Who gives numbers behind the line; every method is callable from any thread."""

    def may_ask(self, origin: str, secret: str) -> bool:
        """Whether a page is the kiosk's own."""

    def origins(self) -> tuple[str, ...]:
        """Addresses whose pages are answered."""

    def state(self) -> Json:
        """Whether numbers can be given."""

    def item(self, code: str) -> Json:
        """An item's page; raises RefusedError."""

    def give(self, key: str, item: str, applicant: str) -> Json:
        """A number; raises RefusedError."""

    def of_key(self, key: str) -> Json | None:
        """The number of a press."""


class LocalLine:
    """Listens from its making on; raises OSError when the port is taken."""

    def __init__(self, port: int, desk: Desk) -> None:
        self._server = _Server((HOST, port), _handler(desk))
        self.address = f"http://{HOST}:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="standby", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Hang up."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(DEADLINE_SECONDS)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 16

    def handle_error(self, *_: object) -> None:
        """A page that hung up, say: to the log, and without the words of the error."""
        log.warning("a page was not answered", exc_info=sys.exc_info())


def _handler(desk: Desk) -> type[BaseHTTPRequestHandler]:
    class Bound(_Handler):
        asked = desk

    return Bound


class _Handler(BaseHTTPRequestHandler):
    asked: Desk
    protocol_version = "HTTP/1.1"
    timeout = DEADLINE_SECONDS
    server_version = "standby"
    sys_version = ""

    def do_OPTIONS(self) -> None:
        """A browser asks whether its page may ask."""
        if self._is_here():
            self._answer(204, None)

    def do_GET(self) -> None:
        """The state, an item's page, the number of a press."""
        if not self._is_here() or not self._is_ours():
            return
        path = self.path.partition("?")[0]
        if path == ROOT:
            self._answer(200, self.asked.state())
        elif path.startswith(f"{ROOT}/items/"):
            self._do(lambda: self.asked.item(_last(path)))
        elif path.startswith(f"{ROOT}/tickets/"):
            found = self.asked.of_key(_last(path))
            self._answer(200 if found else 404, found or {"code": "ticket_unknown"})
        else:
            self._answer(404, {"code": "not_found"})

    def do_POST(self) -> None:
        """Take a number."""
        if not self._is_here() or not self._is_ours():
            return
        body = self._body()
        if self.path != f"{ROOT}/tickets":
            self._answer(404, {"code": "not_found"})
        elif body is None:
            self._answer(400, {"code": "invalid"})
        else:
            key, item, applicant = (body[name] for name in ("key", "item", "applicant"))
            self._do(lambda: self.asked.give(key, item, applicant))

    def _do(self, act: Any) -> None:
        try:
            self._answer(200, act())
        except RefusedError as error:
            self._answer(error.status, error.problem)
        except Exception:
            log.exception("the kiosk's own line stumbled")
            self._answer(500, {"code": "internal"})

    def _body(self) -> dict[str, str] | None:
        """Three short texts, or None."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_LIMIT:
            self.close_connection = True
            return None
        try:
            body = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            return None
        names = ("key", "item", "applicant")
        if not isinstance(body, dict) or set(body) != set(names):
            return None
        good = all(isinstance(body[n], str) and 0 < len(body[n]) <= TEXT_LIMIT for n in names)
        return body if good else None

    def _is_here(self) -> bool:
        """Whether it was asked under its own address: not under a name bent to it."""
        host, port = self.headers.get("Host", ""), self.connection.getsockname()[1]
        if host in (f"{HOST}:{port}", f"localhost:{port}"):
            return True
        self.close_connection = True
        self._answer(403, {"code": "forbidden"})
        return False

    def _is_ours(self) -> bool:
        kind, _, secret = self.headers.get("Authorization", "").partition(" ")
        if kind == "Bearer" and self.asked.may_ask(self.headers.get("Origin", ""), secret):
            return True
        self.close_connection = True
        self._answer(401, {"code": "not_signed_in"})
        return False

    def _answer(self, status: int, body: Json | None) -> None:
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        origin = self.headers.get("Origin", "")
        if origin in self.asked.origins():
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Allow-Headers", "authorization, content-type")
            self.send_header("Access-Control-Allow-Methods", "GET, POST")
            self.send_header("Access-Control-Allow-Private-Network", "true")
            self.send_header("Access-Control-Max-Age", "600")
        self.send_header("Vary", "Origin")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Requests are not logged: they name nobody, and say nothing new."""


def _last(path: str) -> str:
    return unquote(path.rpartition("/")[2])[:TEXT_LIMIT]
