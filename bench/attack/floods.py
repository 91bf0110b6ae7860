"""Floods by name, each a process of its own that ends by itself: `python -m bench.attack.floods`.

Everything comes from one address of the loopback, the one that the honest clerks come from too, as
in a hall behind one public address. A flood that is cut off or refused begins anew at once, no
faster than a gigabit carries. At the end it prints, as JSON, what it did and what came back.
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

from bench.wire import UPGRADE

HEAD = "Host: 127.0.0.1\r\nContent-Type: application/json\r\n"
CHUNK = 1 << 16
PER_SECOND = 410 * 1024
"""Bytes of a flooded live line."""
LARGE = 20 * 1024 * 1024
NETWORK = 125_000_000
"""Bytes a second of a gigabit: a stranger has no more, and this machine must serve beside it."""
STRANGERS = 70
NEW_SECONDS = 0.003
"""Between two new connections of one thread."""
ANSWER_SECONDS = 5.0
PAUSE = 0.02


@dataclass
class Flood:
    """One flood: its port, its end, the token that it shows, and the counts of what came of it."""

    port: int
    until: float
    token: str = ""
    seen: Counter[str] = field(default_factory=Counter)

    def open(self) -> socket.socket:
        """A connection to the hall."""
        made = socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_SECONDS)
        self.seen["connections"] += 1
        return made

    @property
    def over(self) -> bool:
        """Return True when it is time to end."""
        return time.monotonic() > self.until

    def again(self, what: Callable[[], None]) -> None:
        """Do something until the end, whatever breaks."""
        while not self.over:
            try:
                what()
            except OSError:
                self.seen["cut off"] += 1
                time.sleep(PAUSE)

    def side_by_side(self, count: int, what: Callable[[], None]) -> None:
        """The same in so many threads."""
        threads = [threading.Thread(target=self.again, args=(what,)) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def drain(self, line: socket.socket) -> None:
        """Read and count answers until the end."""
        with suppress(OSError):
            while not self.over:
                more = line.recv(CHUNK)
                if not more:
                    return
                for status in (200, 400, 401, 404, 409, 413, 429, 503):
                    count = more.count(b"HTTP/1.1 %d " % status)
                    if count:
                        self.seen[str(status)] += count

    def pipelined(self, request: Callable[[], bytes]) -> None:
        """One connection that asks without waiting for answers."""
        with self.open() as line:
            reader = threading.Thread(target=self.drain, args=(line,), daemon=True)
            reader.start()
            while not self.over:
                line.sendall(request() * 20)
                self.seen["asked"] += 20
            line.shutdown(socket.SHUT_RDWR)

    def asked(self, request: Callable[[], bytes]) -> None:
        """One connection that waits for each answer."""
        with self.open() as line:
            while not self.over:
                line.sendall(request())
                self.seen["asked"] += 1
                more = line.recv(CHUNK)
                if not more:
                    return
                self.seen[more[9:12].decode("latin-1")] += 1

    def spoken(self, frame: bytes) -> None:
        """One anonymous live line that says the same again and again, 410 KiB a second."""
        with self.open() as line:
            line.sendall(UPGRADE.encode() + b"\r\n")
            if not line.recv(CHUNK).startswith(b"HTTP/1.1 101"):
                self.seen["no line"] += 1
                time.sleep(PAUSE)
                return
            self.seen["lines"] += 1
            many = frame * max(1, 8192 // len(frame))
            while not self.over:
                line.sendall(many)
                self.seen["bytes"] += len(many)
                time.sleep(len(many) / PER_SECOND)


def _posted(path: str, body: bytes, more: str = "") -> bytes:
    key = secrets.token_hex(8)
    head = f"POST /api/v1{path} HTTP/1.1\r\n{HEAD}{more}Idempotency-Key: {key}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _frame(text: bytes, opcode: int = 1) -> bytes:
    assert len(text) < 126
    return bytes((0x80 | opcode, 0x80 | len(text))) + b"\0\0\0\0" + text


def openapi(flood: Flood) -> None:
    """The description of the API, pipelined."""
    question = f"GET /api/openapi.json HTTP/1.1\r\n{HEAD}\r\n".encode()
    flood.again(lambda: flood.pipelined(lambda: question))


def events(flood: Flood) -> None:
    """Events for a namespace that was never joined."""
    flood.again(lambda: flood.spoken(_frame(b'42/live,["hello",{"a":1}]')))


def acks(flood: Flood) -> None:
    """Answers that nobody asked for."""
    flood.again(lambda: flood.spoken(_frame(b"43/live,1[]")))


def pongs(flood: Flood) -> None:
    """Answers to pings that were not sent, of Engine.IO and of the WebSocket."""
    flood.again(lambda: flood.spoken(_frame(b"3") + _frame(b"", 10) + _frame(b"", 9)))


def lines(flood: Flood) -> None:
    """Live lines opened and left."""

    def open_one() -> None:
        with flood.open() as line:
            line.sendall(UPGRADE.encode() + b"\r\n")
            flood.seen[line.recv(CHUNK)[9:12].decode("latin-1")] += 1
        time.sleep(NEW_SECONDS)

    flood.side_by_side(4, open_one)


def bodies(flood: Flood) -> None:
    """Seventy strangers, each with a body of 20 MiB."""

    def one() -> None:
        with flood.open() as line:
            head = f"POST /api/v1/login HTTP/1.1\r\n{HEAD}Content-Length: {LARGE}\r\n\r\n"
            line.sendall(head.encode())
            sent = 0
            while sent < LARGE and not flood.over:
                line.sendall(b"x" * CHUNK)
                sent += CHUNK
                flood.seen["bytes"] += CHUNK
                time.sleep(STRANGERS * CHUNK / NETWORK)

    flood.side_by_side(STRANGERS, one)


def idle(flood: Flood) -> None:
    """Connections that say nothing, or a byte now and then, as many as there may be files."""
    held: list[socket.socket] = []
    while not flood.over:
        try:
            line = flood.open()
            line.setblocking(False)
            if len(held) % 2:
                line.send(b"GET / HTTP/1.1\r\nX-Slow: ")
            held.append(line)
            time.sleep(NEW_SECONDS)
        except OSError:
            flood.seen["cut off"] += 1
            time.sleep(PAUSE)
        if len(held) > 1500:
            held.pop(0).close()
        if len(held) % 50 == 0:
            for line in held[1::2]:
                with suppress(OSError):
                    line.send(b"a")
    for line in held:
        line.close()


def logins(flood: Flood) -> None:
    """Thirty-seven guesses of a password at once, and again."""

    def guess() -> bytes:
        body = {"staff": "1002", "password": secrets.token_hex(6)}
        return _posted("/login", json.dumps(body).encode())

    flood.side_by_side(37, lambda: flood.asked(guess))


def phones(flood: Flood) -> None:
    """Guesses of a ticket's token."""

    def guess() -> bytes:
        return f"GET /api/v1/phone/{secrets.token_urlsafe(16)} HTTP/1.1\r\n{HEAD}\r\n".encode()

    flood.side_by_side(8, lambda: flood.asked(guess))


