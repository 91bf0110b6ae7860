"""HTTP server based on gevent's, with cheaper head parsing and answers sent in one write.

The library parses heads with the mail parser, which takes longer than all routing and checking of a
request and accepts lines that no HTTP client sends. Here a line is a name and a value, or the
request is rejected. The library sends head and body of an answer separately, which wakes the client
twice. It waits for a client without limit; here each wait has a deadline and each head a maximum
size. The module does not depend on the application.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from errno import EBADF, ECONNRESET, ENOTCONN, EPIPE, ESHUTDOWN, ETIMEDOUT
from math import inf
from typing import Any, BinaryIO

import gevent
from gevent.pywsgi import WSGIHandler, WSGIServer
from gevent.socket import IPPROTO_TCP, TCP_NODELAY

from server.runtime.connections import Connection, Connections, Waits
from server.runtime.request_body import Body, BrokenBodyError
from server.web_api import CONNECTION

log = logging.getLogger(__name__)
LONGEST_LINE = 16_384
LONGEST_HEAD = 32_768
MOST_LINES = 100
SMALL, MAX_SMALL_READS = 256, 100
REFUSED_SECONDS = 0.1
"""Seconds of delay before a connection's next request after one over the limit (429)."""
_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n\0]*?)[ \t]*\r?\n")
_REQUEST = re.compile(r"([A-Z]{1,20}) ([^\s\x00-\x20\x7f]+) (HTTP/1\.[01])\r?\n")
_LENGTH = re.compile(r"[0-9]{1,15}")
_NO_REQUEST = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
SINGLE_HEADERS = frozenset({"content-length", "transfer-encoding", "host"})
"""Headers that may occur only once, because a proxy in front may have used the other value."""
WSGI_OWN_HEADERS = frozenset({"content-type", "content-length"})
"""Headers that WSGI passes under names of their own."""


class Head:
    """Head of a request, with the interface the library expects. `status` describes an error."""

    def __init__(self, lines: BinaryIO) -> None:
        self.status = ""
        self._all: list[tuple[str, str]] = []
        self._first: dict[str, str] = {}
        room = LONGEST_HEAD
        for _ in range(MOST_LINES):
            line = lines.readline(min(LONGEST_LINE, room) + 1)
            room -= len(line)
            if line in (b"\r\n", b"\n", b""):
                return
            match = _LINE.fullmatch(line)
            if match is None:
                break
            name, value = match[1].decode("ascii"), match[2].decode("latin-1")
            key = name.lower()
            if key in self._first and key in SINGLE_HEADERS:
                break
            self._first.setdefault(key, value)
            self._all.append((name, value))
        self.status = "not a head"

    def get(self, name: str, default: Any = None) -> Any:
        """Return the first value of a header."""
        return self._first.get(name.lower(), default)

    getheader = get

    def __delitem__(self, name: str) -> None:
        """Remove a header's value."""
        self._first.pop(name.lower(), None)

    @property
    def typeheader(self) -> str | None:
        """Content type of the body."""
        return self._first.get("content-type")

    def environ(self) -> Iterator[tuple[str, str]]:
        """Yield names and values for WSGI.

        A name with `_` is skipped: it could imitate one with `-`.
        """
        for name, value in self._all:
            if "_" not in name and name.lower() not in WSGI_OWN_HEADERS:
                yield "HTTP_" + name.replace("-", "_").upper(), value


