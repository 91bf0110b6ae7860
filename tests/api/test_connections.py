"""Connections: places for those who are signed in, deadlines for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import gevent
import gevent.socket
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.runtime.connections import Connection, Connections, SlotLimits, Waits
from server.runtime.wsgi_handler import MAX_SMALL_READS, Handler, Server
from server.web_api import CONNECTION

PLACES = SlotLimits(all=10, strangers=6, address=3, name=4)
WAITS = Waits(head=10, body=20, idle=75, answer=30, slowest=1000)


class Door(Connections):
    """Connections made with real socket pairs."""

    def __init__(self, places: SlotLimits = PLACES) -> None:
        super().__init__(places, WAITS, lambda: 0.0)
        self.ends = ExitStack()

    def come(self, address: str) -> Connection | None:
        server_end, client_end = gevent.socket.socketpair()
        self.ends.enter_context(server_end)
        self.ends.enter_context(client_end)
        return self.admit(server_end, address)

    def idle(self, address: str) -> Connection:
        connection = self.come(address)
        assert connection is not None
        connection.mark_idle()
        return connection

    def here(self, connection: Connection) -> bool:
        return self._open.get(connection.fd) is connection


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    with made.ends:
        yield made


def test_one_address_competes_with_itself(door: Door) -> None:
    connections = [door.idle("192.0.2.1") for _ in range(3)]
    other = door.idle("192.0.2.2")
    connections[0].mark_idle()  # used again: now the second is the longest idle one
    assert door.come("192.0.2.1") is not None
    assert [door.here(connection) for connection in connections] == [True, False, True]
    assert connections[1].sock.fileno() != -1
    assert door.here(other)


def test_the_address_with_most_connections_loses_the_longest_idle_one(door: Door) -> None:
    greedy = [door.idle("192.0.2.1") for _ in range(3)]
    others = [door.idle(f"192.0.2.{n}") for n in (2, 3, 4)]
    assert door.come("192.0.2.5") is not None
    assert [door.here(connection) for connection in greedy] == [False, True, True]
    assert all(door.here(connection) for connection in others)


def test_busy_connections_stay_and_a_newcomer_is_turned_away(door: Door) -> None:
    for _ in range(3):
        door.idle("192.0.2.1").mark_busy()
    assert door.come("192.0.2.1") is None
    assert door.come("192.0.2.2") is not None


def test_live_connections_are_closed_last_and_newest_first(door: Door) -> None:
    lines = [door.idle("192.0.2.1") for _ in range(2)]
    for line in lines:
        line.upgrade()
    assert door.come("192.0.2.1") is not None, "the newest line has made room"
    assert [door.here(line) for line in lines] == [True, False]


def test_strangers_take_no_place_of_signed_in_people(door: Door) -> None:
    signed_in = [door.idle(f"192.0.2.{n}") for n in range(1, 5)]
    for n, connection in enumerate(signed_in):
        connection.recognise(f"clerk:{n}")
    for n in range(50):
        door.come(f"198.51.100.{n % 25}")
    assert all(door.here(connection) for connection in signed_in)
    assert door.size() <= PLACES.all
    fresh = door.idle("192.0.2.9")
    fresh.recognise("clerk:new")
    assert door.here(fresh), "whoever comes to sign in finds a place"


def test_one_person_has_a_limited_number_of_connections(door: Door) -> None:
    connections = [door.idle(f"192.0.2.{n}") for n in range(6)]
    for connection in connections:
        connection.recognise("clerk:1001")
    assert [bool(connection.name) for connection in connections] == [True] * 4 + [False] * 2


def test_behind_a_trusted_proxy_addresses_and_names_have_no_limit() -> None:
    places = SlotLimits.of(1024, proxied=True)
    assert places.address == places.strangers == places.name == places.all


@given(st.integers(16, 1 << 20))
def test_places_leave_file_descriptors_for_the_rest(files: int) -> None:
    places = SlotLimits.of(files)
    assert places.address <= places.strangers < places.all
    assert places.all < files or files <= 20


STEPS = st.lists(
    st.tuples(st.sampled_from(["come", "know", "line", "leave", "work"]), st.integers(0, 9)),
    max_size=40,
)


@given(STEPS)
def test_connections_are_counted_once_and_released(steps: list[tuple[str, int]]) -> None:
    door = Door()
    with door.ends:
        all_: list[Connection] = []
        for step, n in steps:
            if step == "come":
                newcomer = door.come(f"192.0.2.{n % 4}")
                all_ += [newcomer] if newcomer else []
            elif all_:
                conn = all_[n % len(all_)]
                acts: dict[str, Callable[[], None]] = {
                    "know": lambda conn=conn, n=n: conn.recognise(f"clerk:{n}"),  # type: ignore[misc]
                    "line": conn.upgrade,
                    "work": conn.mark_busy,
                    "leave": lambda conn=conn: door.remove(conn),  # type: ignore[misc]
                }
                acts[step]()
            open_ = [conn for conn in all_ if door.here(conn)]
            assert door.size() == len(open_)
            assert door._used == sum(conn.files for conn in open_)
            strangers = [conn for conn in open_ if not conn.name]
            assert door._used_by_strangers == sum(conn.files for conn in strangers)
            assert sum(door._files_of.values()) == door._used_by_strangers
        for conn in all_:
            door.remove(conn)
        assert (door.size(), door._used, door._used_by_strangers) == (0, 0, 0)
        assert not door._files_of
        assert not door._names
        assert not door._strangers


class Wired:
    """Server whose clock is moved by hand, with its application."""

    def __init__(self, application: Any, places: SlotLimits | None = None) -> None:
        self.now = 100.0
        self.connections = Connections(places or SlotLimits.of(1024), WAITS, lambda: self.now)
        self.server = Server(
            ("127.0.0.1", 0),
            application,
            handler_class=Handler,
            log=None,
            connections=self.connections,
        )
        self.server.start()

    def line(self) -> Any:
        return gevent.socket.create_connection(("127.0.0.1", self.server.server_port), timeout=5)

    def only(self) -> Connection:
        (connection,) = self.connections._open.values()
        return connection

    def until(self, true: Callable[[], bool]) -> None:
        """Let the server run until `true` returns True; fail after 10 s."""
        with gevent.Timeout(10):
            while not true():
                gevent.idle()


def echo(environ: dict[str, Any], start: Any) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read()]


@contextmanager
def wired(application: Any = echo, places: SlotLimits | None = None) -> Iterator[Wired]:
    made = Wired(application, places)
    try:
        yield made
    finally:
        made.server.stop(timeout=1)


REQUEST = b"POST / HTTP/1.1\r\nHost: hall\r\nContent-Length: 4\r\n\r\nbody"


@pytest.mark.parametrize(
    ("begun", "seconds"),
    [
        (b"", WAITS.head),
        (b"GET / HT", WAITS.head),
        (b"GET / HTTP/1.1\r\nHost: ha", WAITS.head),
        (REQUEST[:-2], WAITS.body + 4 / WAITS.slowest),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbo", WAITS.body),
        (REQUEST, WAITS.idle),
    ],
)
def test_a_request_that_takes_too_long_is_closed(begun: bytes, seconds: float) -> None:
    with wired() as hall, hall.line() as line:
        line.sendall(begun)
        hall.until(lambda: hall.connections.size() == 1)
        hall.until(lambda: hall.only().deadline == pytest.approx(100.0 + seconds))
        if begun == REQUEST:
            assert line.recv(1000).endswith(b"body")
        hall.now = 100.0 + seconds - 0.01
        assert hall.connections.close_late() == 0
        hall.now = 100.0 + seconds + 0.01
        assert hall.connections.close_late() == 1
        assert line.recv(1000)[:13] in (b"", b"HTTP/1.1 400 ")
        hall.until(lambda: not hall.connections.size())


def test_single_bytes_do_not_extend_the_deadline() -> None:
    with wired() as hall, hall.line() as line:
        line.sendall(b"GET / HTTP/1.1\r\n")
        hall.until(lambda: hall.connections.size() == 1)
        hall.until(lambda: hall.only().deadline == 110.0)
        for byte in b"X-Slow: loris":
            hall.now += 0.5
            line.sendall(bytes((byte,)))
            gevent.idle()
        assert hall.only().deadline == 110.0


@pytest.mark.parametrize("head", [b"GET / HTTP/1.1\r\nX-Slow: ", REQUEST[:-4]])
def test_a_request_in_tiny_pieces_is_closed(head: bytes) -> None:
    with wired() as hall, hall.line() as line:
        line.setsockopt(gevent.socket.IPPROTO_TCP, gevent.socket.TCP_NODELAY, 1)
        line.sendall(head.replace(b"Length: 4", b"Length: 4000"))
        answer = gevent.spawn(line.recv, 100)
        hall.until(lambda: hall.connections.size() == 1)
        sent = 0
        with suppress(OSError):
            while hall.connections.size() and sent < 10 * MAX_SMALL_READS:
                line.sendall(b"a")
                sent += 1
                gevent.idle()
        assert sent < 3 * MAX_SMALL_READS
        with suppress(ConnectionError):
            assert answer.get(timeout=5)[:13] in (b"", b"HTTP/1.1 400 ", b"HTTP/1.1 200 ")


def test_a_client_that_does_not_read_its_answer_is_closed() -> None:
    def much(_environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"x" * 30_000_000]

    with wired(much) as hall, hall.line() as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: hall\r\n\r\n")
        hall.until(lambda: hall.connections.size() == 1)
        wait = WAITS.answer + 30_000_000 / WAITS.slowest
        hall.until(lambda: 100.0 + wait <= hall.only().deadline < 100.0 + wait + 1)
        hall.now += wait + 2
        assert hall.connections.close_late() == 1
        hall.until(lambda: not hall.connections.size())


def test_pipelined_requests_are_answered_in_turn_with_others() -> None:
    order: list[str] = []

    def note(environ: dict[str, Any], start: Any) -> list[bytes]:
        order.append(environ["PATH_INFO"])
        start("200 OK", [])
        return [b""]

    with wired(note) as hall, hall.line() as greedy, hall.line() as other:
        hall.until(lambda: hall.connections.size() == 2)
        greedy.sendall(b"GET /greedy HTTP/1.1\r\n\r\n" * 500)
        other.sendall(b"GET /other HTTP/1.1\r\n\r\n")
        hall.until(lambda: len(order) == 501)
        assert order.index("/other") < 100


def test_beyond_the_limit_of_strangers_the_longest_idle_one_is_closed() -> None:
    def sign_in(environ: dict[str, Any], start: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/known":
            environ[CONNECTION].recognise("clerk:1001")
        start("200 OK", [])
        return [b""]

    places = SlotLimits(all=8, strangers=4, address=3, name=4)
    with wired(sign_in, places) as hall, ExitStack() as lines:
        clerk = lines.enter_context(hall.line())
        clerk.sendall(b"GET /known HTTP/1.1\r\n\r\n")
        assert clerk.recv(1000).startswith(b"HTTP/1.1 200")
        strangers = [lines.enter_context(hall.line()) for _ in range(20)]
        last = strangers[-1]
        last.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert last.recv(1000).startswith(b"HTTP/1.1 200")
        assert strangers[0].recv(10) == b""
        clerk.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert clerk.recv(1000).startswith(b"HTTP/1.1 200")
        assert hall.connections.size() <= 4


def test_a_closed_socket_releases_its_place() -> None:
    with wired() as hall:
        for _ in range(3):
            with hall.line() as line:
                line.sendall(REQUEST)
                assert line.recv(1000).endswith(b"body")
        hall.until(lambda: not hall.connections.size())
