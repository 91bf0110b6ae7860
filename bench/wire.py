"""Load clients that cost next to nothing: requests and WebSocket frames written by hand.

`Line` is one kept connection for HTTP; `Screens` are many boards in one loop over epoll. They know
as much of the protocols as this server speaks, and no more.
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


def asking(path: str, who: str, body: Any) -> bytes:
    """A POST with a fresh key; `who` is header lines."""
    data = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{who}"
        f"Idempotency-Key: {uuid.uuid4().hex}\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


def answered(buffer: bytes) -> tuple[int, bytes] | None:
    """Status and body if the whole answer is there."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = buffer[:end].lower()
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    if len(buffer) < end + 4 + length:
        return None
    return int(buffer[9:12]), buffer[end + 4 :]


def opened(port: int) -> socket.socket:
    """A connection to the loopback that sends at once."""
    made = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


class Line:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._socket = opened(port)

    def send(self, path: str, who: str, body: Any) -> None:
        """Ask; `answer` waits."""
        self._socket.sendall(asking(path, who, body))

    def answer(self) -> Any:
        """The answer's JSON; raises RuntimeError unless it is a 200."""
        buffer = b""
        while (found := answered(buffer)) is None:
            more = self._socket.recv(CHUNK)
            if not more:
                raise EOFError("the server hung up")
            buffer += more
        if found[0] != 200:
            raise RuntimeError(found)
        return json.loads(found[1])

    def post(self, path: str, who: str, body: Any) -> Any:
        """Ask and wait."""
        self.send(path, who, body)
        return self.answer()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def _frame(text: str) -> bytes:
    """A client's text frame below 64 kB; the mask is zero, which is a mask like any other."""
    data = text.encode()
    if len(data) < 126:
        head = bytes((0x81, 0x80 | len(data)))
    else:
        head = bytes((0x81, 0xFE)) + len(data).to_bytes(2, "big")
    return head + b"\0\0\0\0" + data


def _payload(buffer: bytearray) -> bytes | None:
    """Take the first whole frame off a buffer."""
    if len(buffer) < 2:
        return None
    length, start = buffer[1], 2
    if length == 126:
        length, start = int.from_bytes(buffer[2:4], "big"), 4
    elif length == 127:
        length, start = int.from_bytes(buffer[2:10], "big"), 10
    if len(buffer) < start + length:
        return None
    found = bytes(buffer[start : start + length])
    del buffer[: start + length]
    return found


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
    """Boards in one loop. `last` is the newest state that any of them was sent."""

    def __init__(self) -> None:
        self._loop = selectors.DefaultSelector()
        self.all: list[_Screen] = []
        self.last = b""
        self._needle = b""
        self._left = 0
        self._latest = 0.0

    def take(self, plain: socket.socket) -> None:
        """A connection that already speaks in frames."""
        self._add(plain).upgraded = True

    def _add(self, made: socket.socket) -> _Screen:
        made.setblocking(False)
        screen = _Screen(made)
        self.all.append(screen)
        self._loop.register(made, selectors.EVENT_READ, screen)
        return screen

    def join(self, port: int, token: str, count: int, *, bare: bool = False) -> None:
        """So many boards more; `bare` boards also listen for bare broadcasts."""
        fresh = []
        for _ in range(count):
            made = opened(port)
            made.sendall(f"{UPGRADE}Authorization: Bearer {token}\r\n\r\n".encode())
            screen = self._add(made)
            fresh.append(screen)
            if len(fresh) % 20 == 0:
                self.pump(lambda: all(s.upgraded for s in fresh))
        self.pump(lambda: all(s.upgraded for s in fresh))
        auth = json.dumps({"surface": "board", "key": "main"})
        for screen in fresh:
            screen.socket.sendall(_frame(f"40/live,{auth}"))
            if bare:
                screen.socket.sendall(_frame("40/bench,"))
        wanted = 2 if bare else 1
        self.pump(lambda: all(s.joined >= wanted and s.frames for s in fresh))

    def expect(self, needle: bytes) -> None:
        """From now on note when each board is sent this."""
        self._needle, self._left = needle, len(self.all)
        for screen in self.all:
            screen.waits = True

    def last_arrival(self) -> float:
        """Wait until every board was sent what is expected; when the last one was."""
        self.pump(lambda: not self._left)
        return self._latest

    def frames(self) -> int:
        """Messages that all boards were sent so far."""
        return sum(screen.frames for screen in self.all)

    def pump(self, done: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Read until `done`; raises TimeoutError."""
        end = time.monotonic() + seconds
        while not done():
            self._turn(min(0.5, max(0.0, end - time.monotonic())))
            if time.monotonic() > end:
                raise TimeoutError("the boards wait in vain")

    def watch(self, seconds: float) -> None:
        """Read for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._turn(left)

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
        while (found := _payload(screen.buffer)) is not None:
            self._heard(screen, found)

    def _heard(self, screen: _Screen, found: bytes) -> None:
        if found == b"2":
            screen.socket.sendall(_frame("3"))
        elif found.startswith(b"42"):
            screen.frames += 1
            if found.startswith(b'42/live,["state"'):
                self.last = found
            if screen.waits and self._needle in found:
                screen.waits = False
                self._left -= 1
                self._latest = time.monotonic()
        elif found.startswith(b"40"):
            screen.joined += 1
        elif found.startswith(b"44"):
            raise RuntimeError(found)

    def state(self) -> dict[str, Any]:
        """The newest state as an envelope."""
        envelope: dict[str, Any] = json.loads(self.last[len(b"42/live,") :])[1]
        return envelope

    def close(self) -> None:
        """Hang up everywhere."""
        for screen in self.all:
            self._loop.unregister(screen.socket)
            screen.socket.close()
        self._loop.close()
