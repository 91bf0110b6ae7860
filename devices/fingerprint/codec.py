"""The pull protocol of ZK-family terminals (port 4370): bytes to packets and records, no I/O.

Facts and marks are those of the hardware notes, A3a. Records carry the terminal's own wall clock,
without a zone. The module refuses records that no terminal can have made: an impossible date, an
empty or unprintable number; and it reads no fingerprint templates.
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

MAGIC = b"\x50\x50\x82\x7d"
HEADER = struct.Struct("<4H")
LARGEST = 1 << 26
"""No terminal holds more than this many bytes of records."""

CONNECT, EXIT, RESTART = 1000, 1001, 1004
AUTH, OPTIONS_READ, VERSION = 1102, 11, 1100
FREE_SIZES, USER_WRITE, USERS, ATTLOG = 50, 8, 9, 13
GET_TIME, SET_TIME, REFRESH = 201, 202, 1013
PREPARE, DATA, FREE_DATA, PREPARE_BUFFER, READ_BUFFER = 1500, 1501, 1502, 1503, 1504
ACK_OK, ACK_ERROR, ACK_DATA, ACK_UNAUTH = 2000, 2001, 2002, 2005
EVENT = 500
USER_FILTER = 5
"""The `fct` of 1503 that asks for users [2SRC]."""

_ATTLOG_40 = struct.Struct("<H24sB4sB8s")
_ATTLOG_16 = struct.Struct("<I4sBB2sI")
_ATTLOG_8 = struct.Struct("<HB4sB")
_ATTLOG_8_OLDER = struct.Struct("<HBB4s")
_USER_72 = struct.Struct("<HB8s24sIx7sx24s")
_USER_28 = struct.Struct("<HB5s8sIxBhI")
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,23}")


class FrameError(ValueError):
    """Bytes that are no packet or no record of this protocol."""


class UserError(ValueError):
    """A user that the terminal's record cannot hold; the message is the enrolment number."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet; a reply's command is its outcome."""

    command: int
    session: int
    reply: int
    data: bytes = b""


def checksum(data: bytes) -> int:
    """16-bit one's-complement sum over the packet with its checksum field zero [2SRC]."""
    padded = data + b"\x00" * (len(data) % 2)
    total: int = sum(word for (word,) in struct.iter_unpack("<H", padded))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def packed(packet: Packet) -> bytes:
    """The packet as it goes into a UDP datagram."""
    bare = HEADER.pack(packet.command, 0, packet.session, packet.reply) + packet.data
    return bare[:2] + struct.pack("<H", checksum(bare)) + bare[4:]


def unpacked(data: bytes) -> Packet:
    """A datagram's packet. The checksum is not looked at: clients and firmware differ in it [RAN].

    Raises FrameError when it is too short for a header.
    """
    if len(data) < HEADER.size:
        raise FrameError(f"{len(data)} bytes are no packet")
    command, _sum, session, reply = HEADER.unpack_from(data)
    return Packet(command, session, reply, bytes(data[HEADER.size :]))


def wrapped(data: bytes) -> bytes:
    """The same for TCP: `50 50 82 7D`, then the length [2SRC]."""
    return MAGIC + struct.pack("<I", len(data)) + data


class StreamReader:
    """Cuts a TCP stream into packets, whatever the pieces."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Packet]:
        """Packets that are whole now; FrameError when the stream is not this protocol's."""
        self._buffer += data
        while len(self._buffer) >= 8:
            if self._buffer[:4] != MAGIC:
                raise FrameError("no packet begins here")
            (length,) = struct.unpack_from("<I", self._buffer, 4)
            if not HEADER.size <= length <= LARGEST:
                raise FrameError(f"a packet of {length} bytes")
            if len(self._buffer) < 8 + length:
                return
            body = bytes(self._buffer[8 : 8 + length])
            del self._buffer[: 8 + length]
            yield unpacked(body)


def comm_key(key: int, session: int, ticks: int = 50) -> bytes:
    """What AUTH carries: the key's bits reversed, plus the session, scrambled [2SRC]."""
    turned = int(f"{key & 0xFFFFFFFF:032b}"[::-1], 2)
    mixed = struct.pack("<I", (turned + session) & 0xFFFFFFFF)
    mixed = bytes(a ^ b for a, b in zip(mixed, b"ZKSO", strict=True))
    # The halves change places; the third byte gives way to the ticks themselves.
    return bytes((mixed[2] ^ ticks, mixed[3] ^ ticks, ticks, mixed[1] ^ ticks))


