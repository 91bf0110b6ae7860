"""Pull-protocol client: one session with a time clock over TCP or UDP, with deadlines throughout.

It never disables the time clock, clears its memory or requests templates: people go on punching
while it is read. When records were added between the count and the data, it reads again. A set
whose length does not match its count is rejected, never guessed at.
"""

from __future__ import annotations

import contextlib
import hashlib
import struct
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from devices.fingerprint import codec
from devices.fingerprint.codec import FrameError, Packet, Record, Sizes, User, UserError
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
"""Maximum number of reads of a set whose count keeps changing."""
FIRST_REPLY = 0xFFFE
TAIL = 960
"""Bytes compared at the end of a set: a multiple of every record size."""
MAX_AHEAD = timedelta(days=1)
"""Tolerance of record times ahead of both clocks; neither clock's time zone is known."""


class RefusedError(LinkError):
    """Error for a rejected request: a wrong comm key, or a command the time clock does not know."""


@dataclass(frozen=True, slots=True)
class Tail:
    """End of a set: its length in bytes and a digest of its last records."""

    length: int
    digest: str


EMPTY = Tail(0, "")


def tail_of(length: int, end: bytes) -> Tail:
    """Return the tail of a set, from at least its last TAIL bytes.

    `length` is the size of the set in bytes, its count included.
    """
    size = min(TAIL, length - 4)
    return Tail(length, hashlib.sha256(end[-size:]).hexdigest()) if size > 0 else EMPTY


@dataclass(frozen=True, slots=True)
class Memory:
    """All records, and the pieces that are not valid records."""

    records: Sequence[Record]
    bad: Sequence[bytes]
    reported_count: int = 0
    """Number of records that the time clock reports: some report 0 and hold hundreds."""
    tail: Tail = EMPTY


@dataclass(frozen=True, slots=True)
class NameWriteResult:
    """Number of names written, and the enrolment numbers that this time clock cannot hold."""

    written: int
    unfit: Sequence[str] = ()


