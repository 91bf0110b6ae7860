"""Direct writes of live messages to sockets: same bytes, same order, queued where necessary."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import gevent
import gevent.socket
import pytest
from wsproto import WSConnection
from wsproto.connection import Connection, ConnectionType
from wsproto.events import Request, TextMessage

from server.live.broadcast import JOIN_SECONDS, answers_ping, frame_text
from server.live.broadcast import _Socket as Hearing
from support.line_process import LineProcess

PATIENCE = 60.0
PING, PONG_TEXT = "2", "3"
STATE = "42/live,"
GREENLETS_PER_CLIENT = 2
"""One that reads a client's messages and one that writes its queue."""


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_frame_is_valid_for_any_client(size: int) -> None:
    text = "厅" * (size // 3) + "x" * (size % 3)
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(frame_text(text))
    messages = [event for event in client.events() if isinstance(event, TextMessage)]
    assert "".join(event.data for event in messages) == text
    assert messages[-1].message_finished


class Client:
    """WebSocket client that sees each frame: a TCP connection and the protocol library's parser."""

    def __init__(self, port: int, *, buffer: int = 0, joins: bool = True) -> None:
        self._socket = socket.socket()
        if buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(("127.0.0.1", port))
        self._protocol = WSConnection(ConnectionType.CLIENT)
        target = "/socket.io/?EIO=4&transport=websocket"
        self._socket.sendall(self._protocol.send(Request(host="hall", target=target)))
        self._texts: list[str] = []
        self._half = ""
        assert self.read().startswith("0{")
        if joins:
            self.write("40/live,")
            assert self.read().startswith("40/live,{")

    def write(self, text: str) -> None:
        """Send one text message."""
        self._socket.sendall(self._protocol.send(TextMessage(text)))

    def read(self) -> str:
        """Return the next text message; "" once the server has closed the connection."""
        while not self._texts:
            data = self._receive()
            if not data:
                return ""
            self._protocol.receive_data(data)
            for event in self._protocol.events():
                if isinstance(event, TextMessage):
                    self._half += event.data
                    if event.message_finished:
                        self._texts.append(self._half)
                        self._half = ""
        return self._texts.pop(0)

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(65_536)
        except ConnectionResetError:
            return b""

    def read_state(self) -> dict[str, Any]:
        """Return the next state that was sent; pings before it are left out."""
        while (text := self.read()) == PING:
            pass
        assert text.startswith(STATE), text[:40]
        state: dict[str, Any] = json.loads(text.removeprefix(STATE))[1]
        return state

    def echo(self, text: str) -> str:
        """Return what the server answers to a message, which it has read by then."""
        self.write(f'42/live,7["echo",{json.dumps(text)}]')
        while (answer := self.read()) == PING:
            pass
        return str(json.loads(answer.removeprefix("43/live,7"))[0])

    def close(self) -> None:
        """Close the connection without a farewell."""
        self._socket.close()


class Broadcaster:
    """Server process with its clients."""

    def __init__(self, process: LineProcess) -> None:
        self._process = process
        self._port = int(process.read_json()["port"])
        self._clients: list[Client] = []

    def add(self, **how: Any) -> Client:
        """Connect one more client."""
        self._clients.append(Client(self._port, **how))
        return self._clients[-1]

    def remove_all(self) -> None:
        """Close all clients and wait until the server has forgotten them."""
        while self._clients:
            self._clients.pop().close()
        deadline = time.monotonic() + PATIENCE
        while self.tell("ping 0")["sockets"]:
            assert time.monotonic() < deadline, "the server keeps connections that have ended"

    def tell(self, command: str) -> dict[str, int]:
        """Send a command to the server and return its state afterwards."""
        self._process.write_line(command)
        state: dict[str, int] = self._process.read_json()
        return state


@pytest.fixture(scope="module")
def broadcaster() -> Iterator[Broadcaster]:
    """Yield a server in a process of its own."""
    with LineProcess("broadcast_process.py") as process:
        yield Broadcaster(process)


@pytest.fixture
def server(broadcaster: Broadcaster) -> Iterator[Broadcaster]:
    """Yield the server without clients."""
    yield broadcaster
    broadcaster.remove_all()


@pytest.mark.parametrize("size", [0, 100, 65_000, 70_000, 1_000_000])
def test_every_watcher_gets_the_message(server: Broadcaster, size: int) -> None:
    watchers = [server.add() for _ in range(3)]
    server.tell(f"send 1 {size}")
    assert [watcher.read_state() for watcher in watchers] == [{"n": 1, "x": "x" * size}] * 3


@pytest.mark.parametrize("command", ["send", "emit"])
def test_free_sockets_are_written_without_the_queue(server: Broadcaster, command: str) -> None:
    watchers = [server.add() for _ in range(3)]
    assert server.tell(f"{command} 1 10")["queued"] == 0
    assert [watcher.read_state()["n"] for watcher in watchers] == [1, 1, 1]


def test_a_client_that_does_not_read_delays_nobody_and_misses_nothing(
    server: Broadcaster,
) -> None:
    slow, quick = server.add(buffer=4096), server.add()
    for number in range(60):
        state = server.tell(f"send {number} 50000")
        assert quick.read_state()["n"] == number
    assert state["queued"] > 0
    states = [slow.read_state() for _ in range(60)]
    assert [each["n"] for each in states] == list(range(60))
    assert {len(each["x"]) for each in states} == {50_000}


def test_a_message_behind_the_queue_comes_in_its_turn(server: Broadcaster) -> None:
    client = server.add(buffer=4096)
    for number in range(0, 45, 3):
        server.tell(f"send {number} 50000")
        server.tell(f"queue {number + 1} 10")
        server.tell(f"emit {number + 2} 10")
    assert [client.read_state()["n"] for _ in range(45)] == list(range(45))


def test_a_message_does_not_overtake_what_is_queued(server: Broadcaster) -> None:
    client = server.add()
    for number in range(0, 20, 2):
        server.tell(f"pair {number} 10")
    assert [client.read_state()["n"] for _ in range(20)] == list(range(20))


def test_a_client_that_never_reads_is_cut_off_without_waiting(server: Broadcaster) -> None:
    slow = server.add(buffer=4096)
    for number in range(60):
        server.tell(f"send {number} 50000")
    other = server.add()
    assert server.tell("cut")["sockets"] == 1
    assert other.echo("still here") == "still here"
    while slow.read():
        pass


def test_a_client_is_pinged_once_until_it_answers(server: Broadcaster) -> None:
    client = server.add()
    server.tell("ping 100")
    server.tell("ping 101")
    assert client.read() == PING
    assert client.echo("no second ping before this") == "no second ping before this"
    client.write(PONG_TEXT)
    assert client.echo("the answer was read") == "the answer was read"
    server.tell("ping 1200")
    assert client.read() == PING


def test_a_client_without_a_pong_in_time_is_closed(server: Broadcaster) -> None:
    silent, lively = server.add(), server.add()
    server.tell("ping 100")
    assert (silent.read(), lively.read()) == (PING, PING)
    lively.write(PONG_TEXT)
    assert lively.echo("answered") == "answered"
    server.tell("ping 114")
    assert silent.echo("fifteen seconds are its right") == "fifteen seconds are its right"
    server.tell("ping 116")
    assert silent.read() == ""
    assert lively.echo("stays") == "stays"


def test_a_connection_that_joins_no_room_is_closed_after_seconds(server: Broadcaster) -> None:
    member, alone = server.add(), server.add(joins=False)
    server.tell(f"ping {JOIN_SECONDS - 1}")
    assert server.tell("state")["sockets"] == 2
    server.tell(f"ping {JOIN_SECONDS + 1}")
    while (text := alone.read()) == PING:
        pass
    assert text == ""
    assert member.echo("stays") == "stays"


def test_pings_need_no_greenlet_for_each_client(server: Broadcaster) -> None:
    server.add()
    first = server.tell("state")["greenlets"]
    for _ in range(5):
        server.add()
    assert server.tell("state")["greenlets"] == first + 5 * GREENLETS_PER_CLIENT


def test_connections_that_have_ended_are_forgotten(server: Broadcaster) -> None:
    leaving, staying = server.add(), server.add()
    leaving.close()
    for number in range(3):
        server.tell(f"send {number} 100000")
        assert staying.read_state()["n"] == number
    assert server.tell("ping 100")["sockets"] == 1


def masked_frame(text: bytes, mask: bytes, *, opcode: int = 1, fin: bool = True) -> bytes:
    """Return a masked frame as a client sends it."""
    size = len(text)
    head = bytes((opcode | 0x80 * fin, 0x80 | min(size, 126)))
    head += size.to_bytes(2, "big") if size > 125 else b""
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(text))