def time_number(moment: datetime) -> int:
    """The wall clock as one number: months of 31 days, years from 2000 [2SRC]."""
    days = (moment.year % 100) * 12 * 31 + (moment.month - 1) * 31 + moment.day - 1
    return ((days * 24 + moment.hour) * 60 + moment.minute) * 60 + moment.second


def time_of(number: int) -> datetime:
    """The wall clock behind a number; FrameError for a day that no month has."""
    rest, second = divmod(number, 60)
    rest, minute = divmod(rest, 60)
    rest, hour = divmod(rest, 24)
    rest, day = divmod(rest, 31)
    year, month = divmod(rest, 12)
    try:
        if year > 99:
            raise ValueError(year)
        return datetime(2000 + year, month + 1, day + 1, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        raise FrameError(f"{number} is no time") from None


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the terminal holds."""

    users: int
    fingers: int
    records: int


def sizes(data: bytes) -> Sizes:
    """The answer to FREE_SIZES: twenty numbers, of which 4, 6 and 8 count [2SRC]."""
    if len(data) < 80:
        raise FrameError(f"{len(data)} bytes are no sizes")
    numbers = struct.unpack_from("<20i", data)
    if min(numbers[4], numbers[6], numbers[8]) < 0:
        raise FrameError("a count below zero")
    return Sizes(numbers[4], numbers[6], numbers[8])


@dataclass(frozen=True, slots=True)
class Record:
    """One punch as the terminal holds it; `number` is "" where only `uid` is told (8 bytes)."""

    number: str
    uid: int
    said: datetime
    verify: int
    in_out: int
    work_code: int = 0


@dataclass(frozen=True, slots=True)
class User:
    """One enrolled person. `raw` is the record as it came, to be written back with a new name."""

    uid: int
    number: str
    name: str
    raw: bytes


def dataset(data: bytes) -> bytes:
    """What follows the byte count that every set begins with; FrameError when it is short."""
    if len(data) < 4:
        return b""
    (length,) = struct.unpack_from("<I", data)
    if length > len(data) - 4:
        raise FrameError(f"{length} bytes told, {len(data) - 4} came")
    return data[4 : 4 + length]


def record_size(length: int, count: int) -> int:
    """Bytes of a record when `count` of them are `length` bytes; FrameError when none fits."""
    for size in (40, 16, 8):
        if count and length == count * size:
            return size
    raise FrameError(f"{length} bytes are not {count} records")


def records(data: bytes, size: int) -> list[Record | bytes]:
    """Every record of 40 or 16 bytes; one that no terminal can have made comes as its bytes."""
    return _cut(data, size, {40: _record_40, 16: _record_16}[size])


def unsized(data: bytes, until: datetime) -> list[Record | bytes]:
    """Records of which the terminal told no number: of the size that makes sense of them.

    The smallest first: two of 8 bytes can look like one of 16, but hardly the other way round.
    """
    if len(data) % 8 == 0:
        with contextlib.suppress(FrameError):
            return short_records(data, until)
    for size in (16, 40):
        found = records(data, size) if len(data) % size == 0 else []
        if found and _sense(found, until) >= SENSE:
            return found
    raise FrameError(f"{len(data)} bytes are no records of a known size")


def _cut(data: bytes, size: int, read: Callable[[bytes], Record]) -> list[Record | bytes]:
    found: list[Record | bytes] = []
    for start in range(0, len(data) - size + 1, size):
        piece = data[start : start + size]
        try:
            found.append(read(piece))
        except FrameError:
            found.append(piece)
    return found


SENSE = 0.9
"""Single records are absurd in the field [issues of three projects]: fewer than one in ten."""
NONSENSE = 0.5
FIRST_YEAR = 2010


def _sense(found: Sequence[Record | bytes], until: datetime) -> float:
    """The share of records that are valid, of our time, and not before the one ahead of them.

    The flag of in and out is a small number or 255: in the wrong layout it is a byte of the time.
    """
    good, last = 0, None
    for each in found:
        if not isinstance(each, Record) or not (each.in_out < 16 or each.in_out == 255):
            continue
        if each.said.year >= FIRST_YEAR and each.said <= until:
            good += last is None or each.said >= last
            last = each.said
    return good / len(found) if found else 1.0


def short_records(data: bytes, until: datetime) -> list[Record | bytes]:
    """Every record of 8 bytes, in the one of their two layouts that makes sense of them.

    No record is of after `until`. Raises FrameError when neither layout makes sense, or both do.
    """
    readings = [_cut(data, 8, read) for read in (_record_8, _record_8_older)]
    senses = [_sense(found, until) for found in readings]
    if not data:
        return []
    if max(senses) < SENSE or min(senses) >= NONSENSE:
        raise FrameError("records of 8 bytes in no layout that is known")
    return readings[senses.index(max(senses))]


def _text(field: bytes) -> str:
    found = field.split(b"\x00", 1)[0].decode("ascii", "replace").strip()
    if not _NUMBER.fullmatch(found):
        raise FrameError("no enrolment number")
    return found


def _when(field: bytes) -> datetime:
    return time_of(int.from_bytes(field, "little"))


def _record_40(piece: bytes) -> Record:
    uid, number, verify, when, in_out, _rest = _ATTLOG_40.unpack(piece)
    return Record(_text(number), uid, _when(when), verify, in_out)


def _record_16(piece: bytes) -> Record:
    number, when, verify, in_out, _rest, work = _ATTLOG_16.unpack(piece)
    # Terminals number up to nine digits; more is a record read at the wrong place.
    if not 0 < number < 10**9:
        raise FrameError("no enrolment number")
    return Record(str(number), 0, _when(when), verify, in_out, work)


def _record_8(piece: bytes) -> Record:
    uid, verify, when, in_out = _ATTLOG_8.unpack(piece)
    if uid == 0:
        raise FrameError("no user")
    return Record("", uid, _when(when), verify, in_out)


def _record_8_older(piece: bytes) -> Record:
    """Older firmware: the time stands last [issue, real samples]."""
    uid, verify, in_out, when = _ATTLOG_8_OLDER.unpack(piece)
    if uid == 0:
        raise FrameError("no user")
    return Record("", uid, _when(when), verify, in_out)


def user_size(length: int, count: int) -> int:
    """Bytes of a user record; FrameError when neither size fits."""
    for size in (72, 28):
        if count and length == count * size:
            return size
    raise FrameError(f"{length} bytes are not {count} users")


def users(data: bytes, size: int, encoding: str) -> Iterator[User]:
    """Every user that has a number; a name cut in the middle of a character loses that one."""
    for start in range(0, len(data) - size + 1, size):
        piece = data[start : start + size]
        if size == 72:
            uid, _level, _password, name, _card, _group, field = _USER_72.unpack(piece)
            number = field.split(b"\x00", 1)[0].decode("ascii", "replace").strip()
        else:
            uid, _level, _password, name, _card, _group, _zone, whole = _USER_28.unpack(piece)
            number = str(whole)
        if _NUMBER.fullmatch(number):
            text = name.split(b"\x00", 1)[0].decode(encoding, "ignore").strip()
            yield User(uid, number, text, piece)


NAME_BYTES = {72: 24, 28: 8}


def named(user: User, name: str, encoding: str) -> bytes:
    """The user's record with another name, all else as it was; cut between characters."""
    field, start = NAME_BYTES[len(user.raw)], 11 if len(user.raw) == 72 else 8
    cut = clipped(name, field, encoding).ljust(field, b"\x00")
    return user.raw[:start] + cut + user.raw[start + field :]


def new_user(uid: int, number: str, name: str, encoding: str, size: int = 72) -> bytes:
    """A user of 72 or 28 bytes without password or card; the finger is enrolled at the terminal.

    Raises UserError for a number that would not come back as it is, and for a full memory.
    """
    if not 0 < uid <= 0xFFFF or not _NUMBER.fullmatch(number):
        raise UserError(number)
    cut = clipped(name, NAME_BYTES[size], encoding)
    if size == 72:
        return _USER_72.pack(uid, 0, b"", cut, 0, b"1", number.encode("ascii"))
    # The short record holds a plain number: no letters, no zeroes before it.
    if not number.isdecimal() or not 0 < int(number) < 10**9 or str(int(number)) != number:
        raise UserError(number)
    return _USER_28.pack(uid, 0, b"", cut, 0, 1, 0, int(number))


def clipped(name: str, limit: int, encoding: str) -> bytes:
    """As many whole characters as fit into the terminal's field, control characters as spaces."""
    found = b""
    for character in name:
        more = (character if character.isprintable() else " ").encode(encoding, "replace")
        if len(found) + len(more) > limit:
            break
        found += more
    return found
