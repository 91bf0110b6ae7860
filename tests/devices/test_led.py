"""LED strip codecs and bus: literals from third-party sources, and corrupted bytes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.device_thread import Outcome, Task
from devices.health import Health
from devices.led.codecs import CODECS, CodecError, Colour, w1, w2, w7
from devices.led.driver import Strip, StripBusDriver
from devices.led.simulator import READERS, DecodedFrame, StripBusSimulator, StripSimulator
from devices.link import LinkAddress, parse_link
from devices.simulate.base import Journal
from devices.simulate.endpoints import PtyWire
from support.hardware import ReportRecorder

W1_GOLDEN = bytes.fromhex("A09003A5000EC7EB00410030003100320 0BAC50089".replace(" ", ""))
W2_GOLDEN = bytes.fromhex("AA03BB51540101009900 63C7EB41303132BAC5FF".replace(" ", ""))


def test_golden_frames() -> None:
    assert w1(3, "请A012号", "red") == W1_GOLDEN
    assert w2(3, "请A012号", "red") == W2_GOLDEN
    assert w7(3, "A012", "red") == bytes.fromhex("4003413031320D")


@pytest.mark.parametrize(("driver", "frame"), [("w1", W1_GOLDEN), ("w2", W2_GOLDEN)])
def test_the_simulator_reads_the_golden_frames(driver: str, frame: bytes) -> None:
    reader = READERS[driver]()
    frames = [decoded for byte in frame if (decoded := reader.feed(byte))]
    assert [(shown_text.address, shown_text.text) for shown_text in frames] == [(3, "请A012号")]


def test_each_character_carries_its_colour() -> None:
    reader = READERS["w1"]()
    frames = [decoded for byte in w1(9, "A号", "yellow") if (decoded := reader.feed(byte))]
    assert frames == [DecodedFrame(9, (("A号", "yellow"),))]


def test_a_character_without_a_glyph_becomes_a_question_mark() -> None:
    assert w7(1, "镕𬭎A\n", "red") == b"\x40\x01" + "？？A".encode("gb2312") + b"\x0d"


# From the standard's table, row 1, not from any codec.
DOT, DASH = b"\xa1\xa4", b"\xa1\xaa"


@pytest.mark.parametrize(("typed", "code"), [("·", DOT), ("—", DASH), ("・", DOT), ("―", DASH)])
def test_the_dot_and_the_dash_of_names_are_in_the_strips_font(typed: str, code: bytes) -> None:
    assert w7(1, typed, "red") == b"\x40\x01" + code + b"\x0d"
    reader = READERS["w7"]()
    [shown_text] = [decoded for byte in w7(1, "阿·提—A", "red") if (decoded := reader.feed(byte))]
    assert shown_text.text == "阿·提—A"


@given(st.characters(min_codepoint=0x20, max_codepoint=0xFFFF, exclude_categories=("Cs", "Cc")))
def test_a_character_is_sent_unchanged_or_as_a_question_mark(char: str) -> None:
    reader = READERS["w7"]()
    decoded = [shown_text for byte in w7(1, f"A{char}", "red") if (shown_text := reader.feed(byte))]
    if not char.isprintable():
        assert [shown_text.text for shown_text in decoded] == ["A"]
    else:
        same = {"・": "·", "―": "—"}.get(char, char)
        assert [shown_text.text for shown_text in decoded] in (["A" + same], ["A？"])


@pytest.mark.parametrize("driver", sorted(CODECS))
@pytest.mark.parametrize(("address", "text"), [(256, "A"), (-1, "A"), (1, "A" * 61)])
def test_an_invalid_address_or_text_is_rejected(driver: str, address: int, text: str) -> None:
    with pytest.raises(CodecError):
        CODECS[driver](address, text, "red")


gb2312 = st.text("请到号窗口暂停服务ABC0123456789 ？，", min_size=1, max_size=20)
colours: st.SearchStrategy[Colour] = st.sampled_from(["red", "green", "yellow"])


@pytest.mark.parametrize("driver", sorted(CODECS))
@given(address=st.integers(0, 255), text=gb2312, colour=colours)
def test_frames_survive_encoding_and_decoding(
    driver: str, address: int, text: str, colour: Colour
) -> None:
    reader = READERS[driver]()
    frame = CODECS[driver](address, text, colour)
    frames = [decoded for byte in frame if (decoded := reader.feed(byte))]
    assert [(shown_text.address, shown_text.text) for shown_text in frames] == [(address, text)]
    if driver == "w1":
        assert {name for _, name in frames[0].spans} == {colour}


@pytest.mark.parametrize("driver", sorted(READERS))
@given(noise=st.binary(max_size=120))
def test_noise_never_stops_a_strip(driver: str, noise: bytes) -> None:
    reader = READERS[driver]()
    for byte in noise + b"\x00" * 500:
        reader.feed(byte)
    frames = CODECS[driver](3, "A012", "red") * 3
    decoded = [shown_text.text for byte in frames if (shown_text := reader.feed(byte))]
    assert "A012" in decoded


@pytest.mark.parametrize("driver", ["w1", "w2"])
@given(place=st.integers(0, 100), bit=st.integers(0, 7))
def test_a_frame_with_one_wrong_bit_is_not_shown(driver: str, place: int, bit: int) -> None:
    frame = bytearray(CODECS[driver](3, "A012号", "red"))
    # W2's checksum leaves out the address and the head [SRC].
    first = 2 if driver == "w1" else 6
    index = first + place % (len(frame) - first)
    frame[index] ^= 1 << bit
    reader = READERS[driver]()
    frames = [decoded for byte in bytes(frame) if (decoded := reader.feed(byte))]
    assert [shown_text.text for shown_text in frames if shown_text.address == 3] == []


class FakeTime:
    """Clock that moves only when it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def bus(journal: Journal, clock: FakeTime) -> StripBusSimulator:
    strips = [StripSimulator("a", 1, "w7", journal), StripSimulator("b", 2, "w7", journal)]
    wire = PtyWire(Path("/nowhere"), 9600)
    return StripBusSimulator("bus", wire, strips, journal, 9600, clock)


