"""Codec of the pull protocol of ZK-family time clocks (port 4370); no I/O.

Facts and their source marks are in the hardware notes, A3a. Records carry the time clock's own wall
time, without a zone. Records that no time clock can have made are rejected: an impossible date, an
empty or unprintable number. Fingerprint templates are never read.
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
"""Upper limit of a set in bytes; no time clock holds more records than that."""

CONNECT, EXIT, RESTART = 1000, 1001, 1004
AUTH, OPTIONS_READ, VERSION = 1102, 11, 1100
FREE_SIZES, USER_WRITE, USERS, ATTLOG = 50, 8, 9, 13
GET_TIME, SET_TIME, REFRESH = 201, 202, 1013
PREPARE, DATA, FREE_DATA, PREPARE_BUFFER, READ_BUFFER = 1500, 1501, 1502, 1503, 1504
ACK_OK, ACK_ERROR, ACK_DATA, ACK_UNAUTH = 2000, 2001, 2002, 2005
EVENT = 500
USER_FILTER = 5
"""Parameter `fct` of command 1503 that requests users [2SRC]."""

_ATTLOG_40 = struct.Struct("<H24sB4sB8s")
_ATTLOG_16 = struct.Struct("<I4sBB2sI")
_ATTLOG_8 = struct.Struct("<HB4sB")
_ATTLOG_8_OLDER = struct.Struct("<HBB4s")
_USER_72 = struct.Struct("<HB8s24sIx7sx24s")
_USER_28 = struct.Struct("<HB5s8sIxBhI")
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,23}")


class FrameError(ValueError):
    """Error for bytes that are no packet or record of this protocol."""


class UserError(ValueError):
    """Error for a user that the record cannot hold; the message is the enrolment number."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet; the command of a reply is its result code."""

    command: int
    session: int
    reply: int
    data: bytes = b""


def checksum(data: bytes) -> int:
    """Return the 16-bit one's-complement sum of a packet whose checksum field is zero [2SRC]."""
    padded = data + b"\x00" * (len(data) % 2)
    total: int = sum(word for (word,) in struct.iter_unpack("<H", padded))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def encode_packet(packet: Packet) -> bytes:
    """Encode a packet for a UDP datagram."""
    bare = HEADER.pack(packet.command, 0, packet.session, packet.reply) + packet.data
    return bare[:2] + struct.pack("<H", checksum(bare)) + bare[4:]


def decode_packet(data: bytes) -> Packet:
    """Decode the packet of a datagram.

    The checksum is ignored: clients and firmware differ in it [RAN].

    Raises:
        FrameError: The datagram is too short for a header.
    """
    if len(data) < HEADER.size:
        raise FrameError(f"{len(data)} bytes are no packet")
    command, _sum, session, reply = HEADER.unpack_from(data)
    return Packet(command, session, reply, bytes(data[HEADER.size :]))


def wrap_for_tcp(data: bytes) -> bytes:
    """Wrap an encoded packet for TCP: `50 50 82 7D`, then the length [2SRC]."""
    return MAGIC + struct.pack("<I", len(data)) + data


class StreamReader:
    """Decoder that splits a TCP stream into packets, however it is fragmented."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Packet]:
        """Yield the packets that are complete; FrameError if the stream is of another protocol."""
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
            yield decode_packet(body)


def auth_data(key: int, session: int, ticks: int = 50) -> bytes:
    """Return the data of AUTH: the key's bits reversed, plus the session, scrambled [2SRC]."""
    turned = int(f"{key & 0xFFFFFFFF:032b}"[::-1], 2)
    mixed = struct.pack("<I", (turned + session) & 0xFFFFFFFF)
    mixed = bytes(a ^ b for a, b in zip(mixed, b"ZKSO", strict=True))
    # The halves are swapped; the third byte is replaced by the ticks themselves.
    return bytes((mixed[2] ^ ticks, mixed[3] ^ ticks, ticks, mixed[1] ^ ticks))


def time_number(moment: datetime) -> int:
    """Encode a wall time as one number: months of 31 days, years from 2000 [2SRC]."""
    days = (moment.year % 100) * 12 * 31 + (moment.month - 1) * 31 + moment.day - 1
    return ((days * 24 + moment.hour) * 60 + moment.minute) * 60 + moment.second


