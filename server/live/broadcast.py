"""Direct sender of live messages: framed once, written straight to every free socket.

Stock Engine.IO wakes a greenlet for every client and message and frames the same text for each of
them. Here the frame is created once. A socket that is not free (something queued, half a frame
unsent, TLS, another transport) gets the message through its queue as usual, in the right order.
Socket.IO's own messages, such as a task for an agent, go the same way.

The same applies to the pings by which each side detects a lost connection: one greenlet sends all
of them, and an answer is recognised by its bytes.

The module does not interpret messages or permissions; rooms are Socket.IO's own.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RDWR
from typing import Any

import engineio.socket
import gevent
import gevent.socket
import simple_websocket
from engineio.packet import MESSAGE, PING
from engineio.packet import Packet as Line
from flask_socketio import SocketIO
from socketio.packet import EVENT
from wsproto.utilities import ProtocolError

from server.live.allowance import STRANGER, Allowance, Meter

log = logging.getLogger(__name__)

TEXT, SHORT, LONG = 0x81, 126, 127
CHECK_SECONDS = 1.0
"""Seconds between two checks of due pings and missing answers."""
JOIN_SECONDS = 10.0
"""Seconds after which a connection that has not joined a namespace is closed."""


def frame_text(text: str) -> bytes:
    """Return a text as one WebSocket frame of a server: final, not masked (RFC 6455, 5.2)."""
    data = text.encode()
    size = len(data)
    if size < SHORT:
        return bytes((TEXT, size)) + data
    if size < 1 << 16:
        return bytes((TEXT, SHORT)) + size.to_bytes(2, "big") + data
    return bytes((TEXT, LONG)) + size.to_bytes(8, "big") + data


def answers_ping(data: bytes) -> bool:
    """Return True if a client's bytes are one frame with Engine.IO's PONG, the text `3`."""
    return len(data) == 7 and data[:2] == b"\x81\x81" and data[6] ^ data[2] == 0x33


_PING = Line(PING)
_PING_FRAME = frame_text(_PING.encode())


class _Rest(bytes):
    """Rest of a frame that is partly sent; it is the first in the client's queue."""

    __slots__ = ()

    def encode(self) -> _Rest:
        """Return the bytes unchanged; Engine.IO calls this for its packets."""
        return self


class _NoThread:
    """Stand-in for the thread and the event that the WebSocket library would create."""

    name = ""

    def __init__(self, target: Callable[[], None] | None = None) -> None:
        """Do nothing: no thread is created."""

    def start(self) -> None:
        """Do nothing: the consumer of the messages reads the socket."""

    def set(self) -> None:
        """Do nothing: no thread waits for the event."""


class _Socket(simple_websocket.Server):  # type: ignore[misc]
    """WebSocket without a greenlet of its own: the consumer of the messages reads it."""

    connected: bool

    def __init__(
        self,
        environ: dict[str, Any],
        answered: Callable[[], None],
        largest: int,
        meter: Meter | None = None,
    ) -> None:
        self.answered = answered
        self.meter = meter or Meter()
        super().__init__(
            environ, thread_class=_NoThread, event_class=_NoThread, max_message_size=largest
        )

    def handshake(self) -> None:
        """Answer the client's request for a WebSocket; raises ProtocolError."""
        try:
            super().handshake()
        except ProtocolError:
            self.sock.close()
            raise

    def receive(self, timeout: float | None = None) -> Any:  # noqa: ARG002 - the library's name
        """Return the next message; raises ConnectionClosed."""
        while self.connected and not self.input_buffer:
            try:
                data = self.sock.recv(self.receive_bytes)
                if not data:
                    break
                at_message_start = self.meter.at_message_start
                if not self.meter.count(data):
                    log.info("a line that sends too much is cut off")
                    self.input_buffer.clear()
                    break
                if at_message_start and answers_ping(data):
                    self.answered()
                    continue
                self.ws.receive_data(data)
                self.connected = self._handle_events()
                gevent.sleep(0)  # data received earlier must not delay other clients
            except (OSError, ProtocolError):
                break
        if self.input_buffer:
            return self.input_buffer.pop(0)
        self.connected = False
        raise simple_websocket.ConnectionClosed(self.close_reason, self.close_message)


def _ended(_wire: Wire) -> None:
    """Do nothing: the handler of a closed connection."""


