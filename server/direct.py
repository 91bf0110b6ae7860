"""One message to many screens: framed once, written straight to every socket that is free.

Stock Engine.IO wakes a greenlet for every client and message and frames the same text for each of
them. Here the frame is made once. A socket that is not free (something queued, half a frame
unsent, TLS, another transport) gets the message through its queue as ever, in the right order.

The same holds for the pings that show each side that the other one lives: one greenlet sends all
of them, and an answer is recognised by its bytes.

Nothing here knows what is sent or to whom it may be; rooms are Socket.IO's own.
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

from server.allowance import STRANGER, Allowance, Meter

log = logging.getLogger(__name__)

TEXT, SHORT, LONG = 0x81, 126, 127
LOOK_SECONDS = 1.0
"""How often it is looked whom to ping and who has not answered in time."""
JOIN_SECONDS = 10.0
"""A line that has joined no namespace by then is ended."""


def framed(text: str) -> bytes:
    """A text as one WebSocket frame of a server: final, not masked (RFC 6455, 5.2)."""
    data = text.encode()
    size = len(data)
    if size < SHORT:
        return bytes((TEXT, size)) + data
    if size < 1 << 16:
        return bytes((TEXT, SHORT)) + size.to_bytes(2, "big") + data
    return bytes((TEXT, LONG)) + size.to_bytes(8, "big") + data


def answers_ping(data: bytes) -> bool:
    """Whether a client's bytes are one frame with Engine.IO's PONG, the text `3`."""
    return len(data) == 7 and data[:2] == b"\x81\x81" and data[6] ^ data[2] == 0x33


_PING = Line(PING)
_PING_FRAME = framed(_PING.encode())


class _Rest(bytes):
    """The end of a frame whose beginning is with the client already; goes first in its queue."""

    __slots__ = ()

    def encode(self) -> _Rest:
        """As Engine.IO asks its packets."""
        return self


class _Nobody:
    """Stands for the thread and the event that the WebSocket would have of its own."""

    name = ""

    def __init__(self, target: Callable[[], None] | None = None) -> None:
        """Nothing is started."""

    def start(self) -> None:
        """Whoever waits for a message reads it."""

    def set(self) -> None:
        """Nobody waits for it."""


class _Socket(simple_websocket.Server):  # type: ignore[misc]
    """A WebSocket without a greenlet of its own: it is read by who waits for a message."""

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
            environ, thread_class=_Nobody, event_class=_Nobody, max_message_size=largest
        )

    def handshake(self) -> None:
        """Answer the client's request for a WebSocket; raises ProtocolError."""
        try:
            super().handshake()
        except ProtocolError:
            self.sock.close()
            raise

    def receive(self, timeout: float | None = None) -> Any:  # noqa: ARG002 - the library's name
        """The next message; raises ConnectionClosed."""
        while self.connected and not self.input_buffer:
            try:
                data = self.sock.recv(self.receive_bytes)
                if not data:
                    break
                alone = self.meter.between
                if not self.meter.take(data):
                    log.info("a line that sends too much is cut off")
                    self.input_buffer.clear()
                    break
                if alone and answers_ping(data):
                    self.answered()
                    continue
                self.ws.receive_data(data)
                self.connected = self._handle_events()
                gevent.sleep(0)  # what has come already must not keep the others waiting
            except (OSError, ProtocolError):
                break
        if self.input_buffer:
            return self.input_buffer.pop(0)
        self.connected = False
        raise simple_websocket.ConnectionClosed(self.close_reason, self.close_message)


def _ended(_wire: Wire) -> None:
    """Nobody serves a connection that is over."""


