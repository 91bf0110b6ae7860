"""Failing handshakes: the client is rejected, and the log has no error, address or byte of it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from support.hall_server import PATIENCE, free_port

ROOT = Path(__file__).resolve().parents[2]
NAME = "localhost"
MARK = b"Xq7-mark"
"""Bytes in every request that must not appear in the log."""
ASKED = b"GET /socket.io/?EIO=4&transport=websocket&n=" + MARK + b" HTTP/1.1\r\nHost: localhost\r\n"
UPGRADE = b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
VERSION = b"Sec-WebSocket-Version: 13\r\n"
END = b"\r\n"
FAILING = {
    "no upgrade": ASKED + END,
    "no key": ASKED + UPGRADE + VERSION + END,
    "another version": ASKED + UPGRADE + KEY + b"Sec-WebSocket-Version: 8\r\n" + END,
    "half an upgrade": ASKED + b"Upgrade: websocket\r\n" + KEY + VERSION + END,
    "another origin": ASKED + UPGRADE + b"Origin: http://" + MARK + END + KEY + VERSION + END,
    "another line": ASKED.replace(b"&n=", b"&sid=") + UPGRADE + KEY + VERSION + END,
    "another protocol": ASKED.replace(b"EIO=4", b"EIO=3") + UPGRADE + KEY + VERSION + END,
    "another transport": ASKED.replace(b"=websocket", b"=polling") + END,
    "no HTTP": MARK + END + END,
    "TLS on a plain port": b"\x16\x03\x01" + MARK + END + END,
}


@contextmanager
def _serving(folder: Path, toml: str) -> Iterator[int]:
    """Yield the port of a server whose log goes to `folder`/log."""
    (folder / "hall.toml").write_text(toml)
    port = free_port()
    words = ["-m", "server.cli", "serve", "--data", str(folder), "--port", str(port)]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        assert server.stdout is not None
        try:
            assert any(line.startswith("http") for line in server.stdout)
            yield port
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(PATIENCE) == 0
            server.stdout.close()


def _errors(folder: Path) -> list[str]:
    """Return the lines that the server logged as errors."""
    lines = (folder / "log").read_text().splitlines()
    return [line for line in lines if json.loads(line)["level"] not in ("info", "debug")]


def answer_to(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while more := line.recv(4096):
            answer += more
        return answer


def test_invalid_and_flooding_live_connections_are_ended_and_are_no_error(tmp_path: Path) -> None:
    pong, event = b"\x81\x81abcd\x52", b"\x81\x84\0\0\0\x0042[]"
    with _serving(tmp_path, "") as port:
        for name, request in FAILING.items():
            assert answer_to(port, request).startswith(b"HTTP/1.1 400 "), name
        good = answer_to(port, ASKED + UPGRADE + KEY + VERSION + END)
        assert good.startswith(b"HTTP/1.1 101 ")
        assert "sends too much" not in (tmp_path / "log").read_text()
        for flood in (pong, event, b"\x8a\x80abcd", b"\x89\x80abcd"):
            with socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
                line.sendall(ASKED + UPGRADE + KEY + VERSION + END)
                assert line.recv(4096).startswith(b"HTTP/1.1 101 ")
                with contextlib.suppress(ConnectionError):
                    line.sendall(flood * 50_000)
                    while line.recv(65_536):
                        pass
        request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        assert answer_to(port, request).startswith(b"HTTP/1.1 200 ")
    assert _errors(tmp_path) == []
    log = (tmp_path / "log").read_text()
    assert "sends too much" in log
    assert MARK.decode() not in log


def test_a_failed_tls_handshake_is_no_error(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert(NAME)
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    toml = f'tls_certificate = "{tmp_path}/cert.pem"\ntls_key = "{tmp_path}/key.pem"\n'
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with _serving(tmp_path, toml) as port:
        for request in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01" + MARK):
            with contextlib.suppress(ConnectionError):
                assert b"HTTP" not in answer_to(port, request)
        reset = socket.create_connection(("127.0.0.1", port), PATIENCE)
        reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        reset.close()
        stranger = ssl.create_default_context()
        with (
            socket.create_connection(("127.0.0.1", port), PATIENCE) as line,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            stranger.wrap_socket(line, server_hostname=NAME)
        # A correct client is served after all of that has been handled.
        with (
            socket.create_connection(("127.0.0.1", port), PATIENCE) as line,
            trust.wrap_socket(line, server_hostname=NAME) as safe,
        ):
            safe.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert safe.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert _errors(tmp_path) == []
