"""One conversation with a pulled terminal, over TCP or UDP, with a deadline on everything.

It never disables the terminal, clears its memory or asks for templates: people go on punching while
it is read. When records were added between the count and the data, it reads again; a set that does
not agree with its count is refused, never guessed at.
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
"""So often a set is read again when its count moved."""
FIRST_REPLY = 0xFFFE
TAIL = 960
"""Bytes of a set's end that are compared: whole records of every size."""
AHEAD = timedelta(days=1)
"""Records may be ahead of both clocks by so much; the zone of neither is known."""


class RefusedError(LinkError):
    """The terminal said no: a wrong comm key, or a command it does not know."""


@dataclass(frozen=True, slots=True)
class Tail:
    """End of a set: its length in bytes and a digest of its last records."""

    length: int
    digest: str


EMPTY = Tail(0, "")


def tail_of(length: int, end: bytes) -> Tail:
    """The tail of a set of `length` bytes with its count, from at least its last TAIL bytes."""
    size = min(TAIL, length - 4)
    return Tail(length, hashlib.sha256(end[-size:]).hexdigest()) if size > 0 else EMPTY


@dataclass(frozen=True, slots=True)
class Memory:
    """All records, and which pieces were none."""

    records: Sequence[Record]
    bad: Sequence[bytes]
    told: int = 0
    """The number of records that the terminal told: some tell 0 and hold hundreds."""
    tail: Tail = EMPTY


@dataclass(frozen=True, slots=True)
class Named:
    """Count of names written, and the numbers that this terminal cannot hold."""

    written: int
    unfit: Sequence[str] = ()


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

    def tail(self, held: Sizes) -> Tail:
        """Return the end of its record memory: a count does not prove that nothing is new."""
        raw = self._unless_empty(held, TAIL)
        return tail_of(*raw)

    def records(self, known: Sizes | None = None) -> Memory:
        """Every record; read again while people punch in between, FrameError if they never stop.

        A terminal that tells of none is read as well: it may hold hundreds.
        """
        before = known or self.sizes()
        for _ in range(READS):
            length, raw = self._unless_empty(before)
            after = self.sizes()
            if after.records == before.records:
                return self._shaped(codec.dataset(raw), after, tail_of(length, raw))
            before = after
        raise FrameError("the number of records does not stand still")

    def _unless_empty(self, held: Sizes, last: int | None = None) -> tuple[int, bytes]:
        try:
            return self._bulk(codec.ATTLOG, 0, last)
        except RefusedError:
            # Firmware that has none may refuse to prepare the set.
            if held.records:
                raise
            return 0, b""

    def _shaped(self, data: bytes, held: Sizes, tail: Tail) -> Memory:
        size = codec.record_size(len(data), held.records) if held.records else 0
        if size > 8:
            pieces = codec.records(data, size)
        else:
            until = max(self.time(), self._today()) + AHEAD
            pieces = codec.short_records(data, until) if size else codec.unsized(data, until)
        found = [each for each in pieces if isinstance(each, Record)]
        bad = [each for each in pieces if not isinstance(each, Record)]
        if found and not found[0].number:
            found = self._numbered(found)
        return Memory(found, bad, held.records, tail)

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
        data = codec.dataset(self._bulk(codec.USERS, codec.USER_FILTER)[1])
        self._user_size = codec.user_size(len(data), held.users)
        return list(codec.users(data, self._user_size, self._encoding))

    def name_users(self, names: Sequence[tuple[str, str]]) -> Named:
        """Bring names by enrolment number, in records of the size that it has."""
        known = {user.number: user for user in self.users()}
        written, unfit = 0, []
        free = max((user.uid for user in known.values()), default=0)
        for number, name in names:
            user = known.get(number)
            if user is not None and user.name == self._shown(name):
                continue
            try:
                if user is None:
                    size = self._user_size
                    raw = codec.new_user(free + 1, number, name, self._encoding, size)
                    free += 1
                else:
                    raw = codec.named(user, name, self._encoding)
            except UserError:
                unfit.append(number)
                continue
            self._demand(codec.USER_WRITE, raw)
            written += 1
        if written:
            self._demand(codec.REFRESH)
        return Named(written, tuple(unfit))

    def _shown(self, name: str) -> str:
        """The name as the terminal can hold it."""
        field = codec.NAME_BYTES[self._user_size]
        return codec.clipped(name, field, self._encoding).decode(self._encoding).strip()

    # -- bulk data -----------------------------------------------------------------------------

    def _bulk(self, what: int, filter_code: int, last: int | None = None) -> tuple[int, bytes]:
        """A set's length and bytes: at once when it is small, else piece by piece [2SRC].

        With `last`, only so many bytes of its end.
        """
        answer = self._ask(codec.PREPARE_BUFFER, struct.pack("<bhii", 1, what, filter_code, 0))
        if answer.command in (codec.DATA, codec.PREPARE):
            whole = self._pieces(answer)
            return len(whole), whole
        if answer.command != codec.ACK_OK or len(answer.data) < 5:
            raise RefusedError(f"set {what} was answered {answer.command}")
        size = int.from_bytes(answer.data[1:5], "little")
        if size > codec.LARGEST:
            raise FrameError(f"a set of {size} bytes")
        found = self._read(0 if last is None else max(0, size - last), size)
        self._ask(codec.FREE_DATA)
        return size, found

    def _read(self, start: int, size: int) -> bytes:
        """The bytes of the prepared set from `start` on."""
        chunk, whole = (UDP_CHUNK if self._datagrams else TCP_CHUNK), bytearray()
        failures = 0
        while start + len(whole) < size:
            at = start + len(whole)
            found = self._piece(at, min(chunk, size - at), failures)
            whole += found or b""
            if found is None:
                # Each datagram of a piece may be lost: smaller pieces come through sooner.
                failures, chunk = failures + 1, max(SMALLEST, chunk // 4)
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