def test_a_pong_is_recognised_under_any_mask() -> None:
    assert all(answers_ping(masked_frame(b"3", bytes((n, 1, 2, 3)))) for n in range(256))
    for other in (b"2", b"4", b"", b"33"):
        assert not answers_ping(masked_frame(other, b"abcd"))
    for opcode in (0, 2, 9, 10):
        assert not answers_ping(masked_frame(b"3", b"abcd", opcode=opcode))
    assert not answers_ping(masked_frame(b"3", b"abcd", fin=False))


class _Heard:
    """WebSocket of the server on a socket pair, with the client's end."""

    def __init__(self) -> None:
        self.here, self.there = gevent.socket.socketpair()
        self.answers = 0
        environ = {
            "werkzeug.socket": self.here,
            "HTTP_UPGRADE": "websocket",
            "HTTP_CONNECTION": "Upgrade",
            "HTTP_HOST": "hall",
            "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
            "HTTP_SEC_WEBSOCKET_VERSION": "13",
        }
        self.socket = Hearing(environ, self._answered, 1000)
        self.there.recv(1000)

    def _answered(self) -> None:
        self.answers += 1

    def say(self, *parts: bytes) -> Any:
        """Send each part once the previous one was read.

        Returns the next message, None if the connection ended.
        """
        reader = gevent.spawn(self.socket.receive)
        for part in parts:
            self.there.sendall(part)
            gevent.idle()
        with suppress(Exception):
            return reader.get(timeout=5)
        return None

    def close(self) -> None:
        self.here.close()
        self.there.close()


