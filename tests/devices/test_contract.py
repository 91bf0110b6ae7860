"""Contract of every driver with its simulator, over a real socket or pty."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from devices.simulate.base import Simulated
from support.hardware import RIGS, Rig, simulator_tables

FAULTS: Mapping[str, tuple[str, ...]] = {
    "escpos": (
        "silent",
        "slow",
        "half_frame",
        "paper_near",
        "paper_out",
        "cover",
        "cutter",
        "head_hot",
        "cable_pulled",
        "no_fixed_bits",
        "kanji_off",
        "asb",
        "stray",
    ),
    "strip": ("silent", "slow", "half_frame", "bad_checksum", "cable_pulled"),
    "keypad": ("silent", "slow", "half_frame", "bad_checksum", "key_bounce", "cable_pulled"),
    "a4-rating": ("silent", "slow", "half_frame", "bad_checksum", "key_bounce", "cable_pulled"),
    "pj06": ("silent", "slow", "noise", "key_bounce", "cable_pulled"),
    "time_clock": (
        "silent",
        "slow",
        "half_close",
        "two_events",
        "count_race",
        "bad_record",
        "clock_jump",
        "ring_full",
        "refilled",
        "zero_count",
        "cable_pulled",
    ),
    "voice": ("silent", "slow", "half_frame", "cable_pulled"),
}
FAMILIES = {name: "escpos" for name in RIGS if name.startswith("escpos")} | {
    "w1": "strip",
    "w2": "strip",
    "w7": "strip",
    "a4": "keypad",
    "a4-rating": "a4-rating",
    "pj06": "pj06",
    "zk-pull": "time_clock",
    "espeak": "voice",
    "pyttsx3": "voice",
    "clips": "voice",
}
# The three voice engines share the player, which is where these faults occur.
TWINS = {"clips", "pyttsx3"}
CASES = [(name, fault) for name in RIGS if name not in TWINS for fault in FAULTS[FAMILIES[name]]]


def cable(rig: Rig) -> Simulated:
    """Return the device whose cable can be pulled: the bus, if there is one."""
    return next((device for device in rig.plan.devices if device.kind == "bus"), rig.device)


def test_an_ordered_action_is_performed(rig: Rig) -> None:
    assert rig.arrived(rig.order())


def test_a_silent_device_is_never_healthy(rig: Rig) -> None:
    rig.device.faults.switch("silent", on=True)
    rig.order()
    assert rig.health_becomes("unknown", "failed")
    latest = rig.notes.latest()
    assert latest is not None
    assert latest.state != "ok"


def test_a_pulled_cable_is_detected_and_plugging_in_repairs_it(rig: Rig) -> None:
    assert rig.arrived(rig.order())
    cable(rig).faults.switch("cable_pulled", on=True)
    rig.order()
    assert rig.health_becomes("failed")
    cable(rig).faults.switch("cable_pulled", on=False)
    assert rig.health_becomes("ok", "unknown")
    assert rig.arrived(rig.order())


@pytest.mark.parametrize(("name", "fault"), CASES)
def test_each_fault_ends_in_time_and_recovers(
    name: str, fault: str, rig_of: Callable[[str], Rig]
) -> None:
    rig = rig_of(name)
    rig.device.faults.switch(fault, on=True)
    mark = rig.order()
    if rig.device.kind in {"printer", "speaker"}:
        # Every task ends before its deadline, whatever the device does.
        assert rig.outcome_of(mark).state in {"printed", "failed", "unknown", "spoken"}
    rig.device.faults.switch(fault, on=False)
    later = [rig.order() for _ in range(3)]
    assert any(rig.arrived(mark) for mark in reversed(later))


@pytest.mark.parametrize("name", RIGS)
def test_the_simulator_has_the_faults_of_this_test(name: str, rig_of: Callable[[str], Rig]) -> None:
    rig = rig_of(name)
    assert set(FAULTS[FAMILIES[name]]) <= set(rig.device.faults.as_dict())
    assert simulator_tables(name)
