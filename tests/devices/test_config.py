"""Configuration: every problem at once, in Chinese and in English."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.config import agent_config, read_agent_config
from devices.config_table import ConfigError
from devices.link import LinkAddress, LinkError, parse_link
from devices.link.base import LinkAddressError
from devices.registry import KINDS, build_drivers
from devices.simulate.config import read_simulator_config, simulator_plan
from support.hardware import ReportRecorder


def problems_of(table: dict[str, object]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        build_drivers(agent_config(table, Path("/tmp")), ReportRecorder(), tuple(KINDS))
    assert all(problem.zh and problem.en for problem in caught.value.problems)
    return [f"{problem.where}: {problem.en}" for problem in caught.value.problems]


AGENT = {"name": "a", "server": "http://127.0.0.1:1"}


def test_the_problem_of_a_secret_does_not_quote_it() -> None:
    clock = {"name": "c", "kind": "fingerprint", "driver": "zk-pull", "link": "tcp:127.0.0.1:4370"}
    problems = problems_of(
        {"agent": {**AGENT, "enrol_code": 8642}, "device": [{**clock, "comm_key": "97531"}]}
    )
    assert problems == [
        "agent: enrol_code = … must be a text",
        "device c: comm_key = … must be a whole number",
    ]


def test_all_problems_are_reported_at_once() -> None:
    problems = problems_of(
        {
            "agent": {"name": 5, "colour": "red"},
            "extra": {},
            "bus": [
                {"name": "east", "link": "lpt:1", "gap_ms": 5},
                {"name": "west-wing", "link": "cups:slips"},
            ],
            "device": [
                {"name": "p", "kind": "printers", "driver": "escpos", "columns": 480},
                {"name": "p", "kind": "printers", "driver": "star"},
                {"name": "f", "kind": "fax", "driver": "g3"},
                {"name": "s", "kind": "led", "driver": "w1", "bus": "west", "address": "3"},
                {
                    "name": "v",
                    "kind": "voice",
                    "driver": "clips",
                    "clips": "none",
                    "player": ["aplay"],
                },
                {"name": "k", "kind": "keypads", "driver": "a4", "address": 5, "colour": "red"},
            ],
        }
    )
    text = "\n".join(problems)
    for expected in (
        "extra: unknown table",
        "agent: name = 5 must be a text",
        "agent: setting server is missing",
        "agent: unknown setting colour",
        "bus east: link 'lpt:1' must start with one of tcp:, udp:, serial:, file:, usb:,",
        "bus west-wing: only printers take a cups: link",
        "bus east: gap_ms = 5 must be within 100..5000",
        "device p: columns = 480 must be within 24..72",
        "device p: a printer needs a link",
        "device p: two devices have this name",
        "device p: printers has no driver 'star' (it has: escpos)",
        "device f: this agent does not host 'fax'",
        "device s: there is no bus west",
        "device s: address = '3' must be a whole number",
        "device v: there is no clip folder",
        "device v: player must contain {wav}",
        "device k: a keypad needs a bus or a link",
        "device k: unknown setting colour",
    ):
        assert expected in text


def test_one_bus_has_one_kind() -> None:
    problems = problems_of(
        {
            "agent": AGENT,
            "bus": [{"name": "b", "link": "serial:/dev/ttyS0"}],
            "device": [
                {"name": "s", "kind": "led", "driver": "w1", "bus": "b", "address": 1},
                {"name": "k", "kind": "keypads", "driver": "a4", "bus": "b", "address": 2},
            ],
        }
    )
    assert problems == ["device k: bus b may hold one kind only"]


def test_values_that_are_no_tables_are_problems() -> None:
    problems = problems_of({"agent": 5, "bus": {}, "device": "x"})
    assert "agent: table [agent] is missing" in problems
    assert "bus: must be written [[bus]]" in problems


@pytest.mark.parametrize("text", [None, "= no toml", "\udcff"])
def test_a_file_that_cannot_be_read(text: str | None, tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    if text is not None:
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError):
        read_agent_config(file)
    with pytest.raises(ConfigError):
        read_simulator_config(file)


def test_simulator_files_are_checked_too(tmp_path: Path) -> None:
    table: dict[str, object] = {
        "printer": [{"name": "a", "link": "tcp:127.0.0.1:0", "colour": "red"}],
        "speaker": [{"name": "a"}],
        "fax": [],
    }
    with pytest.raises(ConfigError) as caught:
        simulator_plan(table, tmp_path)
    text = str(caught.value)
    for expected in ("unknown setting colour", "two devices have this name", "unknown table"):
        assert expected in text


def test_links_are_parsed() -> None:
    assert parse_link("tcp:10.0.0.9:9100") == LinkAddress("tcp", "10.0.0.9:9100")
    relative = parse_link("serial:ttyUSB0?baud=19200", Path("/dev"))
    assert relative == LinkAddress("serial", "/dev/ttyUSB0", 19200)
    assert str(relative) == "serial:/dev/ttyUSB0?baud=19200"
    flowing = parse_link("serial:/dev/ttyS0?baud=19200&flow=xonxoff")
    assert (flowing.baud, flowing.flow, relative.flow) == (19200, "xonxoff", "none")
    assert str(flowing) == "serial:/dev/ttyS0?baud=19200&flow=xonxoff"
    assert parse_link("usb:0416:5011").target == "0416:5011"
    assert parse_link("usb:0416:5011?in=0x81&out=3").options == {"in": "0x81", "out": "3"}
    assert parse_link("windows:小票机 2").target == "小票机 2"
    assert parse_link("cups:slips").scheme == "cups"
    assert (parse_link("tcp:[::1]:5").host, parse_link("tcp:h:5").port) == ("[::1]", 5)


@pytest.mark.parametrize(
    "text",
    [
        "tcp:host",
        "tcp:host:0",
        "tcp::5",
        "serial:",
        "serial:/x?baud=1",
        "serial:/x?parity=E",
        "serial:/x?flow=maybe",
        "file:/x?flow=xonxoff",
        "usb:1",
        "usb:0416:5011?in=left",
        "windows:",
        "x",
    ],
)
def test_wrong_links_are_refused_in_both_languages(text: str) -> None:
    with pytest.raises(LinkAddressError) as caught:
        parse_link(text)
    assert "应" in caught.value.zh or "含" in caught.value.zh or "缺" in caught.value.zh
    assert caught.value.en


@pytest.mark.parametrize(
    "text",
    ["tcp:127.0.0.1:1", "serial:/nowhere/tty", "file:/nowhere/lp0", "usb:dead:beef", "windows:p"],
)
def test_opening_a_missing_port_is_a_link_error(text: str) -> None:
    with pytest.raises(LinkError):
        parse_link(text).open(1.0)
