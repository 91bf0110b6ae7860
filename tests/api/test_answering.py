"""Heads of requests and answers on the wire: what any HTTP client sends, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import gevent.socket
import pytest
from gevent.pywsgi import WSGIServer

from server.answering import LONGEST_LINE, MOST_LINES, Handler, Head

PLAIN = b"Host: hall\r\nX-Two:  a b \r\nCookie: a=1\r\nCookie: b=2\r\nContent-Length:4\r\n\r\n"


def _head(data: bytes) -> Head:
    return Head(BytesIO(data))


def test_a_head_is_names_and_values() -> None:
    found = _head(PLAIN + b"body")
    assert not found.status
    assert (found.get("HOST"), found.get("x-two")) == ("hall", "a b")
    assert (found.getheader("content-length"), found.get("none", "-")) == ("4", "-")
    assert list(found.environ()) == [
        ("HTTP_HOST", "hall"),
        ("HTTP_X_TWO", "a b"),
        ("HTTP_COOKIE", "a=1"),
        ("HTTP_COOKIE", "b=2"),
    ]


def test_a_name_with_an_underscore_passes_for_no_other() -> None:
    found = _head(b"X_Forwarded_For: me\r\nX-Real: you\r\n\r\n")
    assert list(found.environ()) == [("HTTP_X_REAL", "you")]


@pytest.mark.parametrize(
    "line",
    [
        b"no colon",
        b"Name : space before the colon",
        b" folded: line",
        b": no name",
        b"N\xc3\xa4me: not ASCII",
        b"Name: a\0b",
        b"Name: a\rb",
        b"Host: hall\r\nHost: other",
        b"Content-Length: 1\r\nContent-length: 2",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        b"Name: " + b"x" * LONGEST_LINE,
        b"\r\n".join([b"Name: x"] * MOST_LINES),
        b"the end is missing:",
    ],
)
def test_what_is_not_a_head_is_refused(line: bytes) -> None:
    end = b"" if line.endswith(b"missing:") else b"\r\n\r\n"
    assert _head(line + end).status


Application = Callable[[dict[str, Any], Any], Any]


@contextmanager
def _serving(application: Application) -> Iterator[gevent.socket.socket]:
    """A server with this application, and a line to it."""
    server = WSGIServer(("127.0.0.1", 0), application, handler_class=Handler, log=None)
    server.start()
    line = gevent.socket.create_connection(("127.0.0.1", server.server_port), timeout=5)
    try:
        yield line
    finally:
        line.close()
        server.stop(timeout=1)


def _echo(environ: dict[str, Any], start: Any) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read() + environ["HTTP_COOKIE"].encode()]


def test_an_answer_comes_in_one_piece_and_the_line_stays() -> None:
    with _serving(_echo) as line:
        for _ in range(2):
            line.sendall(b"POST / HTTP/1.1\r\n" + PLAIN + b"body")
            answer = line.recv(65_536)
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert answer.endswith(b"\r\n\r\nbodya=1; b=2")


def test_what_is_no_head_gets_a_400_and_the_line_ends() -> None:
    with _serving(_echo) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: hall\r\n folded: line\r\n\r\n")
        assert line.recv(65_536).startswith(b"HTTP/1.1 400 ")
        assert line.recv(10) == b""


@pytest.mark.parametrize(
    "words",
    [
        b"Connection: upgrade\r\n",
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n",
        b"Connection: keep-alive\r\nUpgrade: websocket\r\n",
        b"Connection: upgrade\r\nUpgrade: websocket\r\n",
        b"Upgrade: websocket\r\n",
    ],
)
def test_a_body_is_read_whatever_is_said_of_upgrades(words: bytes) -> None:
    with _serving(_echo) as line:
        for _ in range(2):
            line.sendall(b"POST / HTTP/1.1\r\n" + words + PLAIN + b"body")
            answer = line.recv(65_536)
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert answer.endswith(b"\r\n\r\nbodya=1; b=2")


@pytest.mark.parametrize("words", [b"Upgrade", b"keep-alive, upgrade"])
def test_a_handshake_is_given_the_connection(words: bytes) -> None:
    def raw(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [str(environ["wsgi.input_terminated"]).encode()]

    with _serving(raw) as line:
        line.sendall(
            b"GET / HTTP/1.1\r\nHost: hall\r\nUpgrade: WebSocket\r\nConnection: "
            + words
            + b"\r\n\r\n"
        )
        assert line.recv(65_536).endswith(b"\r\n\r\nFalse")