def tokens(flood: Flood) -> None:
    """Guesses of a device's token."""

    def guess() -> bytes:
        shown = f"Authorization: Bearer {secrets.token_urlsafe(32)}\r\n"
        return f"GET /api/v1/session HTTP/1.1\r\n{HEAD}{shown}\r\n".encode()

    flood.side_by_side(8, lambda: flood.asked(guess))


def kiosk(flood: Flood) -> None:
    """A kiosk that takes one number after another."""
    shown = f"Authorization: Bearer {flood.token}\r\n"
    body = json.dumps({"item": "zrzy-01", "applicant": "ordinary", "print": False}).encode()
    flood.side_by_side(4, lambda: flood.asked(lambda: _posted("/tickets", body, shown)))


def pages(flood: Flood) -> None:
    """Pages and addresses that lead nowhere."""
    several = (
        f"GET /login HTTP/1.1\r\n{HEAD}\r\nGET /nothing HTTP/1.1\r\n{HEAD}\r\n"
        f"GET /static/nothing.js HTTP/1.1\r\n{HEAD}\r\nGET /healthz HTTP/1.1\r\n{HEAD}\r\n"
    ).encode()
    flood.side_by_side(4, lambda: flood.pipelined(lambda: several))


FLOODS: dict[str, Callable[[Flood], None]] = {
    one.__name__: one
    for one in (
        openapi, events, acks, pongs, lines, bodies, idle, kiosk, phones, pages, tokens, logins,
    )
}  # fmt: skip


def main() -> None:
    """Flood for some seconds and say what came of it."""
    options = argparse.ArgumentParser()
    options.add_argument("name", choices=list(FLOODS))
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--seconds", type=float, required=True)
    options.add_argument("--token", default="")
    chosen = options.parse_args()
    flood = Flood(chosen.port, time.monotonic() + chosen.seconds, chosen.token)
    FLOODS[chosen.name](flood)
    sys.stdout.write(json.dumps(flood.seen))


if __name__ == "__main__":
    main()