def time_of(number: int) -> datetime:
    """Decode a wall time; FrameError for a day that its month does not have."""
    value, second = divmod(number, 60)
    value, minute = divmod(value, 60)
    value, hour = divmod(value, 24)
    value, day = divmod(value, 31)
    year, month = divmod(value, 12)
    try:
        if year > 99:
            raise ValueError(year)
        return datetime(2000 + year, month + 1, day + 1, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        raise FrameError(f"{number} is no time") from None


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of users, fingerprints and records that the time clock holds."""

    users: int
    fingers: int
    records: int


def sizes(data: bytes) -> Sizes:
    """Decode the answer to FREE_SIZES: of its twenty numbers, 4, 6 and 8 are used [2SRC]."""
    if len(data) < 80:
        raise FrameError(f"{len(data)} bytes are no sizes")
    numbers = struct.unpack_from("<20i", data)
    if min(numbers[4], numbers[6], numbers[8]) < 0:
        raise FrameError("a count below zero")
    return Sizes(numbers[4], numbers[6], numbers[8])


@dataclass(frozen=True, slots=True)
class Record:
    """One punch in the time clock's memory.

    `number` is "" if the record holds only `uid` (8 bytes).
    """

    number: str
    uid: int
    device_time: datetime
    verify: int
    in_out: int
    work_code: int = 0


@dataclass(frozen=True, slots=True)
class User:
    """One enrolled user. `raw` is the record as received, for writing it back with a new name."""

    uid: int
    number: str
    name: str
    raw: bytes


def dataset(data: bytes) -> bytes:
    """Return a set without its leading byte count; FrameError if it is too short."""
    if len(data) < 4:
        return b""
    (length,) = struct.unpack_from("<I", data)
    if length > len(data) - 4:
        raise FrameError(f"{length} bytes told, {len(data) - 4} came")
    return data[4 : 4 + length]


def record_size(length: int, count: int) -> int:
    """Return the bytes per record of `count` records in `length` bytes; FrameError if none fits."""
    for size in (40, 16, 8):
        if count and length == count * size:
            return size
    raise FrameError(f"{length} bytes are not {count} records")


def records(data: bytes, size: int) -> list[Record | bytes]:
    """Decode records of 40 or 16 bytes; an impossible record is returned as its bytes."""
    return _decode_each(data, size, {40: _record_40, 16: _record_16}[size])


def records_of_unknown_size(data: bytes, until: datetime) -> list[Record | bytes]:
    """Decode records whose number the time clock did not report, by the most plausible size.

    The smallest size is tried first: two records of 8 bytes can look like one of 16, but hardly the
    other way round.
    """
    if len(data) % 8 == 0:
        with contextlib.suppress(FrameError):
            return short_records(data, until)
    for size in (16, 40):
        entries = records(data, size) if len(data) % size == 0 else []
        if entries and _plausibility(entries, until) >= MIN_PLAUSIBLE_SHARE:
            return entries
    raise FrameError(f"{len(data)} bytes are no records of a known size")


def _decode_each(data: bytes, size: int, read: Callable[[bytes], Record]) -> list[Record | bytes]:
    entries: list[Record | bytes] = []
    for start in range(0, len(data) - size + 1, size):
        piece = data[start : start + size]
        try:
            entries.append(read(piece))
        except FrameError:
            entries.append(piece)
    return entries


MIN_PLAUSIBLE_SHARE = 0.9
"""Minimum share of plausible records in the right layout.

Single absurd records occur in the field [issues of three projects]: fewer than one in ten.
"""
MAX_SHARE_OF_OTHER_LAYOUT = 0.5
FIRST_YEAR = 2010


def _plausibility(entries: Sequence[Record | bytes], until: datetime) -> float:
    """Return the share of records that are valid, of a plausible date, and in order of time.

    The in/out flag is a small number or 255: in the wrong layout it is a byte of the time.
    """
    plausible_count, last = 0, None
    for entry in entries:
        if not isinstance(entry, Record) or not (entry.in_out < 16 or entry.in_out == 255):
            continue
        if entry.device_time.year >= FIRST_YEAR and entry.device_time <= until:
            plausible_count += last is None or entry.device_time >= last
            last = entry.device_time
    return plausible_count / len(entries) if entries else 1.0


def short_records(data: bytes, until: datetime) -> list[Record | bytes]:
    """Decode records of 8 bytes, in the plausible one of their two layouts.

    No record may be later than `until`.

    Raises:
        FrameError: Neither layout is plausible, or both are.
    """
    readings = [_decode_each(data, 8, read) for read in (_record_8, _record_8_older)]
    shares = [_plausibility(entries, until) for entries in readings]
    if not data:
        return []
    if max(shares) < MIN_PLAUSIBLE_SHARE or min(shares) >= MAX_SHARE_OF_OTHER_LAYOUT:
        raise FrameError("records of 8 bytes in no layout that is known")
    return readings[shares.index(max(shares))]


def _enrolment_number(field: bytes) -> str:
    text = field.split(b"\x00", 1)[0].decode("ascii", "replace").strip()
    if not _NUMBER.fullmatch(text):
        raise FrameError("no enrolment number")
    return text


def _time(field: bytes) -> datetime:
    return time_of(int.from_bytes(field, "little"))


def _record_40(piece: bytes) -> Record:
    uid, number, verify, when, in_out, _rest = _ATTLOG_40.unpack(piece)
    return Record(_enrolment_number(number), uid, _time(when), verify, in_out)


def _record_16(piece: bytes) -> Record:
    number, when, verify, in_out, _rest, work = _ATTLOG_16.unpack(piece)
    # Time clocks use up to nine digits; more means a record read at a wrong offset.
    if not 0 < number < 10**9:
        raise FrameError("no enrolment number")
    return Record(str(number), 0, _time(when), verify, in_out, work)


def _record_8(piece: bytes) -> Record:
    uid, verify, when, in_out = _ATTLOG_8.unpack(piece)
    if uid == 0:
        raise FrameError("no user")
    return Record("", uid, _time(when), verify, in_out)


def _record_8_older(piece: bytes) -> Record:
    """Decode a record of older firmware: the time is its last field [issue, real samples]."""
    uid, verify, in_out, when = _ATTLOG_8_OLDER.unpack(piece)
    if uid == 0:
        raise FrameError("no user")
    return Record("", uid, _time(when), verify, in_out)


def user_size(length: int, count: int) -> int:
    """Return the bytes per user record; FrameError if neither size fits."""
    for size in (72, 28):
        if count and length == count * size:
            return size
    raise FrameError(f"{length} bytes are not {count} users")


def users(data: bytes, size: int, encoding: str) -> Iterator[User]:
    """Yield every user that has a number; drop a character that is cut off at a name's end."""
    for start in range(0, len(data) - size + 1, size):
        piece = data[start : start + size]
        if size == 72:
            uid, _level, _password, name, _card, _group, field = _USER_72.unpack(piece)
            number = field.split(b"\x00", 1)[0].decode("ascii", "replace").strip()
        else:
            uid, _level, _password, name, _card, _group, _zone, id_number = _USER_28.unpack(piece)
            number = str(id_number)
        if _NUMBER.fullmatch(number):
            text = name.split(b"\x00", 1)[0].decode(encoding, "ignore").strip()
            yield User(uid, number, text, piece)


NAME_BYTES = {72: 24, 28: 8}


def with_name(user: User, name: str, encoding: str) -> bytes:
    """Return the user's record with another name, cut between characters."""
    field, start = NAME_BYTES[len(user.raw)], 11 if len(user.raw) == 72 else 8
    cut = encode_clipped(name, field, encoding).ljust(field, b"\x00")
    return user.raw[:start] + cut + user.raw[start + field :]


def new_user(uid: int, number: str, name: str, encoding: str, size: int = 72) -> bytes:
    """Encode a user of 72 or 28 bytes without password or card.

    The finger is enrolled at the time clock itself.

    Raises:
        UserError: The record would not preserve the number, or the memory is full.
    """
    if not 0 < uid <= 0xFFFF or not _NUMBER.fullmatch(number):
        raise UserError(number)
    cut = encode_clipped(name, NAME_BYTES[size], encoding)
    if size == 72:
        return _USER_72.pack(uid, 0, b"", cut, 0, b"1", number.encode("ascii"))
    # The short record holds a plain number: no letters, no leading zeroes.
    if not number.isdecimal() or not 0 < int(number) < 10**9 or str(int(number)) != number:
        raise UserError(number)
    return _USER_28.pack(uid, 0, b"", cut, 0, 1, 0, int(number))


def encode_clipped(name: str, limit: int, encoding: str) -> bytes:
    """Encode as many whole characters as fit into `limit` bytes; control characters as spaces."""
    cut = b""
    for character in name:
        encoded = (character if character.isprintable() else " ").encode(encoding, "replace")
        if len(cut) + len(encoded) > limit:
            break
        cut += encoded
    return cut
