"""HTTP as gevent's server speaks it, less what it costs: heads read plainly, answers in one write.

The library reads heads with the parser for mail, which takes longer than all routing and checking
of a request, and takes lines that no HTTP client sends. Here a line is a name and a value or the
request is refused. It sends head and body of an answer apart, which wakes the client twice.
Nothing here knows what is asked for.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import gevent
from gevent.pywsgi import WSGIHandler, WSGIServer
from gevent.socket import IPPROTO_TCP, TCP_NODELAY

log = logging.getLogger(__name__)
LONGEST_LINE = 65_536
MOST_LINES = 100
_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n\0]*?)[ \t]*\r?\n")
ONCE = frozenset({"content-length", "transfer-encoding", "host"})
"""What a proxy before us may have read otherwise, had it come twice."""
APART = frozenset({"content-type", "content-length"})
"""What WSGI has under names of their own."""


class Head:
    """The head of a request, as the library asks for it. `status` says what is wrong with it."""

    def __init__(self, lines: BinaryIO) -> None:
        self.status = ""
        self._all: list[tuple[str, str]] = []
        self._first: dict[str, str] = {}
        for _ in range(MOST_LINES):
            line = lines.readline(LONGEST_LINE + 1)
            if line in (b"\r\n", b"\n", b""):
                return
            found = _LINE.fullmatch(line)
            if found is None:
                break
            name, value = found[1].decode("ascii"), found[2].decode("latin-1")
            known = name.lower()
            if known in self._first and known in ONCE:
                break
            self._first.setdefault(known, value)
            self._all.append((name, value))
        self.status = "not a head"

    def get(self, name: str, default: Any = None) -> Any:
        """The first value under a name."""
        return self._first.get(name.lower(), default)

    getheader = get

    def __delitem__(self, name: str) -> None:
        """Forget a value."""
        self._first.pop(name.lower(), None)

    @property
    def typeheader(self) -> str | None:
        """What the body is."""
        return self._first.get("content-type")

    def environ(self) -> Iterator[tuple[str, str]]:
        """Names and values as WSGI wants them. A name with `_` could pass for one with `-`."""
        for name, value in self._all:
            if "_" not in name and name.lower() not in APART:
                yield "HTTP_" + name.replace("-", "_").upper(), value


class Server(WSGIServer):
    """The library's server; a client's fault in a handshake of TLS is no error of ours."""

    def wrap_socket_and_handle(self, client_socket: Any, address: Any) -> Any:
        """Serve a connection behind TLS."""
        library: Any = self
        try:
            wrapped = library.wrap_socket(client_socket, **library.ssl_args)
        except OSError as error:  # SSLError is one
            log.info("no TLS was agreed on (%s)", type(error).__name__)
            client_socket.close()
            return None
        try:
            return self.handle(wrapped, address)
        finally:
            wrapped.close()


class Handler(WSGIHandler):
    """One connection. Without TCP_NODELAY an answer in two parts waits 40 ms."""

    MessageClass = staticmethod(lambda lines, _seekable: Head(lines))  # type: ignore[assignment]
    headers: Any

    def __init__(self, sock: Any, address: Any, server: Any, rfile: Any = None) -> None:
        sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        self._upgraded = False
        self._parts: list[bytes] | None = None
        super().__init__(sock, address, server, rfile)  # type: ignore[call-arg]

    def handle_one_request(self) -> Any:
        """A connection that was a WebSocket has nothing more to say in HTTP."""
        result = super().handle_one_request()
        # A client that asks again at once would be answered again before anybody else is.
        gevent.sleep(0)
        return None if self._upgraded else result

    def log_request(self) -> None:
        """Requests are logged by the app, without addresses and queries."""

    def log_error(self, msg: str, *_args: Any) -> None:  # noqa: ARG002 - the library's name
        """Log a client's fault as that, without its address and its bytes."""
        log.info("a request that is none is refused")

    def get_environ(self) -> dict[str, Any]:
        """What the application is told of the request."""
        environ: dict[str, Any] = super().get_environ()
        self._upgraded = self._connection_upgrade_requested()
        if not self._upgraded:
            environ.pop("HTTP_UPGRADE", None)
        # Compressing each push costs 60 % more CPU and 2.4 times the memory (house plan).
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return environ

    def _connection_upgrade_requested(self) -> bool:
        """Return True for a WebSocket handshake, and for nothing else.

        Such a request is given the bare connection instead of a body. The library does that for any
        request with `Connection: upgrade`, which proxies send along with everything: whoever reads
        the body of such a POST waits for ever.
        """
        wanted = self.headers.get("connection", "").lower().split(",")
        return (
            self.command == "GET"
            and "upgrade" in [word.strip() for word in wanted]
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
        else:
            super()._sendall(data)  # type: ignore[misc]