class Wire:
    """WebSocket of Engine.IO that can also be written to past its queue."""

    def __init__(self, handler: Callable[[Wire], Any], server: Any) -> None:
        self._handler = handler
        self._largest = server.max_http_buffer_size
        self._socket: Any = None
        self._plain = False
        self._sending = False
        self.meter = Meter()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Serve one connection to its end."""
        # The handler is the loop of the Engine.IO socket; `send` gets this wire from there.
        line: _Line = self._handler.__self__  # type: ignore[attr-defined]
        try:
            self._socket = _Socket(environ, line.schedule_ping, self._largest, self.meter)
        except ProtocolError:
            # The client's error; no response has been started yet.
            log.info("a handshake that is none is refused")
            line.close(wait=False, abort=True)
            start_response("400 BAD REQUEST", [("Content-Type", "text/plain")])
            return [b"not a WebSocket handshake"]
        self._plain = type(self._socket.sock) is gevent.socket.socket
        line.wire = self
        try:
            return self._handler(self)
        finally:
            self._socket.connected = False
            self._socket.sock.close()
            # Free half a message (up to 256 KB) now: this object is part of a reference cycle.
            self._socket.incoming_message = None
            self._socket.input_buffer.clear()
            self._socket.ws = None
            self._socket.answered = None
            self._handler = _ended

    def wait(self) -> Any:
        """Return the next message; None at the end."""
        try:
            return self._socket.receive()
        except simple_websocket.ConnectionClosed:
            return None

    def send(self, message: str | bytes) -> None:
        """Send one message, waiting while the client is slow; raises OSError."""
        if not self._socket.connected:
            raise OSError
        self._sending = True
        try:
            if isinstance(message, _Rest):
                self._socket.sock.sendall(message)
            elif isinstance(message, str):
                self._socket.sock.sendall(frame_text(message))
            else:
                self._socket.send(message)
        finally:
            self._sending = False

    def close(self) -> None:
        """Close the WebSocket."""
        if self._socket.connected:
            self._socket.close()

    def cut(self) -> None:
        """End the connection whatever is unsent; whatever waits for it continues."""
        self._socket.connected = False
        with suppress(OSError):
            self._socket.sock.shutdown(SHUT_RDWR)

    def offer(self, frame: bytes) -> bytes | None:
        """Write a frame now; return the unsent rest, or None if nothing could be written."""
        if self._sending or not self._plain or not self._socket.connected:
            return None
        try:
            # Never blocks: gevent's sockets are non-blocking.
            sent = os.write(self._socket.sock.fileno(), frame)
        except OSError:
            return None
        return frame[sent:]


class _Line(engineio.socket.Socket):  # type: ignore[misc]
    """Socket of Engine.IO; a common greenlet sends its pings instead of one of its own."""

    wire: Wire | None = None
    due = 0.0
    """Monotonic time of the next ping."""
    pinged_at: float | None = None
    """Monotonic time of the ping that is not answered yet."""
    without_namespace_since: float | None = 0.0
    """Monotonic time since when the connection has no namespace; None if it has one."""

    def send(self, pkt: Line) -> None:
        """Send a packet now if the socket is free, else through its queue."""
        if pkt.binary or not self.offer(frame_text(pkt.encode())):
            self.enqueue(pkt)

    def enqueue(self, pkt: Line) -> None:
        """Send a packet behind everything that is queued; raises SocketIsClosedError."""
        super().send(pkt)

    def offer(self, frame: bytes) -> bool:
        """Write a frame now; False if something is queued or the socket is not free."""
        if self.closed or self.wire is None or not self.upgraded or not self.queue.empty():
            return False
        unsent = self.wire.offer(frame)
        if unsent:
            self.queue.put(_Rest(unsent))
        return unsent is not None

    def schedule_ping(self) -> None:
        """Record that the client answered the ping."""
        self.pinged_at = None

    def poll(self) -> list[Any]:
        """Return the queued packets, waiting for the first; an empty list at the end."""
        packets = [self.queue.get()]
        self.queue.task_done()
        while packets[-1] is not None and not self.queue.empty():
            packets.append(self.queue.get())
            self.queue.task_done()
        if packets[-1] is None:
            packets.pop()
            if packets:
                self.queue.put(None)
        return packets


def _message(event: str, data: str, namespace: str) -> Line:
    """Return a Socket.IO event as an Engine.IO packet."""
    return Line(MESSAGE, f'{EVENT}{namespace},["{event}",{data}]')


def mark_joined(server: Any, sid: str, namespace: str, allowance: Allowance) -> None:
    """Keep a connection that has joined a namespace, and set its allowance."""
    line = _line_of(server, sid, namespace)
    if line is not None:
        line.without_namespace_since = None
        if line.wire is not None:
            line.wire.meter.allowance = allowance


def _line_of(server: Any, sid: str, namespace: str) -> _Line | None:
    line = server.eio.sockets.get(server.manager.eio_sid_from_sid(sid, namespace))
    return line if isinstance(line, _Line) else None


class Direct:
    """Sender to the rooms of a Socket.IO server, and of its pings."""

    def __init__(self, socketio: SocketIO) -> None:
        self._server = socketio.server
        eio = self._server.eio
        eio._async = {**eio._async, "websocket": Wire}  # noqa: SLF001 - there is no public way
        eio.start_service_task = False
        self._connected = eio.handlers["connect"]
        self._is_pinging = False
        self._stagger = 0
        eio.on("connect", self._connect)

    # -- pings ---------------------------------------------------------------------------------

    def _connect(self, eio_sid: str, environ: dict[str, Any]) -> Any:
        """Handle a new Engine.IO socket, which is about to be pinged."""
        eio = self._server.eio
        line = eio.sockets[eio_sid]
        line.__class__ = _Line
        line.last_ping = None  # set at its creation; each send would compare it with the time
        line.without_namespace_since = time.monotonic()
        # Screens that connect together, after a restart, are not pinged together.
        line.due = time.monotonic() + 1 + self._stagger
        self._stagger = (self._stagger + 1) % max(1, int(eio.ping_interval) - 1)
        if not self._is_pinging:
            self._is_pinging = True
            gevent.spawn(self._ping_loop)
        return self._connected(eio_sid, environ)

    def _ping_loop(self) -> None:
        """Ping all clients at intervals, as long as there are any; runs in a greenlet."""
        try:
            while self._server.eio.sockets:
                self.ping_due(time.monotonic())
                gevent.sleep(CHECK_SECONDS)
        finally:
            self._is_pinging = False

    def ping_due(self, now: float) -> None:
        """Send the pings due at `now` (monotonic) and close connections without an answer."""
        eio = self._server.eio
        for eio_sid, line in list(eio.sockets.items()):
            if line.closed:
                eio.sockets.pop(eio_sid, None)
            elif (
                line.without_namespace_since is not None
                and now - line.without_namespace_since > JOIN_SECONDS
            ):
                gevent.spawn(self.cut_off, eio_sid)
            elif line.pinged_at is not None:
                if now - line.pinged_at > eio.ping_timeout:
                    gevent.spawn(self.cut_off, eio_sid, eio.reason.PING_TIMEOUT)
            elif now >= line.due:
                line.pinged_at, line.due = now, now + eio.ping_interval
                self._send_to(eio_sid, _PING, _PING_FRAME)

    # -- namespaces ----------------------------------------------------------------------------

    def mark_joined(self, sid: str, namespace: str, allowance: Allowance) -> None:
        """Keep a connection, and set its allowance."""
        mark_joined(self._server, sid, namespace, allowance)

    def leave(self, sid: str, namespace: str) -> None:
        """Give a connection a deadline to join again, and the allowance of an unknown client."""
        line = _line_of(self._server, sid, namespace)
        if line is not None:
            line.without_namespace_since = time.monotonic()
            if line.wire is not None:
                line.wire.meter.allowance = STRANGER

    # -- messages ------------------------------------------------------------------------------

    def send(self, event: str, data: str, room: str, namespace: str) -> None:
        """Send an event to all members of a room; `data` is JSON."""
        line = _message(event, data, namespace)
        frame = frame_text(line.encode())
        for _sid, eio_sid in self._server.manager.get_participants(namespace, room):
            self._send_to(eio_sid, line, frame)

    def send_queued(self, event: str, data: str, room: str, namespace: str) -> None:
        """Queue an event behind everything that is queued, for a client that is being admitted."""
        line = _message(event, data, namespace)
        for _sid, eio_sid in self._server.manager.get_participants(namespace, room):
            socket = self._server.eio.sockets.get(eio_sid)
            if isinstance(socket, _Line):
                socket.enqueue(line)

    def cut_off(self, eio_sid: str, reason: str = "") -> None:
        """End a client's connection without waiting: the client may never read again."""
        eio = self._server.eio
        socket = eio.sockets.pop(eio_sid, None)
        if socket is None:
            return
        socket.close(wait=False, abort=True, reason=reason or eio.reason.SERVER_DISCONNECT)
        wire = getattr(socket, "wire", None)
        if wire is not None:
            wire.cut()

    def _send_to(self, eio_sid: str, line: Line, frame: bytes) -> None:
        socket = self._server.eio.sockets.get(eio_sid)
        if socket is None or socket.closed:
            return
        if not (isinstance(socket, _Line) and socket.offer(frame)):
            self._server.eio.send_packet(eio_sid, line)
