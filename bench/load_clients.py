"""Cheap load clients: HTTP requests and WebSocket frames written by hand.

`Connection` is one persistent HTTP connection. `Screens` are many boards in one epoll loop. They
implement only the parts of the protocols that this server uses.
"""

from __future__ import annotations

import json
import selectors
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

CHUNK = 1 << 18
PATIENCE = 30.0


def post_request(path: str, headers: str, body: Any) -> bytes:
    """Return a POST request with a fresh idempotency key; `headers` are header lines."""
    data = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{headers}"
        f"Idempotency-Key: {uuid.uuid4().hex}\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


def parse_response(buffer: bytes) -> tuple[int, bytes] | None:
    """Return status and body of the first response; None until it is complete."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = buffer[:end].lower()
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    if len(buffer) < end + 4 + length:
        return None
    return int(buffer[9:12]), buffer[end + 4 :]


def connect(port: int) -> socket.socket:
    """Return a connection to the loopback without send delay (TCP_NODELAY)."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


class Connection:
    """One persistent connection."""

    def __init__(self, port: int) -> None:
        self._socket = connect(port)

    def send(self, path: str, headers: str, body: Any) -> None:
        """Send a request; `answer` waits for the response."""
        self._socket.sendall(post_request(path, headers, body))

    def answer(self) -> Any:
        """Return the response's JSON. Raises RuntimeError unless the status is 200."""
        buffer = b""
        while (response := parse_response(buffer)) is None:
            more = self._socket.recv(CHUNK)
            if not more:
                raise EOFError("the server hung up")
            buffer += more
        if response[0] != 200:
            raise RuntimeError(response)
        return json.loads(response[1])

    def post(self, path: str, headers: str, body: Any) -> Any:
        """Send a request and return the response's JSON."""
        self.send(path, headers, body)
        return self.answer()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def _frame(text: str) -> bytes:
    """Return a client's text frame below 64 kB; the mask is zero, which is a valid mask."""
    data = text.encode()
    if len(data) < 126:
        head = bytes((0x81, 0x80 | len(data)))
    else:
        head = bytes((0x81, 0xFE)) + len(data).to_bytes(2, "big")
    return head + b"\0\0\0\0" + data


def _payload(buffer: bytearray) -> bytes | None:
    """Remove the first complete frame from a buffer and return its payload."""
    if len(buffer) < 2:
        return None
    length, start = buffer[1], 2
    if length == 126:
        length, start = int.from_bytes(buffer[2:4], "big"), 4
    elif length == 127:
        length, start = int.from_bytes(buffer[2:10], "big"), 10
    if len(buffer) < start + length:
        return None
    payload = bytes(buffer[start : start + length])
    del buffer[: start + length]
    return payload


UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


@dataclass(slots=True, eq=False)
class _Screen:
    socket: socket.socket
    buffer: bytearray = field(default_factory=bytearray)
    upgraded: bool = False
    joined: int = 0
    frames: int = 0
    waits: bool = False


class Screens:
    """Boards in one loop. `last` is the newest state that any of them received."""

    def __init__(self) -> None:
        self._loop = selectors.DefaultSelector()
        self.all: list[_Screen] = []
        self.last = b""
        self._needle = b""
        self._left = 0
        self._latest = 0.0

    def add_connected(self, plain: socket.socket) -> None:
        """Add a connection that already uses WebSocket frames."""
        self._add(plain).upgraded = True

    def _add(self, sock: socket.socket) -> _Screen:
        sock.setblocking(False)
        screen = _Screen(sock)
        self.all.append(screen)
        self._loop.register(sock, selectors.EVENT_READ, screen)
        return screen

    def join(self, port: int, token: str, count: int, *, bare: bool = False) -> None:
        """Connect `count` more boards; `bare` boards also subscribe to the plain broadcasts."""
        fresh = []
        for _ in range(count):
            sock = connect(port)
            sock.sendall(f"{UPGRADE}Authorization: Bearer {token}\r\n\r\n".encode())
            screen = self._add(sock)
            fresh.append(screen)
            if len(fresh) % 20 == 0:
                self.pump(lambda: all(s.upgraded for s in fresh))
        self.pump(lambda: all(s.upgraded for s in fresh))
        auth = json.dumps({"surface": "board", "key": "main"})
        for screen in fresh:
            screen.socket.sendall(_frame(f"40/live,{auth}"))
            if bare:
                screen.socket.sendall(_frame("40/bench,"))
        namespaces = 2 if bare else 1
        self.pump(lambda: all(s.joined >= namespaces and s.frames for s in fresh))

    def expect(self, needle: bytes) -> None:
        """Note for each board the arrival of the next message that contains `needle`."""
        self._needle, self._left = needle, len(self.all)
        for screen in self.all:
            screen.waits = True

    def last_arrival(self) -> float:
        """Wait until every board has received the expected message; return the time of the last."""
        self.pump(lambda: not self._left)
        return self._latest

    def frames(self) -> int:
        """Return the number of messages that all boards received so far."""
        return sum(screen.frames for screen in self.all)

    def pump(self, done: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Read until `done` returns True. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while not done():
            self._turn(min(0.5, max(0.0, end - time.monotonic())))
            if time.monotonic() > end:
                raise TimeoutError("the boards wait in vain")

    def watch(self, seconds: float) -> None:
        """Read for `seconds`."""
        end = time.monotonic() + seconds
        while (remaining := end - time.monotonic()) > 0:
            self._turn(remaining)

    def _turn(self, seconds: float) -> None:
        for key, _ in self._loop.select(seconds):
            screen = key.data
            try:
                more = screen.socket.recv(CHUNK)
            except BlockingIOError:
                continue
            if not more:
                raise EOFError("the server hung up on a board")
            screen.buffer += more
            self._read(screen)

    def _read(self, screen: _Screen) -> None:
        if not screen.upgraded:
            end = screen.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not screen.buffer.startswith(b"HTTP/1.1 101"):
                raise RuntimeError(bytes(screen.buffer[:200]))
            del screen.buffer[: end + 4]
            screen.upgraded = True
        while (payload := _payload(screen.buffer)) is not None:
            self._handle(screen, payload)

    def _handle(self, screen: _Screen, payload: bytes) -> None:
        if payload == b"2":
            screen.socket.sendall(_frame("3"))
        elif payload.startswith(b"42"):
            screen.frames += 1
            if payload.startswith(b'42/live,["state"'):
                self.last = payload
            if screen.waits and self._needle in payload:
                screen.waits = False
                self._left -= 1
                self._latest = time.monotonic()
        elif payload.startswith(b"40"):
            screen.joined += 1
        elif payload.startswith(b"44"):
            raise RuntimeError(payload)

    def state(self) -> dict[str, Any]:
        """Return the newest state as an envelope."""
        envelope: dict[str, Any] = json.loads(self.last[len(b"42/live,") :])[1]
        return envelope

    def close(self) -> None:
        """Close all connections."""
        for screen in self.all:
            self._loop.unregister(screen.socket)
            screen.socket.close()
        self._loop.close()
