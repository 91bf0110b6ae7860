"""Direct writes of live messages to sockets: same bytes, same order, queued where necessary."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import engineio.socket
import gevent
import gevent.socket
import pytest
from engineio.packet import MESSAGE
from engineio.packet import Packet as Line
from gevent.queue import JoinableQueue
from wsproto.connection import Connection, ConnectionType
from wsproto.events import TextMessage

from server.live.broadcast import JOIN_SECONDS, Direct, Wire, answers_ping, frame_text
from server.live.broadcast import _Socket as Hearing

SPACE = "/live"


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_frame_is_valid_for_any_client(size: int) -> None:
    text = "厅" * (size // 3) + "x" * (size % 3)
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(frame_text(text))
    messages = [event for event in client.events() if isinstance(event, TextMessage)]
    assert "".join(event.data for event in messages) == text
    assert messages[-1].message_finished


@dataclass
class _EngineSocket:
    """Replacement for Engine.IO's socket with the attributes that are used."""

    wire: Wire
    closed: bool = False
    due: float = 0.0
    pinged_at: float | None = None
    without_namespace_since: float | None = None
    queue: Any = field(default_factory=JoinableQueue)

    def close(self, **_how: Any) -> None:
        self.closed = True
        self.queue.put(None)


class _Clients:
    """Socket.IO server with clients on socket pairs."""

    def __init__(self) -> None:
        self.sockets: dict[str, _EngineSocket] = {}
        self.ends: dict[str, socket.socket] = {}
        self.heres: list[gevent.socket.socket] = []
        self.queued: list[tuple[str, str]] = []
        self.handlers: dict[str, Any] = {"connect": lambda *_asked: None}
        eio = SimpleNamespace(
            _async={},
            sockets=self.sockets,
            handlers=self.handlers,
            on=self.handlers.__setitem__,
            ping_interval=10,
            ping_timeout=15,
            reason=SimpleNamespace(SERVER_DISCONNECT="server", PING_TIMEOUT="ping"),
            send_packet=lambda sid, line: self.queued.append((sid, line.encode())),
        )
        manager = SimpleNamespace(
            get_participants=lambda _space, _room: [(sid, sid) for sid in self.ends]
        )
        self.data = "{}"
        server = SimpleNamespace(eio=eio, manager=manager)
        self.direct = Direct(SimpleNamespace(server=server))

    def add(self, name: str) -> _EngineSocket:
        server_end, client_end = gevent.socket.socketpair()
        self.heres.append(server_end)
        server_end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        wire = Wire(lambda _wire: None, SimpleNamespace(max_http_buffer_size=1000))
        wire._socket = SimpleNamespace(sock=server_end, connected=True)
        wire._plain = True
        self.sockets[name], self.ends[name] = _EngineSocket(wire), client_end
        return self.sockets[name]

    def push(self) -> None:
        self.direct.send("state", self.data, "board:main", SPACE)

    def close(self) -> None:
        for end in [*self.ends.values(), *self.heres]:
            end.close()


@pytest.fixture
def clients() -> Iterator[_Clients]:
    made = _Clients()
    yield made
    made.close()


LONG = '"' + "x" * 3_000_000 + '"'
FRAME = frame_text('42/live,["state",{}]')


def test_free_sockets_are_written_directly(clients: _Clients) -> None:
    for name in "ab":
        clients.add(name)
    clients.push()
    assert [end.recv(100) for end in clients.ends.values()] == [FRAME, FRAME]
    assert clients.queued == []


def test_queued_messages_are_sent_first(clients: _Clients) -> None:
    clients.add("a").queue.put("earlier")
    clients.add("b")
    clients.push()
    assert clients.queued == [("a", FRAME[2:].decode())]
    assert clients.ends["b"].recv(100) == FRAME


def test_a_new_client_gets_the_message_after_its_queue(clients: _Clients) -> None:
    clients.add("a")
    clients.direct.send_queued("state", "{}", "a", SPACE)
    assert clients.queued == [("a", FRAME[2:].decode())]


