"""Pushes straight to the sockets: the same bytes, the same order, the queue where it must be."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import gevent
import gevent.socket
import pytest
from gevent.queue import JoinableQueue
from wsproto.connection import Connection, ConnectionType
from wsproto.events import TextMessage

from server.direct import Direct, Wire, framed

SPACE = "/live"


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_frame_is_what_any_client_reads(size: int) -> None:
    text = "厅" * (size // 3) + "x" * (size % 3)
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(framed(text))
    found = [event for event in client.events() if isinstance(event, TextMessage)]
    assert "".join(event.data for event in found) == text
    assert found[-1].message_finished


@dataclass
class _EngineSocket:
    """As much of Engine.IO's socket as is asked for."""

    wire: Wire
    closed: bool = False
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
        eio = SimpleNamespace(
            _async={},
            sockets=self.sockets,
            reason=SimpleNamespace(SERVER_DISCONNECT="server"),
            send_packet=lambda known, line: self.queued.append((known, line.encode())),
        )
        manager = SimpleNamespace(
            get_participants=lambda _space, _room: [(known, known) for known in self.ends]
        )
        self.text = '2/live,["state",{}]'
        packet = SimpleNamespace(encode=lambda: self.text)
        server = SimpleNamespace(eio=eio, manager=manager, packet_class=lambda *_a, **_k: packet)
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
        self.direct.send("state", {}, "board:main", SPACE)

    def close(self) -> None:
        for end in [*self.ends.values(), *self.heres]:
            end.close()


@pytest.fixture
def clients() -> Iterator[_Clients]:
    made = _Clients()
    yield made
    made.close()


LONG = "2" + "x" * 3_000_000
FRAME = framed('42/live,["state",{}]')


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


def test_who_is_being_sent_to_and_other_transports_use_the_queue(clients: _Clients) -> None:
    clients.add("sending").wire._sending = True
    clients.add("tls").wire._plain = False
    clients.add("gone").closed = True
    clients.push()
    assert [name for name, _ in clients.queued] == ["sending", "tls"]


def test_half_a_frame_is_finished_before_anything_else(clients: _Clients) -> None:
    slow, end = clients.add("a"), clients.ends["a"]
    clients.text = LONG
    clients.push()
    rest = slow.queue.get(block=False).encode()
    slow.queue.put("the writer still has it")
    clients.push()
    assert clients.queued == [("a", "4" + LONG)], "nothing overtakes the rest"
    reader = gevent.spawn(_read, end, len(framed("4" + LONG)))
    slow.wire.send(rest)
    assert reader.get(timeout=5) == framed("4" + LONG)


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
