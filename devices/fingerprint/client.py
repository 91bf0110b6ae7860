"""One conversation with a pulled terminal, over TCP or UDP, with a deadline on everything.

It never disables the terminal, clears its memory or asks for templates: people go on punching while
it is read. When records were added between the count and the data, it reads again; a set that does
not agree with its count is refused, never guessed at.
"""

from __future__ import annotations

import contextlib
import struct
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from devices.fingerprint import codec
from devices.fingerprint.codec import FrameError, Packet, Record, Sizes, User
from devices.link import Link, LinkAddress, LinkError, LinkTimeoutError

OPEN_SECONDS = 3.0
ANSWER_SECONDS = 4.0
WHOLE_SECONDS = 120.0
UDP_TRIES = 3
UDP_FAILURES = 30
SMALLEST = 1024
TCP_CHUNK = 0xFFC0
UDP_CHUNK = 16 * 1024
READS = 4
"""So often a set is read again when its count moved."""
FIRST_REPLY = 0xFFFE


class RefusedError(LinkError):
    """The terminal said no: a wrong comm key, or a command it does not know."""


@dataclass(frozen=True, slots=True)
class Memory:
    """All records, and how many pieces were none."""

    records: Sequence[Record]
    bad: Sequence[bytes]


class Terminal:
    """An open session. Used by one thread. `clock` is monotonic seconds."""

    def __init__(
        self,
        address: LinkAddress,
        key: int,
        encoding: str,
        *,
        answer_seconds: float = ANSWER_SECONDS,
        whole_seconds: float = WHOLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._encoding = encoding
        self._answer = answer_seconds
        self._clock = clock
        self._end = clock() + whole_seconds
        self._datagrams = address.scheme == "udp"
        self._session = 0
        self._reply = FIRST_REPLY
        self._stream = codec.StreamReader()
        self._inbox: deque[Packet] = deque()
        self._link: Link = address.open(OPEN_SECONDS)
        try:
            self._begin(key)
        except BaseException:
            self._link.close()
            raise

    # -- the session ---------------------------------------------------------------------------

    def _begin(self, key: int) -> None:
        answer = self._ask(codec.CONNECT)
        self._session = answer.session
        if answer.command == codec.ACK_UNAUTH:
            answer = self._ask(codec.AUTH, codec.comm_key(key, self._session))
        if answer.command != codec.ACK_OK:
            raise RefusedError("the terminal refused the comm key")

    def close(self) -> None:
        """Say goodbye, whether anybody listens or not."""
        with contextlib.suppress(LinkError, FrameError):
            self._send(codec.EXIT, b"")
        self._link.close()

    def _send(self, command: int, data: bytes) -> bytes:
        self._reply = (self._reply + 1) % 0xFFFF
        whole = codec.packed(Packet(command, self._session, self._reply, data))
        self._write(whole)
        return whole

    def _write(self, whole: bytes) -> None:
        ready = whole if self._datagrams else codec.wrapped(whole)
        self._link.write(ready, max(0.05, min(self._answer, self._left())))

    def _left(self) -> float:
        return self._end - self._clock()

    def _ask(self, command: int, data: bytes = b"") -> Packet:
        """Send and take the answer; a lost datagram is sent again with the same number."""
        self._inbox.clear()
        whole = self._send(command, data)
        for _ in range(UDP_TRIES - 1 if self._datagrams else 0):
            with contextlib.suppress(LinkTimeoutError):
                return self._receive()
            self._write(whole)
        return self._receive()

    def _receive(self) -> Packet:
        """The next packet that answers; events that come in between are left aside."""
        until = min(self._clock() + self._answer, self._end)
        while True:
            while self._inbox:
                packet = self._inbox.popleft()
                # A datagram may be late: then it carries the number of an older question.
                late = self._datagrams and packet.reply != self._reply
                if packet.command != codec.EVENT and not late:
                    return packet
            left = until - self._clock()
            data = self._link.read(65_536, left) if left > 0 else b""
            if not data:
                if self._clock() >= until:
                    raise LinkTimeoutError("the terminal does not answer")
                continue
            if self._datagrams:
                self._inbox.append(codec.unpacked(data))
            else:
                self._inbox.extend(self._stream.feed(data))

    def _demand(self, command: int, data: bytes = b"") -> Packet:
        answer = self._ask(command, data)
        if answer.command in (codec.ACK_OK, codec.ACK_DATA):
            return answer
        raise RefusedError(f"command {command} was answered {answer.command}")

    # -- what it can be asked ------------------------------------------------------------------

    def sizes(self) -> Sizes:
        """How many users, fingerprints and records it holds."""
        return codec.sizes(self._demand(codec.FREE_SIZES, b"").data)

    def time(self) -> datetime:
        """Its own wall clock."""
        data = self._demand(codec.GET_TIME).data
        if len(data) < 4:
            raise FrameError("no time in the answer")
        return codec.time_of(int.from_bytes(data[:4], "little"))

    def set_time(self, moment: datetime) -> None:
        """Set its wall clock."""
        self._demand(codec.SET_TIME, struct.pack("<I", codec.time_number(moment)))

    def firmware(self) -> str:
        """Its version, as text."""
        data = self._demand(codec.VERSION).data
        return data.split(b"\x00", 1)[0].decode("ascii", "replace")[:60]

    def restart(self) -> None:
        """Have it start again; it says goodbye by itself."""
        self._demand(codec.RESTART)

    def records(self, known: Sizes | None = None) -> Memory:
        """Every record; read again while people punch in between, FrameError if they never stop."""
        before = known or self.sizes()
        for _ in range(READS):
            if before.records == 0:
                return Memory((), ())
            data = codec.dataset(self._bulk(codec.ATTLOG, 0))
            after = self.sizes()
            if after.records == before.records:
                return self._shaped(data, after)
            before = after
        raise FrameError("the number of records does not stand still")

    def _shaped(self, data: bytes, held: Sizes) -> Memory:
        size = codec.record_size(len(data), held.records)
        found: list[Record] = []
        bad: list[bytes] = []
        for each in codec.records(data, size):
            if isinstance(each, Record):
                found.append(each)
            else:
                bad.append(each)
        if size == 8:
            found = self._numbered(found)
        return Memory(found, bad)

    def _numbered(self, found: Sequence[Record]) -> list[Record]:
        """Records of 8 bytes tell the place in the memory; the number stands with the user."""
        numbers = {user.uid: user.number for user in self.users()}
        return [
            Record(numbers.get(r.uid, str(r.uid)), r.uid, r.said, r.verify, r.in_out) for r in found
        ]

    def users(self) -> list[User]:
        """Everybody enrolled."""
        held = self.sizes()
        if held.users == 0:
            return []
        data = codec.dataset(self._bulk(codec.USERS, codec.USER_FILTER))
        size = codec.user_size(len(data), held.users)
        return list(codec.users(data, size, self._encoding))

    def name_users(self, names: Sequence[tuple[str, str]]) -> int:
        """Bring names by enrolment number; returns how many were written."""
        known = {user.number: user for user in self.users()}
        written, free = 0, max((user.uid for user in known.values()), default=0)
        for number, name in names:
            user = known.get(number)
            if user is not None and user.name == name:
                continue
            if user is None:
                free += 1
                raw = codec.new_user(free, number, name, self._encoding)
            else:
                raw = codec.named(user, name, self._encoding)
            self._demand(codec.USER_WRITE, raw)
            written += 1
        if written:
            self._demand(codec.REFRESH)
        return written

    # -- bulk data -----------------------------------------------------------------------------

    def _bulk(self, what: int, filter_code: int) -> bytes:
        """A whole set: at once when it is small, else piece by piece [2SRC]."""
        answer = self._ask(codec.PREPARE_BUFFER, struct.pack("<bhii", 1, what, filter_code, 0))
        if answer.command in (codec.DATA, codec.PREPARE):
            return self._pieces(answer)
        if answer.command != codec.ACK_OK or len(answer.data) < 5:
            raise RefusedError(f"set {what} was answered {answer.command}")
        size = int.from_bytes(answer.data[1:5], "little")
        if size > codec.LARGEST:
            raise FrameError(f"a set of {size} bytes")
        chunk, whole = (UDP_CHUNK if self._datagrams else TCP_CHUNK), bytearray()
        failures = 0
        while len(whole) < size:
            found = self._piece(len(whole), min(chunk, size - len(whole)), failures)
            whole += found or b""
            if found is None:
                # Each datagram of a piece may be lost: smaller pieces come through sooner.
                failures, chunk = failures + 1, max(SMALLEST, chunk // 4)
        self._ask(codec.FREE_DATA)
        return bytes(whole)

    def _piece(self, start: int, size: int, failures: int) -> bytes | None:
        """One piece; None when a datagram of it was lost and it must be asked for again."""
        request = struct.pack("<ii", start, size)
        try:
            found = self._pieces(self._ask(codec.READ_BUFFER, request))
            if len(found) != size:
                raise FrameError(f"{len(found)} bytes came of a piece of {size}")
        except (LinkTimeoutError, FrameError):
            if not self._datagrams or failures >= UDP_FAILURES:
                raise
            return None
        return found

    def _pieces(self, first: Packet) -> bytes:
        """DATA alone, or PREPARE with the size, DATA until it is there, and ACK_OK."""
        if first.command == codec.DATA:
            return first.data
        if first.command != codec.PREPARE or len(first.data) < 4:
            raise RefusedError(f"data was answered {first.command}")
        size = int.from_bytes(first.data[:4], "little")
        if size > codec.LARGEST:
            raise FrameError(f"a piece of {size} bytes")
        whole = bytearray()
        while len(whole) < size:
            packet = self._receive()
            if packet.command != codec.DATA:
                raise FrameError(f"data was followed by {packet.command}")
            whole += packet.data
        end = self._receive()
        if end.command != codec.ACK_OK:
            raise FrameError(f"data was ended by {end.command}")
        return bytes(whole)