def test_the_simulated_bus_counts_short_gaps_and_collisions() -> None:
    journal, clock = Journal(), FakeTime()
    simulator = bus(journal, clock)
    frame = w7(1, "A012", "red")
    on_the_wire = len(frame) * 10 / 9600
    clock.now += 1
    simulator.receive(frame)
    clock.now += on_the_wire + 0.150
    simulator.receive(frame)
    assert (simulator.short_gaps, simulator.collisions) == (0, 0)
    clock.now += on_the_wire + 0.030
    simulator.receive(frame)
    assert (simulator.short_gaps, simulator.collisions) == (1, 0)
    clock.now += 1
    simulator.receive(frame + frame)
    assert (simulator.short_gaps, simulator.collisions) == (1, 1)
    assert simulator.observable_state()["strips"] == ["a", "b"]


class Cable:
    """Open link that records what is written and when."""

    def __init__(self, clock: FakeTime) -> None:
        self.written: list[tuple[float, bytes]] = []
        self._clock = clock

    def write(self, data: bytes, seconds: float) -> None:
        assert seconds > 0
        self.written.append((self._clock.now, data))

    def read(self, limit: int, seconds: float) -> bytes:
        del limit, seconds
        return b""

    def flush(self, seconds: float) -> None:
        """Do nothing: data is written at once."""

    def close(self) -> None:
        """Do nothing: no resource is held."""


class Socketless(LinkAddress):
    """Link address that opens the fake cable."""

    cable: Cable

    def open(self, seconds: float) -> Cable:
        assert seconds > 0
        return self.cable


def crew_on(clock: FakeTime, strips: int) -> tuple[StripBusDriver, Cable]:
    address = Socketless("serial", "/dev/ttyS9", 9600)
    cable = Cable(clock)
    object.__setattr__(address, "cable", cable)
    decoded = [Strip(f"s{n}", n, "w7", 60.0) for n in range(strips)]
    return StripBusDriver("bus", address, 0.12, decoded, ReportRecorder(), clock), cable


def run(crew: StripBusDriver, clock: FakeTime, until: float) -> None:
    while clock.now < until:
        crew.idle()
        clock.now += max(0.001, min(crew.wait(), until - clock.now))


def test_frames_keep_an_interval_and_only_the_newest_is_sent() -> None:
    clock = FakeTime()
    crew, cable = crew_on(clock, 3)
    for text in ("A001", "A002", "A003"):
        for strip in range(3):
            crew.show(f"s{strip}", {"text": text, "colour": "red"})
    run(crew, clock, 105.0)
    frames = [data for _, data in cable.written]
    # A new text is sent once more: a strip that lost half a frame shows the next one joined to it.
    assert frames == [w7(n, "A003", "red") for n in range(3)] * 2
    starts = [at for at, _ in cable.written]
    wire = len(frames[0]) * 10 / 9600
    assert all(b - a >= wire + 0.1 for a, b in pairwise(starts))


def test_texts_are_repeated_soon_and_for_strips_after_a_power_loss() -> None:
    clock = FakeTime()
    crew, cable = crew_on(clock, 1)
    crew.show("s0", {"text": "A001", "colour": "red"})
    run(crew, clock, 300.0)
    assert [at for at, _ in cable.written] == [100, 102, 162, 222, 282]
    crew.show("s0", {"text": "A001", "colour": "red"})
    run(crew, clock, 301.0)
    assert len(cable.written) == 5


def test_a_text_too_long_is_reported_and_the_old_one_stays() -> None:
    clock = FakeTime()
    crew, cable = crew_on(clock, 1)
    crew.show("s0", {"text": "好" * 61})
    run(crew, clock, 101.0)
    assert cable.written == []


def test_a_strip_has_no_tasks() -> None:
    crew, _ = crew_on(FakeTime(), 1)
    assert crew.work(Task("x", "s0", "beep"), lambda: None) == Outcome(
        "failed", "not_supported", "beep"
    )


def test_a_missing_port_fails_the_device_and_not_the_agent() -> None:
    notes = ReportRecorder()
    address = parse_link("serial:/nowhere/ttyLED0?baud=9600")
    crew = StripBusDriver("bus", address, 0.12, [Strip("s", 1, "w1", 60)], notes, FakeTime())
    crew.idle()
    latest = notes.latest("s")
    assert isinstance(latest, Health)
    assert (latest.state, latest.code) == ("failed", "unreachable")
