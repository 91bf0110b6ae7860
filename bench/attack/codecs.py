"""Fuzzer of the codecs: mutated bytes of every protocol must give a value or a documented error.

It reports any other exception, and bytes that take longer than a second. Nothing is connected.
"""

from __future__ import annotations

import contextlib
import random
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bench.attack.tally import Tally
from devices import desk_frames
from devices.fingerprint import codec as zk
from devices.keypads import codec as keypads
from devices.led import codecs as led
from devices.printers.answers import AnswerReader
from devices.printers.document import Document, DocumentError
from devices.printers.escpos import Profile, encode
from devices.printers.status import QUERIES, PrinterStatus
from server.time_clocks import iclock
from server.time_clocks.manual_entry import read_file
from server.time_clocks.reports import parse_untyped, read_lines
from support.escpos_reader import read as read_paper

LONGEST = 1.0
"""Maximum seconds for one mutated input."""
NASTY = (
    b"\x00", b"\xff", b"\x1b@", b"\x10\x04\x01", b"\xa0\x90", b"\x0d", "²".encode(), "٣".encode(),
    "𝟙".encode(), b"9" * 5000, b"A" * 200, b"\xed\xa0\x80", b"\t\t\t", b"&ID=1&Return=", b"=" * 50,
    "　".encode(), b"<script>", b"\x7f", b"-1", b"1e309", b"\r\n\r\n",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Parser under attack, real examples of its input, and the errors that it documents."""

    name: str
    read: Callable[[bytes], object]
    examples: tuple[bytes, ...]
    allowed: tuple[type[Exception], ...] = ()


def _paper(data: bytes) -> object:
    return list(read_paper(data, kanji_at_power_up=True))


def _led(codec: Callable[[int, str, led.Colour], bytes]) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        text = data[1:].decode("utf-8", "surrogateescape")
        frame = codec(data[0] if data else 0, text[:60], "red")
        body = frame[6:]
        if codec is led.w7 and b"\x0d" in frame[2:-1]:
            raise AssertionError("a text ended its own frame")
        return body

    return read


def _status(data: bytes) -> object:
    replies = AnswerReader().feed(data)
    answers: dict[int, int | None] = dict.fromkeys(QUERIES) | dict(
        zip(QUERIES, replies, strict=False)
    )
    status = PrinterStatus(answers)
    return status.paper, status.cover, status.cutter, status.health()


def _document(data: bytes) -> object:
    text = data.decode("utf-8", "replace")
    line = {"type": "text", "text": text, "width": len(data) % 9, "height": 1}
    whole = Document.from_json({"lines": [line], "copy": False})
    bytes_out = encode(whole, Profile()).data
    return _paper(bytes_out)


def _keypad(data: bytes) -> object:
    reader = desk_frames.FrameReader()
    frames = [frame for start in range(0, len(data), 3) for frame in reader.feed(data[start:][:3])]
    reader.quiet()
    return [(frame.key, frame.digits) for frame in frames]


def _stream(data: bytes) -> object:
    return list(zk.StreamReader().feed(data))


def _sized(data: bytes) -> object:
    body = zk.dataset(data)
    count = data[-1] if data else 0
    size = zk.record_size(len(body), count)
    rows = zk.short_records(body, TODAY) if size == 8 else zk.records(body, size)
    return rows, list(zk.users(body, zk.user_size(len(body), count), "gb18030"))


def _records(data: bytes) -> object:
    people = [list(zk.users(data, size, "gb18030")) for size in (72, 28)]
    shapes: list[object] = [zk.records(data, size) for size in (40, 16)]
    for read in (zk.short_records, zk.records_of_unknown_size):
        with contextlib.suppress(zk.FrameError):
            shapes.append(read(data, TODAY))
    return shapes, people


def _line(data: bytes) -> object:
    text = iclock.decode(data)
    return (
        iclock.info(text), iclock.pairs(text), iclock.answers(data), iclock.moment(text),
        iclock.displayable(text), iclock.user_update("7", text), list(iclock.lines_of(data)),
    )  # fmt: skip


ATTLOG = (
    b"7\t2026-11-24 08:21:33\t0\t1\t0\t0\t0\n12\t2026-11-24 08:22:01\t0\t15\t\t0\t0\n",
    "3 2026-11-24 08:23:00 0 1\n李\t2026-13-40 25:61:00\n".encode("gb18030"),
)
TODAY = datetime(2026, 11, 25)  # noqa: DTZ001 - a wall clock
WHEN = zk.time_number(datetime(2026, 11, 24, 8, 30))  # noqa: DTZ001
RECORD = struct.pack("<H24sB4sB8s", 7, b"7", 1, struct.pack("<I", WHEN), 0, b"")
USER = zk.new_user(7, "7", "甲一明", "gb18030")
TARGETS = (
    Target("printer status", _status, (bytes((0x16, 0x12, 0x12, 0x12)), bytes((0x12, 0x72)))),
    Target("escpos reader", _paper, (encode(Document(), Profile()).data + b"A012\n",),
           (ValueError, LookupError)),
    Target("escpos writer", _document, ("请到3号窗口 A012".encode(), b"\x1b@\x1dV0"),
           (DocumentError,)),
    *(Target(f"led {name}", _led(codec), (b"\x01" + "A012 请到3号".encode(),), (led.CodecError,))
      for name, codec in led.CODECS.items()),
    Target("keypad frame", desk_frames.decode, (keypads.display(3, 12, 12).encode(),
           desk_frames.Frame(3, 1, b"\x01\x02\x0b").encode()), (desk_frames.CodecError,)),
    Target("keypad stream", _keypad, (keypads.beep(1).encode() * 3,)),
    Target("pull stream", _stream,
           (zk.wrap_for_tcp(zk.encode_packet(zk.Packet(2000, 1, 2, b"abcd"))) * 2,),
           (zk.FrameError,)),
    Target("pull sets", _sized, (struct.pack("<I", 40) + RECORD + b"\x01",), (zk.FrameError,)),
    Target("pull records", _records, (RECORD * 3, USER * 2)),
    Target("pull sizes", zk.sizes, (struct.pack("<20i", *range(20)),), (zk.FrameError,)),
    Target("push lines", _line, (b"Ver 8.0,12,30,4000,192.0.2.9,10", b"ID=3&Return=0&CMD=DATA\n",
           b"~DeviceName=F18\tFWVersion=8", b"2026-11-24 08:21:33")),
    Target("push batch", partial(read_lines, read=parse_untyped), ATTLOG),
    Target("attlog file", read_file, ATTLOG),
)  # fmt: skip


def attack(seed: int, examples: int, names: Iterable[str] = ()) -> Tally:
    """Run `examples` mutations of each target's examples."""
    tally = Tally("codecs")
    selection = set(names)
    for target in TARGETS:
        if selection and target.name not in selection:
            continue
        chance = random.Random(f"{seed} {target.name}")
        for _ in range(examples):
            _try(tally, target, mutated(chance, target.examples))
    return tally


def _try(tally: Tally, target: Target, data: bytes) -> None:
    start = time.perf_counter()
    try:
        target.read(data)
        outcome = "value"
    except target.allowed:
        outcome = "documented error"
    except Exception as error:  # noqa: BLE001 - the attack looks for exactly these
        outcome = "exception"
        tally.add_find(f"{target.name}: {type(error).__name__}", f"{data[:60]!r}")
    seconds = time.perf_counter() - start
    if seconds > LONGEST:
        tally.add_find(f"{target.name}: slow", f"{seconds:.1f} s, {data[:60]!r}")
    tally.count(outcome, seconds)


def mutated(chance: random.Random, examples: tuple[bytes, ...]) -> bytes:
    """Return an example with a few bytes changed, cut, doubled, or replaced by hostile ones."""
    data = bytearray(chance.choice(examples))
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(data))
        match chance.randint(0, 6):
            case 0:
                del data[at : at + chance.randint(1, 8)]
            case 1:
                data[at:at] = chance.choice(NASTY)
            case 2:
                data[at : at + 4] = chance.choice(NASTY)
            case 3:
                data[at : at + 1] = bytes((chance.randint(0, 255),))
            case 4:
                data[at:at] = data[at : at + chance.randint(1, 40)] * chance.randint(1, 4)
            case 5:
                data[at : at + 4] = struct.pack("<I", chance.choice((0, 1, 2**31, 2**32 - 1)))
            case _:
                data += chance.randbytes(chance.randint(1, 16))
    return bytes(data)