class Wire:
    """Engine.IO's WebSocket: as its own, and it can be written to past the queue."""

    def __init__(self, handler: Callable[[Wire], Any], server: Any) -> None:
        self._handler = handler
        self._largest = server.max_http_buffer_size
        self._socket: Any = None
        self._plain = False
        self._sending = False
        self.meter = Meter()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Serve one connection to its end."""
        # The handler is the Engine.IO socket's own loop; there `send` finds this wire again.
        line: _Line = self._handler.__self__  # type: ignore[attr-defined]
        try:
            self._socket = _Socket(environ, line.schedule_ping, self._largest, self.meter)
        except ProtocolError:
            # The client's fault, and nothing was promised to it yet.
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
            # Half a message may be 256 KB, and whoever ends here is part of a cycle.
            self._socket.incoming_message = None
            self._socket.input_buffer.clear()
            self._socket.ws = None
            self._socket.answered = None
            self._handler = _ended

    def wait(self) -> Any:
        """The next message, None at the end."""
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
                self._socket.sock.sendall(framed(message))
            else:
                self._socket.send(message)
        finally:
            self._sending = False

    def close(self) -> None:
        """Say goodbye."""
        if self._socket.connected:
            self._socket.close()

    def cut(self) -> None:
        """End the connection whatever it still owes; who waits for it goes on."""
        self._socket.connected = False
        with suppress(OSError):
            self._socket.sock.shutdown(SHUT_RDWR)

    def offer(self, frame: bytes) -> bytes | None:
        """Write a frame now; returns what is left of it, None if nothing could be written."""
        if self._sending or not self._plain or not self._socket.connected:
            return None
        try:
            # Never waits: gevent's sockets are non-blocking ones.
            sent = os.write(self._socket.sock.fileno(), frame)
        except OSError:
            return None
        return frame[sent:]


class _Line(engineio.socket.Socket):  # type: ignore[misc]
    """Engine.IO's socket; its pings are sent with everybody's, not by a greenlet of its own."""

    wire: Wire | None = None
    due = 0.0
    """When the next ping is to be sent, on the steady clock."""
    asked: float | None = None
    """When the ping was sent that is not yet answered."""
    alone_since: float | None = 0.0
    """Since when the line belongs to no namespace; None while it does."""

    def schedule_ping(self) -> None:
        """The client answered."""
        self.asked = None

    def poll(self) -> list[Any]:
        """What is queued; waits for the first of it as long as it takes. Nothing at the end."""
        found = [self.queue.get()]
        self.queue.task_done()
        while found[-1] is not None and not self.queue.empty():
            found.append(self.queue.get())
            self.queue.task_done()
        if found[-1] is None:
            found.pop()
            if found:
                self.queue.put(None)
        return found


def _message(event: str, data: str, namespace: str) -> Line:
    """A Socket.IO event as Engine.IO sends it."""
    return Line(MESSAGE, f'{EVENT}{namespace},["{event}",{data}]')


def joined(server: Any, sid: str, namespace: str, allowance: Allowance) -> None:
    """Let a line live that has joined a namespace, and send as much as this."""
    line = _line_of(server, sid, namespace)
    if line is not None:
        line.alone_since = None
        if line.wire is not None:
            line.wire.meter.allowance = allowance


def _line_of(server: Any, sid: str, namespace: str) -> _Line | None:
    line = server.eio.sockets.get(server.manager.eio_sid_from_sid(sid, namespace))
    return line if isinstance(line, _Line) else None


class Direct:
    """Sends to the rooms of a Socket.IO server, and its pings."""

    def __init__(self, socketio: SocketIO) -> None:
        self._server = socketio.server
        eio = self._server.eio
        eio._async = {**eio._async, "websocket": Wire}  # noqa: SLF001 - there is no other door
        eio.start_service_task = False
        self._connected = eio.handlers["connect"]
        self._looking = False
        self._turn = 0
        eio.on("connect", self._connect)

    # -- pings ---------------------------------------------------------------------------------

    def _connect(self, known: str, environ: dict[str, Any]) -> Any:
        """Engine.IO has a new socket, and is about to ping it."""
        eio = self._server.eio
        line = eio.sockets[known]
        line.__class__ = _Line
        line.last_ping = None  # set since its making; each send would look how long ago that was
        line.alone_since = time.monotonic()
        # Screens that come together, after a restart, are not pinged together.
        line.due = time.monotonic() + 1 + self._turn
        self._turn = (self._turn + 1) % max(1, int(eio.ping_interval) - 1)
        if not self._looking:
            self._looking = True
            gevent.spawn(self._look)
        return self._connected(known, environ)

    def _look(self) -> None:
        """Ping everybody now and then; a greenlet, as long as there is anybody."""
        try:
            while self._server.eio.sockets:
                self.attend(time.monotonic())
                gevent.sleep(LOOK_SECONDS)
        finally:
            self._looking = False

    def attend(self, now: float) -> None:
        """Ping whose turn it is at `now` on the steady clock; end who did not answer in time."""
        eio = self._server.eio
        for known, line in list(eio.sockets.items()):
            if line.closed:
                eio.sockets.pop(known, None)
            elif line.alone_since is not None and now - line.alone_since > JOIN_SECONDS:
                gevent.spawn(self.cut_off, known)
            elif line.asked is not None:
                if now - line.asked > eio.ping_timeout:
                    gevent.spawn(self.cut_off, known, eio.reason.PING_TIMEOUT)
            elif now >= line.due:
                line.asked, line.due = now, now + eio.ping_interval
                self._one(known, _PING, _PING_FRAME)

    # -- namespaces ----------------------------------------------------------------------------

    def joined(self, sid: str, namespace: str, allowance: Allowance) -> None:
        """Let a line live, and send as much as this."""
        joined(self._server, sid, namespace, allowance)

    def left(self, sid: str, namespace: str) -> None:
        """Give a line seconds again, and as good as nothing to send."""
        line = _line_of(self._server, sid, namespace)
        if line is not None:
            line.alone_since = time.monotonic()
            if line.wire is not None:
                line.wire.meter.allowance = STRANGER

    # -- messages ------------------------------------------------------------------------------

    def send(self, event: str, data: str, room: str, namespace: str) -> None:
        """Send an event to everybody in a room; `data` is JSON."""
        line = _message(event, data, namespace)
        frame = framed(line.encode())
        for _sid, known in self._server.manager.get_participants(namespace, room):
            self._one(known, line, frame)

    def post(self, event: str, data: str, room: str, namespace: str) -> None:
        """The same behind everything that is queued: for who is just being let in."""
        line = _message(event, data, namespace)
        for _sid, known in self._server.manager.get_participants(namespace, room):
            self._server.eio.send_packet(known, line)

    def cut_off(self, known: str, reason: str = "") -> None:
        """End a client's connection without waiting for it: it may never read again."""
        eio = self._server.eio
        socket = eio.sockets.pop(known, None)
        if socket is None:
            return
        socket.close(wait=False, abort=True, reason=reason or eio.reason.SERVER_DISCONNECT)
        wire = getattr(socket, "wire", None)
        if wire is not None:
            wire.cut()

    def _one(self, known: str, line: Line, frame: bytes) -> None:
        socket = self._server.eio.sockets.get(known)
        if socket is None or socket.closed:
            return
        wire = getattr(socket, "wire", None)
        if wire is not None and socket.queue.empty():
            rest = wire.offer(frame)
            if rest is not None:
                if rest:
                    socket.queue.put(_Rest(rest))
                return
        self._server.eio.send_packet(known, line)