class SmallReadLimiter(io.RawIOBase):
    """Raw reader of a socket that limits small reads.

    Each small read wakes the server. A real client sends a head and a small body in one to three
    pieces; a request in a hundred pieces is an attack.
    """

    def __init__(self, sock: Any) -> None:
        super().__init__()
        self._sock = sock
        self.small_reads = 0
        """Number of small reads of the current request."""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the available data; raises OSError for a client that sends many small pieces."""
        got: int = self._sock.recv_into(buffer)
        if got < SMALL:
            self.small_reads += 1
            if self.small_reads > MAX_SMALL_READS:
                raise OSError("crumbs")
        return got


class Server(WSGIServer):
    """HTTP server with connection slots and deadlines.

    A client's error in a TLS handshake is not logged as a server error.
    """

    def __init__(self, *args: Any, connections: Connections | None = None, **more: Any) -> None:
        self.connections = connections or Connections()
        super().__init__(*args, **more)

    def do_handle(self, sock: Any, address: Any) -> None:
        """Accept a connection if there is a slot for it, else close it at once."""
        connection = self.connections.admit(sock, str(address[0]) if address else "")
        if connection is None:
            sock.close()
            return
        gevent.spawn(self._hold, connection, sock, address)

    def _hold(self, connection: Connection, sock: Any, address: Any) -> None:
        library: Any = self
        try:
            library._handle(sock, address)  # noqa: SLF001 - plain or TLS, as configured
        except OSError:
            log.info("a connection broke")
        finally:
            self.connections.remove(connection)
            sock.close()

    def wrap_socket_and_handle(self, client_socket: Any, address: Any) -> Any:
        """Serve a connection behind TLS."""
        library: Any = self
        try:
            with gevent.Timeout(self.connections.waits.head):
                wrapped = library.wrap_socket(client_socket, **library.ssl_args)
        except (OSError, gevent.Timeout) as error:  # SSLError is an OSError
            log.info("no TLS was agreed on (%s)", type(error).__name__)
            client_socket.close()
            return None
        try:
            return self.handle(wrapped, address)
        finally:
            wrapped.close()


class Handler(WSGIHandler):
    """Handler of one connection. Without TCP_NODELAY an answer in two parts waits 40 ms."""

    headers: Any
    wsgi_input: Any
    content_length: Any
    server: Any
    close_connection: bool
    ignored_socket_errors = (EPIPE, ECONNRESET, EBADF, ENOTCONN, ESHUTDOWN, ETIMEDOUT)
    """Errors caused by the client, or by closing a connection after its deadline."""

    def __init__(self, sock: Any, address: Any, server: Any, rfile: Any = None) -> None:
        sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        self._upgraded = False
        self._parts: list[bytes] | None = None
        self.connection: Connection = server.connections.of(sock)
        self.waits: Waits = server.connections.waits
        self._pieces = SmallReadLimiter(sock)
        reader = rfile or io.BufferedReader(self._pieces)
        super().__init__(sock, address, server, reader)  # type: ignore[call-arg]

    def handle_one_request(self) -> Any:
        """Wait for a request and answer it; a former WebSocket accepts no further HTTP."""
        try:
            if not self.rfile.peek(1):
                return None
        except (OSError, ValueError):
            return None
        self._pieces.small_reads = 0
        self.connection.wait(self.waits.head)
        result = super().handle_one_request()
        self.connection.mark_idle()
        # Without this pause a client that sends at once would be answered before all others; a
        # client over its limit waits longer.
        gevent.sleep(REFUSED_SECONDS if self.code == 429 else 0)
        return None if self._upgraded else result

    def read_request(self, raw_requestline: str) -> Any:
        """Read the head and determine the end of the body.

        Raises ValueError for an invalid head.
        """
        line = _REQUEST.fullmatch(raw_requestline)
        if line is None:
            raise ValueError("not a request line")
        self.requestline = raw_requestline.rstrip()
        self.command, self.path, self.request_version = line[1], line[2], line[3]
        self.headers = head = Head(self.rfile)
        if head.status:
            raise ValueError(head.status)
        length, coding = head.get("content-length"), head.get("transfer-encoding")
        if coding is not None and (length is not None or coding.lower() != "chunked"):
            # A proxy in front may have used the other length and taken the rest as a request.
            raise ValueError("two ends of a body")
        if length is not None and not _LENGTH.fullmatch(length):
            raise ValueError("not a length")
        self.content_length = None if length is None else int(length)
        has_body = bool(self.content_length) or coding is not None
        if has_body and (self.command == "HEAD" or self._connection_upgrade_requested()):
            raise ValueError("a body where none can be")
        words = {word.strip() for word in head.get("connection", "").lower().split(",")}
        http_1_0 = self.request_version == "HTTP/1.0"
        self.close_connection = "close" in words or (http_1_0 and "keep-alive" not in words)
        return True

    def log_request(self) -> None:
        """Do nothing: the app logs requests, without addresses and queries."""

    def log_error(self, msg: str, *_args: Any) -> None:  # noqa: ARG002 - the library's name
        """Log a client's error without its address and its bytes."""
        log.info("a request that is none is refused")

    def handle_error(self, t: Any, v: Any, tb: Any) -> None:
        """Answer 400 for a broken body, wherever it was read; pass on other errors."""
        if isinstance(v, BrokenBodyError):
            self.close_connection = True
            library: Any = self
            library._send_error_response_if_possible(400)  # noqa: SLF001 - as it does itself
        else:
            super().handle_error(t, v, tb)

    def _handle_client_error(self, _error: BaseException) -> tuple[str, bytes]:
        """Reject an invalid request; the library would print unexpected data."""
        self.log_error("")
        return "400", _NO_REQUEST

    def get_environ(self) -> dict[str, Any]:
        """Return the WSGI environment of the request."""
        self.connection.mark_busy()
        environ: dict[str, Any] = super().get_environ()
        environ[CONNECTION] = self.connection
        self._upgraded = self._connection_upgrade_requested()
        if self._upgraded:
            self.connection.busy = False
            self.connection.upgrade()
        else:
            environ.pop("HTTP_UPGRADE", None)
            chunked = self.headers.get("transfer-encoding") is not None
            expects = environ.get("HTTP_EXPECT", "").lower() == "100-continue"
            self.wsgi_input = environ["wsgi.input"] = Body(
                self, self.content_length or 0, chunked=chunked, expects=expects
            )
        # Compressing each push costs 60 % more CPU and 2.4 times the memory (house plan).
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return environ

    def _connection_upgrade_requested(self) -> bool:
        """Return True for a WebSocket handshake, and for nothing else.

        An upgraded request gets the bare connection instead of a body. The library does that for
        any request with `Connection: upgrade`, which proxies send with every request; reading the
        body of such a POST would block for ever.
        """
        tokens = self.headers.get("connection", "").lower().split(",")
        return (
            self.command == "GET"
            and "upgrade" in [word.strip() for word in tokens]
            and self.headers.get("upgrade", "").strip().lower() == "websocket"
        )

    def _headers(self) -> Iterator[tuple[str, str]]:
        yield from self.headers.environ()

    def _write_with_headers(self, data: bytes) -> None:
        parts: list[bytes] = []
        self._parts = parts
        try:
            super()._write_with_headers(data)  # type: ignore[misc]
        finally:
            self._parts = None
        self._sendall(b"".join(parts))

    def _sendall(self, data: bytes) -> None:
        if self._parts is not None:
            self._parts.append(data)
            return
        waits = self.waits
        self.connection.deadline = (
            self.server.connections.steady() + waits.answer + len(data) / waits.slowest
        )
        super()._sendall(data)  # type: ignore[misc]
        self.connection.deadline = inf
