"""Simulated pull time clock: TCP and UDP on one port, as firmware does on 4370.

Written from the frame tables alone, without the codec. A wrong checksum is accepted: real clients
differ in it [RAN]. Faults: silence, slowness, a download half closed, two events in one segment, a
punch between count and data, an impossible record, lost datagrams, a disconnected cable, a full
ring (each punch removes the oldest), a memory that was cleared and filled again, a count of 0
whatever it holds.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from devices.fingerprint.pull_frames import (
    DATA,
    MAGIC,
    PREPARE,
    DatagramLine,
    Line,
    StreamLine,
    auth_data,
    moment_of,
    number_of,
)
from devices.fingerprint.simulator import Enrolled, PunchRecord, TimeClock, WallClock
from devices.simulate.base import Journal, Json

PULL_FAULTS = (
    "silent",
    "slow",
    "half_close",
    "two_events",
    "count_race",
    "bad_record",
    "lost_datagrams",
    "cable_pulled",
    "ring_full",
    "refilled",
    "zero_count",
)
OK, FAILED, UNAUTH = 2000, 2001, 2005
AT_ONCE = 1024
"""Maximum size in bytes of a set that is sent in the first answer."""
SLOW_SECONDS = 1.5
LOST_EVERY = 25
LOOK_SECONDS = 0.1
PLUG_SECONDS = 5.0
UNREAD_SECONDS = 60
"""Seconds for which a new record may not have been read yet."""
VERSION = b"Ver 6.60 Jan 13 2020\x00"


@dataclass(frozen=True, slots=True)
class PullModel:
    """Properties of the time clock: record size, comm key, encoding of names and more."""

    host: str = "127.0.0.1"
    port: int = 0
    record_size: int = 40
    older: bool = False
    """Layout of older firmware for 8-byte records: the time is the last field."""
    user_size: int = 72
    comm_key: int = 0
    encoding: str = "gb18030"
    zone_hours: float = 8.0
    shift: float = 0.0


class _Session:
    """Session of one client."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.authorised = False
        self.buffer = b""
        self.raced = False