@pytest.fixture
def heard() -> Iterator[_Heard]:
    made = _Heard()
    yield made
    made.close()


PONG = masked_frame(b"3", b"abcd")


def test_pongs_are_not_delivered_as_messages(heard: _Heard) -> None:
    assert heard.say(PONG, PONG, masked_frame(b"40/live,", b"efgh")) == "40/live,"
    assert heard.answers == 2


def test_a_pong_between_messages_is_read_like_a_message(heard: _Heard) -> None:
    assert heard.say(masked_frame(b"one", b"efgh") + PONG) == "one"
    assert heard.socket.receive() == "3"
    assert heard.say(PONG, masked_frame(b"two", b"efgh")) == "two"
    assert heard.answers == 1


def test_pong_bytes_inside_a_message_belong_to_the_message(heard: _Heard) -> None:
    binary = masked_frame(b"x" * 20 + PONG + b"y" * 20, b"\0\0\0\0", opcode=2)
    at = binary.index(PONG)
    message = heard.say(binary[:at], binary[at : at + 7], binary[at + 7 :])
    assert message == b"x" * 20 + PONG + b"y" * 20
    assert heard.answers == 0


def test_a_pong_message_inside_a_fragmented_message_is_a_protocol_error(heard: _Heard) -> None:
    assert heard.say(masked_frame(b"half", b"efgh", fin=False), PONG) is None
    assert heard.answers == 0