class TimeClockSession:
    """Open session with a time clock. Used by one thread. `clock` returns monotonic seconds."""

    def __init__(
        self,
        address: LinkAddress,
        key: int,
        encoding: str,
        *,
        answer_seconds: float = ANSWER_SECONDS,
        whole_seconds: float = WHOLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], datetime] = lambda: datetime.now(UTC).replace(tzinfo=None),
    ) -> None:
        self._today = today
        self._user_size = 72
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
            answer = self._ask(codec.AUTH, codec.auth_data(key, self._session))
        if answer.command != codec.ACK_OK:
            raise RefusedError("the terminal refused the comm key")

    def close(self) -> None:
        """End the session, whether the time clock answers or not."""
        with contextlib.suppress(LinkError, FrameError):
            self._send(codec.EXIT, b"")
        self._link.close()

    def _send(self, command: int, data: bytes) -> bytes:
        self._reply = (self._reply + 1) % 0xFFFF
        encoded = codec.encode_packet(Packet(command, self._session, self._reply, data))
        self._write(encoded)
        return encoded

    def _write(self, encoded: bytes) -> None:
        ready = encoded if self._datagrams else codec.wrap_for_tcp(encoded)
        self._link.write(ready, max(0.05, min(self._answer, self._remaining())))

    def _remaining(self) -> float:
        return self._end - self._clock()

    def _ask(self, command: int, data: bytes = b"") -> Packet:
        """Send a request and return the answer.

        A lost datagram is sent again with the same number.
        """
        self._inbox.clear()
        encoded = self._send(command, data)
        for _ in range(UDP_TRIES - 1 if self._datagrams else 0):
            with contextlib.suppress(LinkTimeoutError):
                return self._receive()
            self._write(encoded)
        return self._receive()

    def _receive(self) -> Packet:
        """Return the next packet that is an answer; skip events that arrive in between."""
        until = min(self._clock() + self._answer, self._end)
        while True:
            while self._inbox:
                packet = self._inbox.popleft()
                # A late datagram carries the number of an older request.
                late = self._datagrams and packet.reply != self._reply
                if packet.command != codec.EVENT and not late:
                    return packet
            remaining = until - self._clock()
            data = self._link.read(65_536, remaining) if remaining > 0 else b""
            if not data:
                if self._clock() >= until:
                    raise LinkTimeoutError("the terminal does not answer")
                continue
            if self._datagrams:
                self._inbox.append(codec.decode_packet(data))
            else:
                self._inbox.extend(self._stream.feed(data))

    def _demand(self, command: int, data: bytes = b"") -> Packet:
        answer = self._ask(command, data)
        if answer.command in (codec.ACK_OK, codec.ACK_DATA):
            return answer
        raise RefusedError(f"command {command} was answered {answer.command}")

    # -- requests -------------------------------------------------------------------------------

    def sizes(self) -> Sizes:
        """Return the numbers of users, fingerprints and records in memory."""
        return codec.sizes(self._demand(codec.FREE_SIZES, b"").data)

    def time(self) -> datetime:
        """Return the wall clock of the time clock."""
        data = self._demand(codec.GET_TIME).data
        if len(data) < 4:
            raise FrameError("no time in the answer")
        return codec.time_of(int.from_bytes(data[:4], "little"))

    def set_time(self, moment: datetime) -> None:
        """Set the wall clock of the time clock."""
        self._demand(codec.SET_TIME, struct.pack("<I", codec.time_number(moment)))

    def firmware(self) -> str:
        """Return the firmware version as text."""
        data = self._demand(codec.VERSION).data
        return data.split(b"\x00", 1)[0].decode("ascii", "replace")[:60]

    def restart(self) -> None:
        """Restart the time clock; the time clock closes the session."""
        self._demand(codec.RESTART)

    def tail(self, counts: Sizes) -> Tail:
        """Return the end of the record memory: a count does not prove that nothing is new."""
        raw = self._unless_empty(counts, TAIL)
        return tail_of(*raw)

    def records(self, expected: Sizes | None = None) -> Memory:
        """Return every record; read again while people punch meanwhile.

        A time clock that reports no records is read as well: it may hold hundreds.

        Raises:
            FrameError: The number of records still changes after READS reads.
        """
        before = expected or self.sizes()
        for _ in range(READS):
            length, raw = self._unless_empty(before)
            after = self.sizes()
            if after.records == before.records:
                return self._memory(codec.dataset(raw), after, tail_of(length, raw))
            before = after
        raise FrameError("the number of records does not stand still")

    def _unless_empty(self, counts: Sizes, last: int | None = None) -> tuple[int, bytes]:
        try:
            return self._bulk(codec.ATTLOG, 0, last)
        except RefusedError:
            # Firmware without records may refuse to prepare the set.
            if counts.records:
                raise
            return 0, b""

    def _memory(self, data: bytes, counts: Sizes, tail: Tail) -> Memory:
        size = codec.record_size(len(data), counts.records) if counts.records else 0
        if size > 8:
            pieces = codec.records(data, size)
        else:
            until = max(self.time(), self._today()) + MAX_AHEAD
            pieces = (
                codec.short_records(data, until)
                if size
                else codec.records_of_unknown_size(data, until)
            )
        valid = [piece for piece in pieces if isinstance(piece, Record)]
        bad = [piece for piece in pieces if not isinstance(piece, Record)]
        if valid and not valid[0].number:
            valid = self._numbered(valid)
        return Memory(valid, bad, counts.records, tail)

    def _numbered(self, records: Sequence[Record]) -> list[Record]:
        """Fill in enrolment numbers: 8-byte records hold a user's memory position instead."""
        numbers = {user.uid: user.number for user in self.users()}
        return [
            Record(numbers.get(r.uid, str(r.uid)), r.uid, r.device_time, r.verify, r.in_out)
            for r in records
        ]

    def users(self) -> list[User]:
        """Return every enrolled user."""
        counts = self.sizes()
        if counts.users == 0:
            return []
        data = codec.dataset(self._bulk(codec.USERS, codec.USER_FILTER)[1])
        self._user_size = codec.user_size(len(data), counts.users)
        return list(codec.users(data, self._user_size, self._encoding))

    def name_users(self, names: Sequence[tuple[str, str]]) -> NameWriteResult:
        """Write names by enrolment number, in user records of this time clock's size."""
        users_by_number = {user.number: user for user in self.users()}
        count, unfit = 0, []
        free = max((user.uid for user in users_by_number.values()), default=0)
        for number, name in names:
            user = users_by_number.get(number)
            if user is not None and user.name == self._storable(name):
                continue
            try:
                if user is None:
                    size = self._user_size
                    raw = codec.new_user(free + 1, number, name, self._encoding, size)
                    free += 1
                else:
                    raw = codec.with_name(user, name, self._encoding)
            except UserError:
                unfit.append(number)
                continue
            self._demand(codec.USER_WRITE, raw)
            count += 1
        if count:
            self._demand(codec.REFRESH)
        return NameWriteResult(count, tuple(unfit))

    def _storable(self, name: str) -> str:
        """Return the name as the time clock can hold it."""
        field = codec.NAME_BYTES[self._user_size]
        return codec.encode_clipped(name, field, self._encoding).decode(self._encoding).strip()

    # -- bulk data -----------------------------------------------------------------------------

    def _bulk(self, set_code: int, filter_code: int, last: int | None = None) -> tuple[int, bytes]:
        """Return a set's size and bytes: at once if it is small, else in pieces [2SRC].

        With `last`, return only that many bytes of its end.
        """
        answer = self._ask(codec.PREPARE_BUFFER, struct.pack("<bhii", 1, set_code, filter_code, 0))
        if answer.command in (codec.DATA, codec.PREPARE):
            content = self._pieces(answer)
            return len(content), content
        if answer.command != codec.ACK_OK or len(answer.data) < 5:
            raise RefusedError(f"set {set_code} was answered {answer.command}")
        size = int.from_bytes(answer.data[1:5], "little")
        if size > codec.LARGEST:
            raise FrameError(f"a set of {size} bytes")
        piece = self._read(0 if last is None else max(0, size - last), size)
        self._ask(codec.FREE_DATA)
        return size, piece

    def _read(self, start: int, size: int) -> bytes:
        """Return the bytes of the prepared set from `start` on."""
        chunk, content = (UDP_CHUNK if self._datagrams else TCP_CHUNK), bytearray()
        failures = 0
        while start + len(content) < size:
            at = start + len(content)
            piece = self._piece(at, min(chunk, size - at), failures)
            content += piece or b""
            if piece is None:
                # Any datagram of a piece may be lost: smaller pieces succeed sooner.
                failures, chunk = failures + 1, max(SMALLEST, chunk // 4)
        return bytes(content)

    def _piece(self, start: int, size: int, failures: int) -> bytes | None:
        """Return one piece; None if a datagram was lost and the piece must be requested again."""
        request = struct.pack("<ii", start, size)
        try:
            data = self._pieces(self._ask(codec.READ_BUFFER, request))
            if len(data) != size:
                raise FrameError(f"{len(data)} bytes came of a piece of {size}")
        except (LinkTimeoutError, FrameError):
            if not self._datagrams or failures >= UDP_FAILURES:
                raise
            return None
        return data

    def _pieces(self, first: Packet) -> bytes:
        """Return the data that follows a request.

        The answer is one DATA packet, or PREPARE with the size, then DATA packets up to that size,
        then ACK_OK.
        """
        if first.command == codec.DATA:
            return first.data
        if first.command != codec.PREPARE or len(first.data) < 4:
            raise RefusedError(f"data was answered {first.command}")
        size = int.from_bytes(first.data[:4], "little")
        if size > codec.LARGEST:
            raise FrameError(f"a piece of {size} bytes")
        content = bytearray()
        while len(content) < size:
            packet = self._receive()
            if packet.command != codec.DATA:
                raise FrameError(f"data was followed by {packet.command}")
            content += packet.data
        end = self._receive()
        if end.command != codec.ACK_OK:
            raise FrameError(f"data was ended by {end.command}")
        return bytes(content)