class PullTerminal(TimeClock):
    """Simulated time clock; serves TCP and UDP clients, one thread per connection."""

    protocol = "pull"

    def __init__(
        self, name: str, model: PullModel, people: Sequence[Enrolled], journal: Journal
    ) -> None:
        clock = WallClock(model.zone_hours, model.shift)
        super().__init__(name, people, clock, journal, PULL_FAULTS)
        self.port = model.port
        self._model = model
        self._sessions: dict[int, _Session] = {}
        self._next = 100
        self._datagrams_sent = 0
        self._stopping = threading.Event()
        self._lines: list[socket.socket] = []
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    # -- life ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Listen on TCP and UDP."""
        self._plug()

    def stop(self) -> None:
        """Close all sockets."""
        self._stopping.set()
        self._unplug()

    def fault_changed(self, name: str, *, on: bool) -> None:
        """Close both sockets for a disconnected cable, refill the memory for `refilled`."""
        if name == "cable_pulled":
            (self._unplug if on else self._plug)()
        elif name == "refilled" and on:
            self._refill()

    def touch(self, touch: PunchRecord) -> None:
        """Record a punch; a full ring drops its oldest record. See TimeClock."""
        with self.changed:
            before = len(self.memory)
            super().touch(touch)
            if self.faults["ring_full"] and len(self.memory) > before:
                del self.memory[0]

    def _refill(self) -> None:
        """Clear the memory, then add as many punches; records that may be unread stay.

        Whoever clears a time clock has saved it before. A fault that loses punches inside the time
        clock would test nothing.
        """
        now, people = self.clock.now() - timedelta(seconds=UNREAD_SECONDS), list(self.people)
        with self.changed:
            unread = [touch for touch in self.memory if touch.device_time > now]
            count = len(self.memory) - len(unread)
            self.memory.clear()
            for n in range(count):
                moment = now - timedelta(seconds=count - n)
                self.touch(PunchRecord(people[n % len(people)], moment))
            self.memory.extend(unread)

    def _plug(self) -> None:
        stream = socket.socket()
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stream.bind((self._model.host, self.port))
        self.port = stream.getsockname()[1]
        stream.listen(8)
        datagrams = socket.socket(type=socket.SOCK_DGRAM)
        datagrams.bind((self._model.host, self.port))
        with self.changed:
            self._sockets = [stream, datagrams]
        self._threads = [
            threading.Thread(target=serve, args=(line,), daemon=True)
            for serve, line in ((self._accept, stream), (self._datagrams, datagrams))
        ]
        for thread in self._threads:
            thread.start()

    def _unplug(self) -> None:
        with self.changed:
            sockets, self._sockets = [*self._sockets, *self._lines], []
            self._lines = []
        for line in sockets:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        # A socket keeps its port while a thread waits on it.
        for thread in self._threads:
            thread.join(PLUG_SECONDS)
        for line in sockets:
            line.close()

    def observable_state(self) -> dict[str, Json]:
        """Return the state on display; see TimeClock."""
        return super().observable_state() | {"port": self.port, "sessions": len(self._sessions)}

    # -- lines ---------------------------------------------------------------------------------

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with self.changed:
                self._lines.append(line)
            threading.Thread(target=self._stream, args=(line,), daemon=True).start()

    def _stream(self, line: socket.socket) -> None:
        """Serve a TCP connection; some clients open one only to probe."""
        buffer = b""
        with contextlib.suppress(OSError):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while data := line.recv(65_536):
                buffer += data
                while len(buffer) >= 8:
                    (length,) = struct.unpack("<I", buffer[4:8])
                    if buffer[:4] != MAGIC or length > 1 << 20:
                        return
                    if len(buffer) < 8 + length:
                        break
                    packet, buffer = buffer[8 : 8 + length], buffer[8 + length :]
                    self._packet(packet, StreamLine(line))
        with self.changed, contextlib.suppress(ValueError):
            self._lines.remove(line)
        line.close()

    def _datagrams(self, line: socket.socket) -> None:
        while True:
            try:
                ready, _, _ = select.select([line], [], [], LOOK_SECONDS)
                if line not in self._sockets:
                    return
                if not ready:
                    continue
                packet, sender = line.recvfrom(65_536)
            except (OSError, ValueError):
                return
            with contextlib.suppress(OSError):
                self._packet(packet, DatagramLine(line, sender, self._lost))

    def _lost(self) -> bool:
        """Return True for every LOST_EVERY-th datagram while that fault is on."""
        self._datagrams_sent += 1
        return self.faults["lost_datagrams"] and self._datagrams_sent % LOST_EVERY == 0

    # -- packets -------------------------------------------------------------------------------

    def _packet(self, packet: bytes, line: Line) -> None:
        self.cable.frame("in", packet)
        if len(packet) < 8 or self.faults["silent"]:
            return
        if self.faults["slow"]:
            self._stopping.wait(SLOW_SECONDS)
        command, _sum, number, reply = struct.unpack("<4H", packet[:8])
        line.reply = reply
        data = packet[8:]
        if command == 1000:
            self._connect(line)
            return
        session = self._sessions.get(number)
        line.session = number
        if session is None:
            line.send(FAILED)
        elif command == 1102:
            self._authorise(session, data, line)
        elif not session.authorised:
            line.send(UNAUTH)
        else:
            self._command(session, command, data, line)

    def _connect(self, line: Line) -> None:
        with self.changed:
            self._next = self._next % 60_000 + 1
            session = self._sessions[self._next] = _Session(self._next)
        session.authorised = self._model.comm_key == 0
        line.session = session.number
        line.send(OK if session.authorised else UNAUTH)

    def _authorise(self, session: _Session, data: bytes, line: Line) -> None:
        session.authorised = data[:4] == auth_data(self._model.comm_key, session.number, data)
        line.send(OK if session.authorised else UNAUTH)

    def _command(self, session: _Session, command: int, data: bytes, line: Line) -> None:
        if self.faults["two_events"] and command == 50:
            self._two_events(line)
        if command == 1001:
            self._sessions.pop(session.number, None)
            line.send(OK)
        elif command == 50:
            line.send(OK, self._sizes())
        elif command == 201:
            line.send(OK, struct.pack("<I", number_of(self.clock.now())))
        elif command == 202 and len(data) >= 4:
            self.clock.set(moment_of(struct.unpack("<I", data[:4])[0]))
            self.journal.note(self.name, "clock_set", said=self.clock.now().isoformat(" "))
            line.send(OK)
        elif command == 1503 and len(data) >= 11:
            self._prepare(session, struct.unpack("<bhii", data[:11])[1], line)
        elif command == 1504 and len(data) >= 8:
            start, size = struct.unpack("<ii", data[:8])
            self._read(session, start, size, line)
        elif command == 8:
            line.send(OK if self._write_user(data) else FAILED)
        elif command == 11:
            line.send(OK, data.rstrip(b"\x00") + b"=\x00")
        elif command == 1100:
            line.send(OK, VERSION)
        elif command in {1002, 1003, 1004, 1013, 1502, 500}:
            line.send(OK)
        else:
            line.send(FAILED)

    def _sizes(self) -> bytes:
        with self.changed:
            numbers = [0] * 20
            numbers[4], numbers[6], numbers[8] = (
                len(self.people),
                len(self.people),
                0 if self.faults["zero_count"] else len(self.memory),
            )
            numbers[14:17] = [3000, 3000, 100_000]
            return struct.pack("<20i", *numbers)

    def _prepare(self, session: _Session, set_code: int, line: Line) -> None:
        if set_code == 13 and self.faults["count_race"] and not session.raced and self.people:
            session.raced = True
            self.press(next(iter(self.people)))
        with self.changed:
            body = self._attlog() if set_code == 13 else self._users()
        session.buffer = struct.pack("<I", len(body)) + body
        if self.faults["half_close"]:
            line.half(session.buffer)
        elif len(session.buffer) <= AT_ONCE:
            line.send(DATA, session.buffer)
        else:
            size = struct.pack("<I", len(session.buffer))
            line.send(OK, b"\x00" + size + size + b"\x00" * 4)

    def _read(self, session: _Session, start: int, size: int, line: Line) -> None:
        piece = session.buffer[start : start + size]
        line.send(PREPARE, struct.pack("<I", len(piece)) + b"\x00" * 4)
        line.bulk(piece)
        line.send(OK)

    def _write_user(self, data: bytes) -> bool:
        """Store a user record: uid, level, password, name, card, group, number.

        Return False if the record does not have this model's size.
        """
        if len(data) != self._model.user_size:
            return False
        if self._model.user_size == 72:
            number = data[48:72].split(b"\x00")[0].decode("ascii", "replace")
            field = data[11:35]
        else:
            number, field = str(struct.unpack("<I", data[24:28])[0]), data[8:16]
        name = field.split(b"\x00")[0].decode(self._model.encoding, "replace")
        if number:
            self.people[number] = Enrolled(number, name)
            self.journal.note(self.name, "user", number=number, name=name)
        return True

    def _two_events(self, line: Line) -> None:
        """Send two punch events in one segment to a client that did not request them."""
        people = list(self.people)[:2]
        now = self.clock.now()
        payloads = [
            number.encode().ljust(24, b"\x00")
            + bytes((1, 0, now.year - 2000, now.month, now.day, now.hour, now.minute, now.second))
            for number in people
        ]
        line.events(payloads)

    # -- records -------------------------------------------------------------------------------

    def _attlog(self) -> bytes:
        places = {number: place for place, number in enumerate(self.people, 1)}
        pieces = [self._record(touch, places.get(touch.number, 0)) for touch in self.memory]
        if self.faults["bad_record"] and pieces:
            # An impossible date: its number gives month 13.
            pieces[0] = b"\xff" * self._model.record_size
        return b"".join(pieces)

    def _record(self, touch: PunchRecord, place: int) -> bytes:
        moment = struct.pack("<I", number_of(touch.device_time))
        if self._model.record_size == 40:
            field = touch.number.encode().ljust(24, b"\x00")
            return (
                struct.pack("<H", place) + field + bytes((touch.verify,)) + moment
                + bytes((touch.in_out,)) + b"\x00" * 8
            )  # fmt: skip
        if self._model.record_size == 16:
            head = struct.pack("<I", int(touch.number))
            return head + moment + bytes((touch.verify, touch.in_out)) + b"\x00" * 6
        if self._model.older:
            return struct.pack("<H", place) + bytes((touch.verify, touch.in_out)) + moment
        return struct.pack("<H", place) + bytes((touch.verify,)) + moment + bytes((touch.in_out,))

    def _users(self) -> bytes:
        content = b""
        for place, person in enumerate(self.people.values(), 1):
            if self._model.user_size == 28:
                short = person.name.encode(self._model.encoding, "replace")[:8].ljust(8, b"\x00")
                content += (
                    struct.pack("<HB5s", place, 0, b"") + short + struct.pack("<IxBh", 0, 1, 0)
                )
                content += struct.pack("<I", int(person.number))
                continue
            name = person.name.encode(self._model.encoding, "replace")[:24].ljust(24, b"\x00")
            number = person.number.encode().ljust(24, b"\x00")
            content += struct.pack("<HB8s", place, 0, b"") + name + struct.pack("<I", 0)
            content += b"\x00" + b"1".ljust(7, b"\x00") + b"\x00" + number[:24]
        return content
