"""Rating pads: literals from foreign sources, value maps, and presses through the driver."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.config import agent_config
from devices.config_table import ConfigError, Problem, Settings
from devices.desk_frames import CodecError, Frame, decode
from devices.link import LinkAddress
from devices.pad_bus import REPEAT_SECONDS
from devices.ratingpads.driver import RatingPad, RatingPadDriver
from devices.ratingpads.frames import A4Frames, PadPress, Pj06Frames
from devices.ratingpads.values import MODELS, value_map
from devices.registry import build_drivers
from support.hardware import PATIENCE, ReportRecorder, Rig

RATING = bytes.fromhex("FF 68 03 03 68 05 11 00 16 16")
ACKNOWLEDGED = bytes.fromhex("FF 68 03 03 68 05 01 00 06 16")
ASK = bytes.fromhex("FF 68 03 03 68 05 01 0B 11 16")
CALL_KEY = bytes.fromhex("FF 68 03 03 68 05 02 0C 13 16")


def test_golden_frames() -> None:
    frames = A4Frames()
    [press] = frames.feed(RATING)
    assert press == PadPress(5, 0, RATING)
    assert frames.acknowledge(press) == ACKNOWLEDGED
    assert frames.ask(5, 20) == [ASK]
    assert frames.feed(CALL_KEY) == [], "a caller key is no rating"


def test_golden_frames_of_a_pj06() -> None:
    frames = Pj06Frames()
    assert frames.rest(0) == [bytes.fromhex("55 AA 02 1F 00 1A")]
    assert frames.ask(0, 20) == [
        bytes.fromhex("55 AA 03 13 14 00 1A"),
        bytes.fromhex("55 AA 02 15 05 1A"),
        bytes.fromhex("55 AA 02 20 00 1A"),
    ]
    assert [press.value for press in frames.feed(bytes((0, 1, 6, 7, 0xFF)))] == [1, 6]
    assert frames.acknowledge(PadPress(None, 1, b"\x01")) == b""


@given(st.binary(max_size=60))
def test_any_bytes_decode_or_are_rejected(data: bytes) -> None:
    for frames in (A4Frames(), Pj06Frames()):
        for press in frames.feed(data):
            assert press.raw
    try:
        decode(data)
    except CodecError:
        return


@given(st.integers(0, 255), st.integers(0, 255), st.integers(1, 9))
def test_a_rating_is_found_however_the_stream_is_split(
    address: int, value: int, piece: int
) -> None:
    frames, stream = A4Frames(), Frame(address, 0x11, bytes((value,))).encode()
    presses = [
        press
        for start in range(0, len(stream), piece)
        for press in frames.feed(stream[start : start + piece])
    ]
    assert [(press.address, press.value) for press in presses] == [(address, value)]


@pytest.mark.parametrize("model", MODELS)
def test_a_model_names_levels_from_best_to_worst(model: str) -> None:
    levels = list(MODELS[model].values())
    assert levels == sorted(levels)
    assert set(levels) <= {1, 2, 3, 4, 5}


def test_value_maps_are_configuration() -> None:
    problems: list[Problem] = []
    table = {"values": {"3": "1", "x": "2", "4": "6"}}
    assert value_map(Settings("device p", table, problems), "gov-hall") == {3: 1}
    assert [problem.en for problem in problems] == [
        "the value 'x' must be within 0..255",
        "the level of 4 must be within 1 (best) to 5 (worst)",
    ]
    assert value_map(Settings("device p", {}, problems), "stars")[5] == 1


def ask(rig: Rig, ticket: str, seconds: int = 20) -> None:
    """Let the pad ask for a ticket, and wait until a person sees it."""
    before = rig.plan.journal.number
    rig.owner.set_desired_state("dev", {"ticket": ticket, "seconds": seconds})
    assert face(rig, "asks", before)


def face(rig: Rig, text: str, since: int = 0) -> bool:
    """Return True once the pad shows this face."""
    shown = rig.plan.journal.wait_for(lambda event: event.get("text") == text, PATIENCE, since)
    return shown is not None


def facts(rig: Rig, count: int) -> list[Mapping[str, object]]:
    """Return the presses that the driver kept, without their ids."""
    assert rig.notes.wait(lambda: len(rig.notes.debts) >= count)
    return [
        {k: v for k, v in fact.items() if k not in ("press", "raw")} for fact in rig.notes.debts
    ]


def test_a_press_is_kept_and_then_acknowledged(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("a4-rating")
    assert rig.health_becomes("unknown", code="not_heard")
    ask(rig, "A001")
    rig.device.press("3")  # type: ignore[attr-defined]
    assert face(rig, "thanks")
    assert facts(rig, 1) == [{"level": 1, "ticket": "A001"}]
    assert rig.notes.debts[0]["raw"] == "ff6803036805110319 16".replace(" ", "")
    assert rig.health_becomes("ok")


def test_a_press_whose_key_bounces_is_kept_once(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("a4-rating")
    ask(rig, "A001")
    rig.device.faults.switch("key_bounce", on=True)
    rig.device.press("0")  # type: ignore[attr-defined]
    assert face(rig, "thanks")
    rig.device.faults.switch("key_bounce", on=False)
    before = rig.plan.journal.number
    rig.device.press("2")  # type: ignore[attr-defined]
    assert face(rig, "thanks", before)
    assert [fact["level"] for fact in facts(rig, 2)] == [4, 2]


class FullDisk(ReportRecorder):
    """Recorder whose disk is full at the first press."""

    def enqueue_facts(
        self, device: str, kind: str, payloads: Sequence[Mapping[str, object]], bookmark: str
    ) -> None:
        if not self.bookmarks:
            self.bookmarks[device] = "full once"
            raise OSError("no space left")
        super().enqueue_facts(device, kind, payloads, bookmark)


def test_a_press_that_could_not_be_kept_is_not_acknowledged_and_kept_when_it_comes_again() -> None:
    """Let the same press come again within the second in which it would be a repeat."""
    notes, now = FullDisk(), [100.0]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = LinkAddress("tcp", f"127.0.0.1:{listener.getsockname()[1]}")
        pads = [RatingPad("dev", 5, MODELS["gov-hall"])]
        driver = RatingPadDriver("bus", address, 0.0, pads, A4Frames(), notes, lambda: now[0])
        driver.idle()
        wire, _ = listener.accept()
        with wire:
            driver.show("dev", {"ticket": "A001", "seconds": 20})
            wire.sendall(RATING)
            with pytest.raises(OSError, match="no space left"):
                heard(driver, notes)
            wire.sendall(RATING)
            heard(driver, notes)
            now[0] += REPEAT_SECONDS / 2
            for _ in range(10):
                driver.idle()  # sends one frame at a time
            driver.close()
            assert whole(wire).count(ACKNOWLEDGED) == 1
    assert [fact["ticket"] for fact in notes.debts] == ["A001"]


def test_two_pads_on_one_cable_are_told_apart_and_a_key_frame_is_passed_over() -> None:
    notes = ReportRecorder()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = LinkAddress("tcp", f"127.0.0.1:{listener.getsockname()[1]}")
        pads = [RatingPad("left", 5, MODELS["gov-hall"]), RatingPad("right", 6, MODELS["stars"])]
        driver = RatingPadDriver("bus", address, 0.0, pads, A4Frames(), notes)
        driver.idle()
        wire, _ = listener.accept()
        with wire:
            driver.show("left", {"ticket": "A001", "seconds": 20})
            driver.show("right", {"ticket": "B002", "seconds": 20})
            # A caller keypad answers to another driver; nobody here acts on its key or echoes it.
            wire.sendall(CALL_KEY + Frame(6, 0x11, b"\x04").encode() + CALL_KEY + RATING)
            heard(driver, notes, 2)
            for _ in range(10):
                driver.idle()
            driver.close()
            sent = whole(wire)
    assert [(fact["ticket"], fact["level"]) for fact in notes.debts] == [("B002", 2), ("A001", 4)]
    assert sent.count(ACKNOWLEDGED) == 1
    assert sent.count(Frame(6, 0x01, b"\x04").encode()) == 1
    assert sent.count(CALL_KEY) == 0
    assert {name for name, health in notes.healths if health.code == "ok"} == {"left", "right"}


def heard(driver: RatingPadDriver, notes: ReportRecorder, count: int = 1) -> None:
    """Let the driver listen until it has kept so many presses."""
    for _ in range(100):
        driver.idle()
        if len(notes.debts) >= count:
            return
    raise AssertionError("no press was heard")


def whole(wire: socket.socket) -> bytes:
    """Return all that came over a wire until its end."""
    data = b""
    while piece := wire.recv(256):
        data += piece
    return data


def test_without_the_server_a_press_is_kept_without_a_ticket(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("a4-rating")
    assert rig.health_becomes("unknown", code="not_heard")
    rig.device.press("2")  # type: ignore[attr-defined]
    assert facts(rig, 1) == [{"level": 2, "ticket": ""}]


def test_the_pad_rests_when_the_next_person_is_called(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("a4-rating")
    ask(rig, "A001")
    before = rig.plan.journal.number
    rig.owner.set_desired_state("dev", {"ticket": "", "seconds": 0})
    assert face(rig, "welcome", before)


def test_the_same_question_again_is_not_asked_twice(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("a4-rating")
    ask(rig, "A001")
    rig.owner.set_desired_state("dev", {"ticket": "A001", "seconds": 11})
    ask(rig, "A002")
    assert rig.device.observable_state()["asked"] == 2


def test_a_pj06_is_heard_only_while_it_asks(rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of("pj06")
    assert rig.health_becomes("unknown", code="not_heard")
    rig.device.press("5")  # type: ignore[attr-defined]
    assert rig.health_becomes("ok")
    ask(rig, "A002", 15)
    rig.device.faults.switch("noise", on=True)
    rig.device.press("4")  # type: ignore[attr-defined]
    assert facts(rig, 1) == [{"level": 4, "ticket": "A002"}]
    assert rig.device.observable_state()["seconds"] == 15


def pad(name: str, driver: str, **more: object) -> dict[str, object]:
    """Return the table of one pad."""
    return {"name": name, "kind": "ratingpads", "driver": driver, **more}


@pytest.mark.parametrize(
    ("pads", "problem"),
    [
        ((pad("a", "a4-rating", bus="b", address=1), pad("b", "pj06", bus="b")), "one make"),
        ((pad("a", "pj06", bus="b"), pad("b", "pj06", bus="b")), "a cable of its own"),
        ((pad("a", "pj06"),), "needs a bus or a link"),
    ],
)
def test_a_cable_has_one_make(
    pads: tuple[dict[str, object], ...], problem: str, tmp_path: Path
) -> None:
    agent = {"name": "test", "server": "http://127.0.0.1:1"}
    buses = [{"name": "b", "link": "tcp:127.0.0.1:1"}]
    config = agent_config({"agent": agent, "bus": buses, "device": list(pads)}, tmp_path)
    with pytest.raises(ConfigError, match=problem):
        build_drivers(config, ReportRecorder(), ("ratingpads",))
