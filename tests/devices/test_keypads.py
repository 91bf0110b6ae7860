"""Keypad frames: literals from third-party sources, streams with noise, key maps, and the bus."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.config_table import Problem, Settings
from devices.desk_frames import CodecError, Frame, FrameReader, decode
from devices.device_thread import Task
from devices.keypads.codec import beep, display
from devices.keypads.keys import HALL_KEYS, MODELS, function_of, key_map
from support.hardware import PATIENCE, Rig

CALL = bytes.fromhex("FF6803036805020C1316")
SHOW_012 = bytes.fromhex("FF6808086805020A0A0A0001022816")
BEEP = bytes.fromhex("FF6802026805030816")
RATING = bytes.fromhex("FF6803036805110016 16".replace(" ", ""))


def test_golden_frames() -> None:
    assert decode(CALL) == Frame(5, 2, b"\x0c")
    assert Frame(5, 2, b"\x0c").encode() == CALL
    assert display(5, None, 12).encode() == SHOW_012
    assert beep(5).encode() == BEEP
    assert decode(RATING).key is None


def test_the_display_has_two_numbers() -> None:
    blank = 0x0A
    assert display(1, 7, None).data == bytes((blank, blank, 7, blank, blank, blank))
    assert display(1, 2000, 1012).data == bytes((9, 9, 9, 0, 1, 2))


frames = st.builds(Frame, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=32))


@given(frames, st.booleans())
def test_frames_survive_encoding_and_decoding(frame: Frame, wake: bool) -> None:
    data = frame.encode()
    assert decode(data if wake else data[1:]) == frame


@given(st.binary(max_size=60))
def test_any_bytes_decode_or_are_rejected(data: bytes) -> None:
    try:
        decode(data)
    except CodecError:
        return


@given(frames, st.integers(0, 400), st.integers(1, 255))
def test_a_wrong_byte_is_refused(frame: Frame, place: int, flip: int) -> None:
    data = bytearray(frame.encode()[1:])
    data[place % len(data)] ^= flip
    with pytest.raises(CodecError):
        decode(bytes(data))


@given(st.lists(frames, max_size=4), st.binary(max_size=30), st.integers(1, 9))
def test_frames_are_found_in_noise_however_split(
    wanted: list[Frame], noise: bytes, piece: int
) -> None:
    reader = FrameReader()
    stream = noise.replace(b"\x68", b"") + b"".join(frame.encode() for frame in wanted)
    frames_read: list[Frame] = []
    for start in range(0, len(stream), piece):
        frames_read += reader.feed(stream[start : start + piece])
    assert frames_read == wanted


def test_half_a_frame_is_dropped_after_silence() -> None:
    reader = FrameReader()
    assert reader.feed(CALL[:6]) == []
    reader.quiet()
    assert reader.feed(CALL) == [Frame(5, 2, b"\x0c")]
    assert reader.rejected == 1


def test_key_maps_are_configuration() -> None:
    problems: list[Problem] = []
    table = {"keys": {"0C": "call_next", "6+0F": "discard", "0f": "finish", "call": "x"}}
    keys = key_map(Settings("device k", table, problems))
    assert function_of(keys, Frame(1, 9, b"\x0c")) == ("call_next", "")
    assert function_of(keys, Frame(1, 9, b"\x01\x02\x0c")) is None
    assert function_of(keys, Frame(1, 9, b"\x06\x0f")) == ("discard", "")
    assert function_of(keys, Frame(1, 9, b"\x05\x0f")) is None
    assert function_of(keys, Frame(1, 9, b"\x0d")) is None
    assert function_of(keys, Frame(1, 0x11, b"\x0c")) is None
    assert [problem.en for problem in problems] == ["key 'call' must read 0C or 6+0F"]
    default = key_map(Settings("device k", {}, problems))
    assert len(default) == len(HALL_KEYS)
    assert function_of(default, Frame(1, 9, b"\x01\x02\x13")) == ("transfer", "12")


# Frames of the keypads of a deployed hall, computed by the formula of its source (HARDWARE E6).
DEPLOYED = {
    "FF 68 04 04 68 05 02 06 0F 1C 16": "no_show",
    "FF 68 04 04 68 05 02 03 0F 19 16": "resume",
    "FF 68 03 03 68 05 02 0B 12 16": "finish",
    "FF 68 03 03 68 05 02 13 1A 16": "requeue",
    "FF 68 03 03 68 05 02 0C 13 16": "call_next",
}


@pytest.mark.parametrize(("pressed", "function"), DEPLOYED.items())
def test_keys_of_a_deployed_hall_have_their_functions(pressed: str, function: str) -> None:
    problems: list[Problem] = []
    keys = key_map(Settings("device k", {"model": "gov-hall"}, problems))
    [frame] = FrameReader().feed(bytes.fromhex(pressed))
    assert function_of(keys, frame) == (function, "")
    assert function_of(keys, Frame(5, 2, b"\x0f")) is None
    assert function_of(keys, Frame(5, 2, b"\x0e")) is None
    assert problems == []


@given(
    st.sampled_from(sorted(MODELS)),
    st.lists(st.integers(0, 9), min_size=1, max_size=4),
    st.integers(0x0A, 0x20),
)
def test_digits_before_a_key_never_become_the_plain_key(
    model: str, digits: list[int], key: int
) -> None:
    keys = key_map(Settings("device k", {"model": model}, []))
    meaning = function_of(keys, Frame(1, 2, bytes([*digits, key])))
    plain = function_of(keys, Frame(1, 2, bytes([key])))
    written = MODELS[model].get(f"{''.join(map(str, digits))}+{key:02X}")
    assert meaning is None or meaning[0] in (written, "transfer")
    if meaning is not None and plain is not None and meaning[0] == plain[0]:
        assert meaning[0] == "transfer"


def test_a_press_is_echoed_and_reported_once(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("a4")
    assert rig.health_becomes("unknown", code="not_heard")
    rig.device.faults.switch("key_bounce", on=True)
    rig.device.press("0C")  # type: ignore[attr-defined]
    assert rig.plan.journal.wait_for(lambda event: event["kind"] == "echo", PATIENCE)
    assert rig.health_becomes("ok")
    rig.device.faults.switch("key_bounce", on=False)
    rig.device.press("3 0D")  # type: ignore[attr-defined]
    rig.device.press("3 13")  # type: ignore[attr-defined]
    assert rig.notes.wait(lambda: len(rig.notes.events) >= 2)
    functions = [(data["function"], data["digits"]) for _, _, data in rig.notes.events]
    assert functions == [("call_next", ""), ("transfer", "3")]


@pytest.mark.parametrize("fault", ["bad_checksum", "half_frame"])
def test_a_corrupted_key_press_is_dropped(fault: str, rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("a4")
    rig.device.faults.switch(fault, on=True)
    rig.device.press("0C")  # type: ignore[attr-defined]
    assert rig.plan.journal.wait_for(lambda event: event["kind"] == "no_echo", PATIENCE)
    assert rig.notes.events == []
    rig.device.faults.switch(fault, on=False)
    rig.device.press("0D")  # type: ignore[attr-defined]
    assert rig.notes.wait(lambda: bool(rig.notes.events))
    assert rig.notes.events[0][2]["function"] == "recall"


def test_the_keypad_beeps_on_demand(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("a4")
    assert rig.arrived(rig.order())
    rig.owner.submit(Task("b", "dev", "beep"))
    assert rig.outcome_of("b").state == "done"
    assert rig.plan.journal.wait_for(lambda event: event["kind"] == "beep", PATIENCE)
    rig.owner.submit(Task("c", "dev", "print"))
    assert rig.outcome_of("c").reason == "not_supported"


def test_unknown_keys_are_ignored(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("a4")
    with pytest.raises(ValueError, match="digits one by one"):
        rig.device.press("99")  # type: ignore[attr-defined]
