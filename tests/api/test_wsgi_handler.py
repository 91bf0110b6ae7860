"""HTTP heads on the wire: those of any HTTP client are accepted, all others rejected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any

import gevent.socket
import pytest
from flask import Flask, request

from server.runtime.wsgi_handler import LONGEST_LINE, MOST_LINES, Handler, Head, Server

PLAIN = b"Host: hall\r\nX-Two:  a b \r\nCookie: a=1\r\nCookie: b=2\r\nContent-Length:4\r\n\r\n"


def _head(data: bytes) -> Head:
    return Head(BytesIO(data))


def test_a_head_is_names_and_values() -> None:
    head = _head(PLAIN + b"body")
    assert not head.status
    assert (head.get("HOST"), head.get("x-two")) == ("hall", "a b")
    assert (head.getheader("content-length"), head.get("none", "-")) == ("4", "-")
    assert list(head.environ()) == [
        ("HTTP_HOST", "hall"),
        ("HTTP_X_TWO", "a b"),
        ("HTTP_COOKIE", "a=1"),
        ("HTTP_COOKIE", "b=2"),
    ]


def test_a_header_with_an_underscore_is_not_taken_for_one_with_a_hyphen() -> None:
    head = _head(b"X_Forwarded_For: me\r\nX-Real: you\r\n\r\n")
    assert list(head.environ()) == [("HTTP_X_REAL", "you")]


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
def test_an_invalid_head_is_rejected(line: bytes) -> None:
    end = b"" if line.endswith(b"missing:") else b"\r\n\r\n"
    assert _head(line + end).status


Application = Callable[[dict[str, Any], Any], Any]


@contextmanager
def _serving(application: Application) -> Iterator[gevent.socket.socket]:
    """Yield a connection to a server with this application."""
    server = Server(("127.0.0.1", 0), application, handler_class=Handler, log=None)
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


def test_an_answer_comes_in_one_piece_and_the_connection_stays() -> None:
    with _serving(_echo) as line:
        for _ in range(2):
            line.sendall(b"POST / HTTP/1.1\r\n" + PLAIN + b"body")
            answer = line.recv(65_536)
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert answer.endswith(b"\r\n\r\nbodya=1; b=2")


def test_an_invalid_head_gets_a_400_and_closes_the_connection() -> None:
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
def test_a_body_is_read_whatever_the_upgrade_headers(words: bytes) -> None:
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


def _refused(request: bytes) -> bytes:
    """Return everything that a server answers until it closes the connection."""
    with _serving(_echo) as line:
        line.sendall(request)
        answer = b""
        while more := line.recv(65_536):
            answer += more
        return answer


CHUNKED = b"POST / HTTP/1.1\r\nHost: hall\r\nCookie: a\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nbody",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: +4\r\n\r\nbody",
        b"POST / HTTP/1.1\r\nContent-Length: 1_0\r\n\r\nbody",
        b"POST / HTTP/1.1\r\nContent-Length: -4\r\n\r\nbody",
        b"POST / HTTP/1.1\r\nContent-Length: 0x4\r\n\r\nbody",
        b"HEAD / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody",
        (
            b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
            b"Content-Length: 1\r\n\r\nx"
        ),
        b"GET /\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"GET / HTTP/1.1.1\r\n\r\n",
        b"GET / HTTP/x\r\n\r\n",
        b"get / HTTP/1.1\r\n\r\n",
        b"GET  / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_an_ambiguous_request_is_rejected_and_closes_the_connection(
    request_: bytes, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    assert _refused(request_ + b"GET /smuggled HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    output = caplog.text + "".join(capsys.readouterr())
    assert "a request that is none" in output
    assert "127.0.0.1" not in output
    assert "smuggled" not in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\nbody\r\n0\r\n\r\n",
        b"-4\r\nbody\r\n0\r\n\r\n",
        b"4\nbody\r\n0\r\n\r\n",
        b"4\r\nbodyXX0\r\n\r\n",
        b"fffffffff\r\nbody",
        b"4;" + b"x" * 1000 + b"\r\nbody\r\n0\r\n\r\n",
        b"0\r\nno colon\r\n\r\n",
        b"0\r\n" + b"T: x\r\n" * 100 + b"\r\n",
    ],
)
def test_bad_chunks_are_the_clients_fault(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    answer = _refused_by_flask(CHUNKED + body + b"GET /smuggled HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"smuggled" not in answer
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("body", [b"", b"ab", b"abc"])
def test_a_body_that_breaks_off_is_the_clients_fault(body: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nHost: hall\r\nContent-Length: 4\r\n\r\n"
    answer = _refused_by_flask(head + body, over=True)
    assert answer.startswith(b"HTTP/1.1 400 ")


def _flask() -> Application:
    flask = Flask("body")

    @flask.post("/")
    def read() -> Any:
        return request.get_data()

    return flask


def _refused_by_flask(data: bytes, *, over: bool = False) -> bytes:
    """Return everything that a Flask server answers.

    `over`: the client ends its side of the connection after the data.
    """
    with _serving(_flask()) as line:
        line.sendall(data)
        if over:
            line.shutdown(gevent.socket.SHUT_WR)
        answer = b""
        while more := line.recv(65_536):
            answer += more
        return answer


def test_good_chunks_are_a_body_and_the_connection_stays() -> None:
    with _serving(_flask()) as line:
        for _ in range(2):
            line.sendall(CHUNKED + b"2\r\nbo\r\n2;how=ever\r\ndy\r\n0\r\nX-Trailer: 1\r\n\r\n")
            assert line.recv(65_536).endswith(b"\r\n\r\nbody")


def test_a_client_that_expects_100_continue_gets_it() -> None:
    with _serving(_flask()) as line:
        line.sendall(b"POST / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        assert line.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"body")
        assert line.recv(65_536).endswith(b"\r\n\r\nbody")


def test_an_unread_body_is_dropped_and_a_long_one_closes_the_connection() -> None:
    def deaf(_environ: dict[str, Any], start: Any) -> list[bytes]:
        start("413 TOO LARGE", [])
        return [b"no"]

    with _serving(deaf) as line:
        line.sendall(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody")
        assert line.recv(65_536).startswith(b"HTTP/1.1 413 ")
        line.sendall(b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 300_000)
        assert line.recv(65_536).startswith(b"HTTP/1.1 413 ")
        with suppress(ConnectionError):
            assert line.recv(10) == b""