def test_busy_sockets_and_other_transports_use_the_queue(clients: _Clients) -> None:
    clients.add("sending").wire._sending = True
    clients.add("tls").wire._plain = False
    clients.add("gone").closed = True
    clients.push()
    assert [name for name, _ in clients.queued] == ["sending", "tls"]


def test_a_partly_written_frame_is_finished_first(clients: _Clients) -> None:
    slow, end = clients.add("a"), clients.ends["a"]
    clients.data = LONG
    expected = f'42/live,["state",{LONG}]'
    clients.push()
    rest = slow.queue.get(block=False).encode()
    slow.queue.put("the writer still has it")
    clients.push()
    assert clients.queued == [("a", expected)], "nothing overtakes the rest"
    reader = gevent.spawn(_read, end, len(frame_text(expected)))
    slow.wire.send(rest)
    assert reader.get(timeout=5) == frame_text(expected)


def _read(end: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += end.recv(65_536)
    return data


def test_a_client_that_never_reads_is_cut_off_without_waiting(clients: _Clients) -> None:
    slow = clients.add("a")
    for _ in range(300):
        slow.queue.put("unread")
    clients.direct.cut_off("a")
    assert slow.closed
    assert "a" not in clients.sockets
    assert clients.ends["a"].recv(10) == b""
    with suppress(OSError):
        slow.wire.send("more")
        pytest.fail("it was cut off")


def test_clients_are_pinged_in_turn_and_once_until_they_answer(clients: _Clients) -> None:
    lines = [clients.add(name) for name in "ab"]
    lines[1].due = 5.0
    clients.direct.ping_due(1.0)
    assert clients.ends["a"].recv(10) == frame_text("2")
    clients.direct.ping_due(12.0)
    assert clients.ends["b"].recv(10) == frame_text("2")
    lines[0].pinged_at = None
    clients.direct.ping_due(12.5)
    assert clients.ends["a"].recv(10) == frame_text("2")
    assert [line.pinged_at for line in lines] == [12.5, 12.0]
    assert clients.queued == []


def test_a_ping_does_not_overtake_queued_messages(clients: _Clients) -> None:
    clients.add("a").queue.put("earlier")
    clients.direct.ping_due(1.0)
    assert clients.queued == [("a", "2")]


def test_a_new_connection_starts_no_ping_greenlet_and_is_not_late_by_age(
    clients: _Clients,
) -> None:
    engine = SimpleNamespace(
        create_queue=JoinableQueue,
        ping_timeout=-1,
        logger=logging.getLogger(__name__),
        start_background_task=lambda *_task: pytest.fail("a greenlet of its own"),
    )
    line = engineio.socket.Socket(engine, "a")
    clients.sockets["a"] = line
    clients.handlers["connect"]("a", {})
    line.schedule_ping()
    line.send(Line(MESSAGE, "hello"))
    line.queue.put(None)
    assert [packet.encode() for packet in line.poll()] == ["4hello"]
    assert line.poll() == [], "the end comes after what was queued before it"
    clients.sockets.clear()


def test_a_connection_that_joins_no_room_is_closed_after_seconds(clients: _Clients) -> None:
    alone, member = clients.add("a"), clients.add("b")
    alone.without_namespace_since = 1.0
    clients.direct.ping_due(1.0 + JOIN_SECONDS)
    gevent.idle()
    assert list(clients.sockets) == ["a", "b"]
    clients.direct.ping_due(1.1 + JOIN_SECONDS)
    gevent.idle()
    assert list(clients.sockets) == ["b"]
    assert alone.closed
    assert not member.closed


def test_a_client_without_a_pong_in_time_is_closed(clients: _Clients) -> None:
    silent, over = clients.add("a"), clients.add("b")
    over.closed = True
    clients.direct.ping_due(1.0)
    clients.direct.ping_due(16.0)
    gevent.idle()
    assert list(clients.sockets) == ["a"], "fifteen seconds are its right; who is over is forgotten"
    clients.direct.ping_due(16.1)
    gevent.idle()
    assert clients.sockets == {}
    assert silent.closed


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
