"""Pushes straight to the sockets: the same bytes, the same order, the queue where it must be."""

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

from server.direct import JOIN_SECONDS, Direct, Wire, answers_ping, frame_text
from server.direct import _Socket as Hearing

SPACE = "/live"


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_frame_is_what_any_client_reads(size: int) -> None:
    text = "厅" * (size // 3) + "x" * (size % 3)
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(frame_text(text))
    found = [event for event in client.events() if isinstance(event, TextMessage)]
    assert "".join(event.data for event in found) == text
    assert found[-1].message_finished


@dataclass
class _EngineSocket:
    """As much of Engine.IO's socket as is asked for."""

    wire: Wire
    closed: bool = False
    due: float = 0.0
    asked: float | None = None
    alone_since: float | None = None
    queue: Any = field(default_factory=JoinableQueue)

    def close(self, **_how: Any) -> None:
        self.closed = True
        self.queue.put(None)


class _Clients:
    """A Socket.IO server with clients on socket pairs."""

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
            send_packet=lambda known, line: self.queued.append((known, line.encode())),
        )
        manager = SimpleNamespace(
            get_participants=lambda _space, _room: [(known, known) for known in self.ends]
        )
        self.data = "{}"
        server = SimpleNamespace(eio=eio, manager=manager)
        self.direct = Direct(SimpleNamespace(server=server))

    def add(self, name: str) -> _EngineSocket:
        here, there = gevent.socket.socketpair()
        self.heres.append(here)
        here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        wire = Wire(lambda _wire: None, SimpleNamespace(max_http_buffer_size=1000))
        wire._socket = SimpleNamespace(sock=here, connected=True)
        wire._plain = True
        self.sockets[name], self.ends[name] = _EngineSocket(wire), there
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


def test_free_sockets_are_written_at_once(clients: _Clients) -> None:
    for name in "ab":
        clients.add(name)
    clients.push()
    assert [end.recv(100) for end in clients.ends.values()] == [FRAME, FRAME]
    assert clients.queued == []


def test_what_is_queued_goes_first(clients: _Clients) -> None:
    clients.add("a").queue.put("earlier")
    clients.add("b")
    clients.push()
    assert clients.queued == [("a", FRAME[2:].decode())]
    assert clients.ends["b"].recv(100) == FRAME


def test_who_is_just_let_in_gets_it_behind_what_is_queued(clients: _Clients) -> None:
    clients.add("a")
    clients.direct.send_queued("state", "{}", "a", SPACE)
    assert clients.queued == [("a", FRAME[2:].decode())]


def test_who_is_being_sent_to_and_other_transports_use_the_queue(clients: _Clients) -> None:
    clients.add("sending").wire._sending = True
    clients.add("tls").wire._plain = False
    clients.add("gone").closed = True
    clients.push()
    assert [name for name, _ in clients.queued] == ["sending", "tls"]


def test_half_a_frame_is_finished_before_anything_else(clients: _Clients) -> None:
    slow, end = clients.add("a"), clients.ends["a"]
    clients.data = LONG
    whole = f'42/live,["state",{LONG}]'
    clients.push()
    rest = slow.queue.get(block=False).encode()
    slow.queue.put("the writer still has it")
    clients.push()
    assert clients.queued == [("a", whole)], "nothing overtakes the rest"
    reader = gevent.spawn(_read, end, len(frame_text(whole)))
    slow.wire.send(rest)
    assert reader.get(timeout=5) == frame_text(whole)


