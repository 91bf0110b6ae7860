"""Floods by name, each a process that ends by itself: `python -m bench.attack.floods`.

All traffic comes from one loopback address, which the honest clerks use too, as in a hall behind
one public address. A flood that is cut off or rejected starts again at once, no faster than a
gigabit carries. At the end it prints its counts as JSON.
"""

from __future__ import annotations

import argparse
import json
import secrets
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bench.load_clients import UPGRADE

HEAD = "Host: 127.0.0.1\r\nContent-Type: application/json\r\n"
CHUNK = 1 << 16
PER_SECOND = 410 * 1024
"""Bytes per second of a flooded live connection."""
LARGE = 20 * 1024 * 1024
NETWORK = 125_000_000
"""Bytes per second of a gigabit.

A stranger has no more, and this machine must serve at the same time.
"""
STRANGERS = 70
BOOKED_ITEM = "zrzy-07"
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
NEW_SECONDS = 0.003
"""Seconds between two new connections of one thread."""
ANSWER_SECONDS = 5.0
PAUSE = 0.02


@dataclass
class Flood:
    """One flood: port, end time, token to present, and counts of the results."""

    port: int
    until: float
    token: str = ""
    counts: Counter[str] = field(default_factory=Counter)

    def open(self) -> socket.socket:
        """Open a connection to the hall."""
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_SECONDS)
        self.counts["connections"] += 1
        return sock

    @property
    def over(self) -> bool:
        """True after the end time."""
        return time.monotonic() > self.until

    def repeat(self, work: Callable[[], None]) -> None:
        """Repeat something until the end, whatever breaks."""
        while not self.over:
            try:
                work()
            except OSError:
                self.counts["cut off"] += 1
                time.sleep(PAUSE)

    def side_by_side(self, count: int, work: Callable[[], None]) -> None:
        """Repeat something in `count` threads."""
        threads = [threading.Thread(target=self.repeat, args=(work,)) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def drain(self, line: socket.socket) -> None:
        """Read and count responses until the end."""
        with suppress(OSError):
            while not self.over:
                more = line.recv(CHUNK)
                if not more:
                    return
                for status in (200, 400, 401, 404, 409, 413, 429, 503):
                    count = more.count(b"HTTP/1.1 %d " % status)
                    if count:
                        self.counts[str(status)] += count

    def pipelined(self, request: Callable[[], bytes]) -> None:
        """Send requests on one connection without waiting for responses."""
        with self.open() as line:
            reader = threading.Thread(target=self.drain, args=(line,), daemon=True)
            reader.start()
            while not self.over:
                line.sendall(request() * 20)
                self.counts["asked"] += 20
            line.shutdown(socket.SHUT_RDWR)

    def request_loop(self, request: Callable[[], bytes]) -> None:
        """Send requests on one connection, each after the response to the one before."""
        with self.open() as line:
            while not self.over:
                line.sendall(request())
                self.counts["asked"] += 1
                more = line.recv(CHUNK)
                if not more:
                    return
                self.counts[more[9:12].decode("latin-1")] += 1

    def send_frames(self, frame: bytes) -> None:
        """Repeat a frame on one anonymous live connection, 410 KiB per second."""
        with self.open() as line:
            line.sendall(UPGRADE.encode() + b"\r\n")
            if not line.recv(CHUNK).startswith(b"HTTP/1.1 101"):
                self.counts["no line"] += 1
                time.sleep(PAUSE)
                return
            self.counts["lines"] += 1
            many = frame * max(1, 8192 // len(frame))
            while not self.over:
                line.sendall(many)
                self.counts["bytes"] += len(many)
                time.sleep(len(many) / PER_SECOND)


def _posted(path: str, body: bytes, more: str = "") -> bytes:
    key = secrets.token_hex(8)
    head = f"POST /api/v1{path} HTTP/1.1\r\n{HEAD}{more}Idempotency-Key: {key}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _frame(text: bytes, opcode: int = 1) -> bytes:
    assert len(text) < 126
    return bytes((0x80 | opcode, 0x80 | len(text))) + b"\0\0\0\0" + text


def openapi(flood: Flood) -> None:
    """Request the description of the API, pipelined."""
    question = f"GET /api/openapi.json HTTP/1.1\r\n{HEAD}\r\n".encode()
    flood.repeat(lambda: flood.pipelined(lambda: question))


def events(flood: Flood) -> None:
    """Send events for a namespace that was never joined."""
    flood.repeat(lambda: flood.send_frames(_frame(b'42/live,["hello",{"a":1}]')))


def acks(flood: Flood) -> None:
    """Send acknowledgements without a request."""
    flood.repeat(lambda: flood.send_frames(_frame(b"43/live,1[]")))


def pongs(flood: Flood) -> None:
    """Send answers to pings that were not sent, of Engine.IO and of the WebSocket."""
    flood.repeat(lambda: flood.send_frames(_frame(b"3") + _frame(b"", 10) + _frame(b"", 9)))


def lines(flood: Flood) -> None:
    """Open and leave live connections."""

    def open_one() -> None:
        with flood.open() as line:
            line.sendall(UPGRADE.encode() + b"\r\n")
            flood.counts[line.recv(CHUNK)[9:12].decode("latin-1")] += 1
        time.sleep(NEW_SECONDS)

    flood.side_by_side(4, open_one)


def bodies(flood: Flood) -> None:
    """Send seventy bodies of 20 MiB at once."""

    def send_body() -> None:
        with flood.open() as line:
            head = f"POST /api/v1/login HTTP/1.1\r\n{HEAD}Content-Length: {LARGE}\r\n\r\n"
            line.sendall(head.encode())
            sent = 0
            while sent < LARGE and not flood.over:
                line.sendall(b"x" * CHUNK)
                sent += CHUNK
                flood.counts["bytes"] += CHUNK
                time.sleep(STRANGERS * CHUNK / NETWORK)

    flood.side_by_side(STRANGERS, send_body)


def idle(flood: Flood) -> None:
    """Hold as many connections as the file limit allows: silent, or a byte now and then."""
    connections: list[socket.socket] = []
    while not flood.over:
        try:
            line = flood.open()
            line.setblocking(False)
            if len(connections) % 2:
                line.send(b"GET / HTTP/1.1\r\nX-Slow: ")
            connections.append(line)
            time.sleep(NEW_SECONDS)
        except OSError:
            flood.counts["cut off"] += 1
            time.sleep(PAUSE)
        if len(connections) > 1500:
            connections.pop(0).close()
        if len(connections) % 50 == 0:
            for line in connections[1::2]:
                with suppress(OSError):
                    line.send(b"a")
    for line in connections:
        line.close()


def logins(flood: Flood) -> None:
    """Guess passwords, thirty-seven at once, again and again."""

    def guess() -> bytes:
        body = {"staff": "1002", "password": secrets.token_hex(6)}
        return _posted("/login", json.dumps(body).encode())

    flood.side_by_side(37, lambda: flood.request_loop(guess))


def phones(flood: Flood) -> None:
    """Guess tickets' tokens."""

    def guess() -> bytes:
        return f"GET /api/v1/phone/{secrets.token_urlsafe(16)} HTTP/1.1\r\n{HEAD}\r\n".encode()

    flood.side_by_side(8, lambda: flood.request_loop(guess))


def codes(flood: Flood) -> None:
    """Guess codes of appointments."""

    def guess() -> bytes:
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
        return _posted("/appointments/find", json.dumps({"code": code}).encode())

    flood.side_by_side(8, lambda: flood.request_loop(guess))


def holds(flood: Flood) -> None:
    """Hold seats with many telephones, to keep them from others."""

    def hold() -> bytes:
        phone = f"139{secrets.randbelow(10**8):08d}"
        body = {"item": BOOKED_ITEM, "day": "2026-11-25", "start": "09:30", "phone": phone}
        return _posted("/appointments/hold", json.dumps(body).encode())

    flood.side_by_side(8, lambda: flood.request_loop(hold))


def tokens(flood: Flood) -> None:
    """Guess devices' tokens."""

    def guess() -> bytes:
        shown = f"Authorization: Bearer {secrets.token_urlsafe(32)}\r\n"
        return f"GET /api/v1/session HTTP/1.1\r\n{HEAD}{shown}\r\n".encode()

    flood.side_by_side(8, lambda: flood.request_loop(guess))


def kiosk(flood: Flood) -> None:
    """Take one number after another with a kiosk's token."""
    shown = f"Authorization: Bearer {flood.token}\r\n"
    body = json.dumps({"item": "zrzy-01", "applicant": "ordinary", "print": False}).encode()
    flood.side_by_side(4, lambda: flood.request_loop(lambda: _posted("/tickets", body, shown)))


def pages(flood: Flood) -> None:
    """Request pages and addresses that do not exist."""
    several = (
        f"GET /login HTTP/1.1\r\n{HEAD}\r\nGET /nothing HTTP/1.1\r\n{HEAD}\r\n"
        f"GET /static/nothing.js HTTP/1.1\r\n{HEAD}\r\nGET /healthz HTTP/1.1\r\n{HEAD}\r\n"
    ).encode()
    flood.side_by_side(4, lambda: flood.pipelined(lambda: several))


FLOODS: dict[str, Callable[[Flood], None]] = {
    flood.__name__: flood
    for flood in (
        openapi, events, acks, pongs, lines, bodies, idle, kiosk, phones, pages, tokens, logins,
        codes, holds,
    )
}  # fmt: skip


def main() -> None:
    """Flood for some seconds and print the counts."""
    options = argparse.ArgumentParser()
    options.add_argument("name", choices=list(FLOODS))
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--seconds", type=float, required=True)
    options.add_argument("--token", default="")
    chosen = options.parse_args()
    flood = Flood(chosen.port, time.monotonic() + chosen.seconds, chosen.token)
    FLOODS[chosen.name](flood)
    sys.stdout.write(json.dumps(flood.counts))


if __name__ == "__main__":
    main()
