"""HTTP server of the standby service on the loopback address of the kiosk's PC.

It answers only pages of the server's own origin that send the secret. Other pages in the browser
fail the check of Origin and secret, a DNS name rebound to this address fails the check of Host, and
other computers cannot connect (it listens on 127.0.0.1 only). Every request has a deadline and a
small maximum size.
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


REQUIRED = frozenset({"key", "item", "applicant"})
COMPANION = "companion"
"""Token of another number of the same person; left out for a person with one errand."""


class StandbyService(Protocol):
    """Interface of the standby service behind the HTTP server; callable from any thread."""

    def may_ask(self, origin: str, secret: str) -> bool:
        """Return True if a page is the kiosk's own."""

    def origins(self) -> tuple[str, ...]:
        """Return the origins whose pages are answered."""

    def state(self) -> Json:
        """Return the service's state: readiness and remaining numbers."""

    def item(self, code: str) -> Json:
        """Return an item's page; raises RefusedError."""

    def issue(self, key: str, item: str, applicant: str, companion: str = "") -> Json:
        """Issue a number; raises RefusedError."""

    def of_key(self, key: str) -> Json | None:
        """Return the number issued for a press."""


class LoopbackServer:
    """Loopback HTTP server that listens from its creation on; raises OSError for a port in use."""

    def __init__(self, port: int, desk: StandbyService) -> None:
        self._server = _Server((HOST, port), _handler(desk))
        self.address = f"http://{HOST}:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="standby", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(DEADLINE_SECONDS)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 16

    def handle_error(self, *_: object) -> None:
        """Log a failed request, such as a closed connection, without the error's message."""
        log.warning("a page was not answered", exc_info=sys.exc_info())


def _handler(service: StandbyService) -> type[BaseHTTPRequestHandler]:
    class Bound(_Handler):
        desk = service

    return Bound


class _Handler(BaseHTTPRequestHandler):
    desk: StandbyService
    protocol_version = "HTTP/1.1"
    timeout = DEADLINE_SECONDS
    server_version = "standby"
    sys_version = ""

    def do_OPTIONS(self) -> None:
        """Answer the browser's CORS preflight."""
        if self._is_own_host():
            self._answer(204, None)

    def do_GET(self) -> None:
        """Return the state, an item's page, or the number of a press."""
        if not self._is_own_host() or not self._is_authorised():
            return
        path = self.path.partition("?")[0]
        if path == ROOT:
            self._answer(200, self.desk.state())
        elif path.startswith(f"{ROOT}/items/"):
            self._do(lambda: self.desk.item(_last(path)))
        elif path.startswith(f"{ROOT}/tickets/"):
            ticket = self.desk.of_key(_last(path))
            self._answer(200 if ticket else 404, ticket or {"code": "ticket_unknown"})
        else:
            self._answer(404, {"code": "not_found"})

    def do_POST(self) -> None:
        """Issue a number."""
        if not self._is_own_host() or not self._is_authorised():
            return
        body = self._body()
        if self.path != f"{ROOT}/tickets":
            self._answer(404, {"code": "not_found"})
        elif body is None:
            self._answer(400, {"code": "invalid"})
        else:
            key, item, applicant = (body[name] for name in ("key", "item", "applicant"))
            companion = body.get(COMPANION, "")
            self._do(lambda: self.desk.issue(key, item, applicant, companion))

    def _do(self, action: Any) -> None:
        try:
            self._answer(200, action())
        except RefusedError as error:
            self._answer(error.status, error.problem)
        except Exception:
            log.exception("the kiosk's own line stumbled")
            self._answer(500, {"code": "internal"})

    def _body(self) -> dict[str, str] | None:
        """Return the request's short texts, or None if it is invalid."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_LIMIT:
            self.close_connection = True
            return None
        try:
            body = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            return None
        if not isinstance(body, dict) or body.keys() - {COMPANION} != REQUIRED:
            return None
        valid = all(isinstance(text, str) and 0 < len(text) <= TEXT_LIMIT for text in body.values())
        return body if valid else None

    def _is_own_host(self) -> bool:
        """Return True if Host is this server's own address; protects against DNS rebinding."""
        host, port = self.headers.get("Host", ""), self.connection.getsockname()[1]
        if host in (f"{HOST}:{port}", f"localhost:{port}"):
            return True
        self.close_connection = True
        self._answer(403, {"code": "forbidden"})
        return False

    def _is_authorised(self) -> bool:
        kind, _, secret = self.headers.get("Authorization", "").partition(" ")
        if kind == "Bearer" and self.desk.may_ask(self.headers.get("Origin", ""), secret):
            return True
        self.close_connection = True
        self._answer(401, {"code": "not_signed_in"})
        return False

    def _answer(self, status: int, body: Json | None) -> None:
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        origin = self.headers.get("Origin", "")
        if origin in self.desk.origins():
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
        """Drop the request log: requests name no person and contain nothing new."""


def _last(path: str) -> str:
    return unquote(path.rpartition("/")[2])[:TEXT_LIMIT]