def _read(end: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        found += end.recv(65_536)
    return found


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


def test_everybody_is_pinged_in_turn_and_no_more_before_the_answer(clients: _Clients) -> None:
    lines = [clients.add(name) for name in "ab"]
    lines[1].due = 5.0
    clients.direct.ping_due(1.0)
    assert clients.ends["a"].recv(10) == frame_text("2")
    clients.direct.ping_due(12.0)
    assert clients.ends["b"].recv(10) == frame_text("2")
    lines[0].asked = None
    clients.direct.ping_due(12.5)
    assert clients.ends["a"].recv(10) == frame_text("2")
    assert [line.asked for line in lines] == [12.5, 12.0]
    assert clients.queued == []


def test_a_ping_does_not_overtake_what_is_queued(clients: _Clients) -> None:
    clients.add("a").queue.put("earlier")
    clients.direct.ping_due(1.0)
    assert clients.queued == [("a", "2")]


def test_a_new_line_is_pinged_by_nobody_else_and_is_never_late_by_its_age(
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


def test_a_line_that_joins_nothing_lives_for_seconds(clients: _Clients) -> None:
    alone, member = clients.add("a"), clients.add("b")
    alone.alone_since = 1.0
    clients.direct.ping_due(1.0 + JOIN_SECONDS)
    gevent.idle()
    assert list(clients.sockets) == ["a", "b"]
    clients.direct.ping_due(1.1 + JOIN_SECONDS)
    gevent.idle()
    assert list(clients.sockets) == ["b"]
    assert alone.closed
    assert not member.closed


def test_who_does_not_answer_in_time_is_cut_off(clients: _Clients) -> None:
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


def _said(text: bytes, mask: bytes, *, opcode: int = 1, fin: bool = True) -> bytes:
    """A client's frame."""
    size = len(text)
    head = bytes((opcode | 0x80 * fin, 0x80 | min(size, 126)))
    head += size.to_bytes(2, "big") if size > 125 else b""
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(text))


def test_an_answer_is_known_by_its_bytes_whatever_the_mask() -> None:
    assert all(answers_ping(_said(b"3", bytes((n, 1, 2, 3)))) for n in range(256))
    for other in (b"2", b"4", b"", b"33"):
        assert not answers_ping(_said(other, b"abcd"))
    for opcode in (0, 2, 9, 10):
        assert not answers_ping(_said(b"3", b"abcd", opcode=opcode))
    assert not answers_ping(_said(b"3", b"abcd", fin=False))


class _Heard:
    """A WebSocket of the server on a socket pair, as a client speaks into it."""

    def __init__(self) -> None:
        self.here, self.there = gevent.socket.socketpair()
        self.answers = 0
        asked = {
            "werkzeug.socket": self.here,
            "HTTP_UPGRADE": "websocket",
            "HTTP_CONNECTION": "Upgrade",
            "HTTP_HOST": "hall",
            "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
            "HTTP_SEC_WEBSOCKET_VERSION": "13",
        }
        self.socket = Hearing(asked, self._answered, 1000)
        self.there.recv(1000)

    def _answered(self) -> None:
        self.answers += 1

    def say(self, *parts: bytes) -> Any:
        """Send each part once the one before it was read; the next message, None if it ended."""
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


PONG = _said(b"3", b"abcd")


def test_answers_to_pings_are_nobodys_messages(heard: _Heard) -> None:
    assert heard.say(PONG, PONG, _said(b"40/live,", b"efgh")) == "40/live,"
    assert heard.answers == 2


def test_an_answer_among_messages_is_read_as_any_message(heard: _Heard) -> None:
    assert heard.say(_said(b"one", b"efgh") + PONG) == "one"
    assert heard.socket.receive() == "3"
    assert heard.say(PONG, _said(b"two", b"efgh")) == "two"
    assert heard.answers == 1


def test_bytes_within_a_message_are_the_messages(heard: _Heard) -> None:
    binary = _said(b"x" * 20 + PONG + b"y" * 20, b"\0\0\0\0", opcode=2)
    at = binary.index(PONG)
    found = heard.say(binary[:at], binary[at : at + 7], binary[at + 7 :])
    assert found == b"x" * 20 + PONG + b"y" * 20
    assert heard.answers == 0


def test_an_answer_inside_a_message_of_several_frames_breaks_the_rules(heard: _Heard) -> None:
    assert heard.say(_said(b"half", b"efgh", fin=False), PONG) is None
    assert heard.answers == 0
