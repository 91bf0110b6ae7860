"""Generator of simulator and agent files for a whole hall, for demos and tests.

`python -m devices.simulate.demo_files --out DIR --server URL --kiosks 1,2 --windows-east W01,W02
--windows-west W20`, or `--json FILE` with the fields of `HallPlan`. One printer per kiosk (80 and
58 mm alternating), one strip per window (W1 on bus east, W2 on bus west, W7 for the last of each
room on a bus of their own), one loudspeaker per zone, keypads and rating pads on one bus each per
room, pushing time
clocks at the doors and time clocks polled by the agent `display`, with the people enrolled in them.
A hall with real devices uses none of this. It writes no token and no code that it was not given.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

NAMES = ("kiosk", "counters", "display")
ZONES = ("main", "east", "west")
W7_A_ROOM = 2
KEY = 2468
"""Comm key of the simulated time clocks, so that authentication is exercised."""


@dataclass(frozen=True, slots=True)
class HallPlan:
    """Devices of a hall. `rooms` maps a room (also the name of its buses) to its window codes.

    `first_port`: first port for control channel, printers, loudspeakers, polled time clocks and the
    kiosks' standby services, in this order; 0 selects free ports. `doors`: name to serial number of
    pushing time clocks. `people`: enrolment number to name. `memory`: records that a time clock
    already has. `clock_shift`: seconds that hall time is ahead of the machine's, for clocks that
    nobody has set. `enrol_codes`: agent name to one-time code. `standby`: kiosks continue without
    the server. `pace`: factor for durations, 1 is real time, 0 immediate.
    """

    server: str
    kiosks: Sequence[str]
    rooms: Mapping[str, Sequence[str]]
    zones: Sequence[str] = ZONES
    first_port: int = 0
    doors: Mapping[str, str] = field(default_factory=dict)
    polled: Sequence[str] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    memory: Mapping[str, Sequence[str]] = field(default_factory=dict)
    clock_shift: float = 0.0
    enrol_codes: Mapping[str, str] = field(default_factory=dict)
    pace: float = 1.0
    standby: bool = True
    python: str = sys.executable


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """Paths of the written files, and the control channel's port."""

    simulator: Path
    agents: Mapping[str, Path]
    control_port: int


def write_plan(plan: HallPlan, folder: Path) -> PlanFiles:
    """Write the four files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = len(plan.kiosks) if plan.standby else 0
    ports = _ports(plan, 1 + len(plan.kiosks) + len(plan.zones) + len(plan.polled) + lines)
    control = next(ports)
    printers = {kiosk: next(ports) for kiosk in plan.kiosks}
    speakers = {zone: next(ports) for zone in plan.zones}
    polled = {name: next(ports) for name in plan.polled}
    standby = {kiosk: next(ports) for kiosk in plan.kiosks[:lines]}
    strips = _strips(plan.rooms)
    simulator = folder / "simulator.toml"
    text = _simulator(plan, control, printers, speakers, strips) + _time_clocks(plan, polled)
    simulator.write_text(text, encoding="utf-8")
    bodies = {
        "kiosk": _kiosk(printers) + _standby(standby),
        "counters": _counters(plan.rooms),
        "display": _display(plan, speakers, strips) + _polled(polled),
    }
    agents = {}
    for name in NAMES:
        path = folder / f"agent-{name}.toml"
        path.write_text(_agent(plan, name) + bodies[name], encoding="utf-8")
        agents[name] = path
    return PlanFiles(simulator, agents, control)


def _ports(plan: HallPlan, count: int) -> Iterator[int]:
    if plan.first_port:
        yield from range(plan.first_port, plan.first_port + count)
        return
    # All sockets stay open until every port is chosen, so that none is chosen twice.
    holders = [socket.socket() for _ in range(count)]
    for holder in holders:
        holder.bind(("127.0.0.1", 0))
    ports = [holder.getsockname()[1] for holder in holders]
    for holder in holders:
        holder.close()
    yield from ports


@dataclass(frozen=True, slots=True)
class _Strip:
    window: str
    bus: str
    driver: str
    address: int


def _strips(rooms: Mapping[str, Sequence[str]]) -> list[_Strip]:
    strips: list[_Strip] = []
    for number, (room, windows) in enumerate(rooms.items()):
        driver = "w1" if number % 2 == 0 else "w2"
        # The last few windows of a large room get strips of another make.
        plain = len(windows) - (W7_A_ROOM if len(windows) > 2 * W7_A_ROOM else 0)
        strips += [_Strip(w, room, driver, n) for n, w in enumerate(windows[:plain], 1)]
        annex_count = sum(strip.bus == "annex" for strip in strips)
        strips += [
            _Strip(w, "annex", "w7", annex_count + n) for n, w in enumerate(windows[plain:], 1)
        ]
    return strips


def _columns(number: int) -> int:
    return 48 if number % 2 == 0 else 32


def _quoted(text: str) -> str:
    # A JSON string is also a valid TOML basic string.
    return json.dumps(text, ensure_ascii=False)


def _block(head: str, **values: str | float) -> str:
    lines = [
        f"{key} = {_quoted(value) if isinstance(value, str) else value}"
        for key, value in values.items()
    ]
    return "\n".join((head, *lines, "", ""))


def _buses(strips: Sequence[_Strip]) -> list[str]:
    return list(dict.fromkeys(strip.bus for strip in strips))


def _simulator(
    plan: HallPlan,
    control: int,
    printers: Mapping[str, int],
    speakers: Mapping[str, int],
    strips: Sequence[_Strip],
) -> str:
    text = _block("[simulator]", port=control, pace=plan.pace)
    for number, (kiosk, port) in enumerate(printers.items()):
        text += _block(
            "[[printer]]",
            name=f"printer-{kiosk}",
            link=f"tcp:127.0.0.1:{port}",
            columns=_columns(number),
        )
    for bus in _buses(strips):
        text += _block("[[strip_bus]]", name=f"strips-{bus}", link=_strip_link(bus))
        for strip in strips:
            if strip.bus == bus:
                text += _block(
                    "[[strip_bus.strip]]",
                    name=f"strip-{strip.window}",
                    address=strip.address,
                    driver=strip.driver,
                )
    for room, windows in plan.rooms.items():
        text += _block("[[keypad_bus]]", name=f"keypads-{room}", link=_keypad_link(room))
        for address, window in enumerate(windows, 1):
            text += _block("[[keypad_bus.keypad]]", name=f"keypad-{window}", address=address)
        text += _block("[[rating_bus]]", name=f"ratings-{room}", link=_rating_link(room))
        for address, window in enumerate(windows, 1):
            text += _block("[[rating_bus.pad]]", name=f"pad-{window}", address=address)
    for zone, port in speakers.items():
        text += _block("[[speaker]]", name=f"speaker-{zone}", port=port)
    return text


def _time_clocks(plan: HallPlan, polled: Mapping[str, int]) -> str:
    people = [f"{number} {name}" for number, name in plan.people.items()]
    text = ""

    def people_and_memory(name: str) -> str:
        records = json.dumps(list(plan.memory.get(name, ())))
        return f"\npeople = {json.dumps(people, ensure_ascii=False)}\nmemory = {records}\n\n"

    for name, serial in plan.doors.items():
        head = {"name": name, "way": "push", "serial": serial, "server": plan.server}
        text += _block("[[time_clock]]", **head).rstrip("\n") + people_and_memory(name)
    for name, port in polled.items():
        link = f"tcp:127.0.0.1:{port}"
        block = _block(
            "[[time_clock]]", name=name, way="pull", link=link, comm_key=KEY, shift=plan.clock_shift
        )
        text += block.rstrip("\n") + people_and_memory(name)
    return text


def _polled(polled: Mapping[str, int]) -> str:
    return "".join(
        _block(
            "[[device]]",
            name=name,
            kind="fingerprint",
            driver="zk-pull",
            link=f"tcp:127.0.0.1:{port}",
            comm_key=KEY,
            poll_seconds=5,
        )
        for name, port in polled.items()
    )


def _strip_link(bus: str) -> str:
    return f"serial:ttyLED-{bus}?baud=9600"


def _keypad_link(room: str) -> str:
    return f"serial:ttyPAD-{room}?baud=9600"


def _rating_link(room: str) -> str:
    return f"serial:ttyRATE-{room}?baud=9600"


def _agent(plan: HallPlan, name: str) -> str:
    values = {
        "name": name,
        "server": plan.server,
        "token_file": f"{name}.token",
        "state_dir": f"state-{name}",
    }
    if name in plan.enrol_codes:
        values["enrol_code"] = plan.enrol_codes[name]
    return _block("[agent]", **values)


def _kiosk(printers: Mapping[str, int]) -> str:
    return "".join(
        _block(
            "[[device]]",
            name=f"printer-{kiosk}",
            kind="printers",
            driver="escpos",
            link=f"tcp:127.0.0.1:{port}",
            serves=kiosk,
            columns=_columns(number),
        )
        for number, (kiosk, port) in enumerate(printers.items())
    )


def _standby(lines: Mapping[str, int]) -> str:
    return "".join(
        _block(
            "[[device]]",
            name=f"standby-{kiosk}",
            kind="standby",
            driver="standby",
            serves=kiosk,
            port=port,
            printer=f"printer-{kiosk}",
        )
        for kiosk, port in lines.items()
    )


def _counters(rooms: Mapping[str, Sequence[str]]) -> str:
    text = ""
    for room, windows in rooms.items():
        if windows:
            text += _block("[[bus]]", name=f"keypads-{room}", link=_keypad_link(room))
        for address, window in enumerate(windows, 1):
            text += _block(
                "[[device]]",
                name=f"keypad-{window}",
                kind="keypads",
                driver="a4",
                bus=f"keypads-{room}",
                address=address,
                serves=window,
            )
        text += _rating_pads(room, windows)
    return text


def _rating_pads(room: str, windows: Sequence[str]) -> str:
    text = ""
    if windows:
        text += _block("[[bus]]", name=f"ratings-{room}", link=_rating_link(room))
    for address, window in enumerate(windows, 1):
        text += _block(
            "[[device]]",
            name=f"pad-{window}",
            kind="ratingpads",
            driver="a4-rating",
            bus=f"ratings-{room}",
            address=address,
            serves=window,
        )
    return text


def _display(plan: HallPlan, speakers: Mapping[str, int], strips: Sequence[_Strip]) -> str:
    text = "".join(
        _block("[[bus]]", name=f"strips-{bus}", link=_strip_link(bus)) for bus in _buses(strips)
    )
    for strip in strips:
        text += _block(
            "[[device]]",
            name=f"strip-{strip.window}",
            kind="led",
            driver=strip.driver,
            bus=f"strips-{strip.bus}",
            address=strip.address,
            serves=strip.window,
        )
    for zone, port in speakers.items():
        command = [plan.python, "-m", "devices.simulate.player", "--to", f"127.0.0.1:{port}"]
        text += _block(
            "[[device]]",
            name=f"speaker-{zone}",
            kind="voice",
            driver="clips",
            serves=zone,
            # Sound does not carry between rooms; within a room no two announcements overlap.
            group=zone,
        ).rstrip("\n")
        text += f"\nplayer = {json.dumps([*command, '{wav}'])}\n\n"
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; print the written paths as one line of JSON."""
    parser = argparse.ArgumentParser(description="Writes simulator and agent files for a hall.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--json", type=Path, help="a file with the plan's fields")
    parser.add_argument("--server", default="http://127.0.0.1:8000")
    parser.add_argument("--kiosks", type=_list, default=["1"])
    parser.add_argument("--windows-east", type=_list, default=[])
    parser.add_argument("--windows-west", type=_list, default=[])
    parser.add_argument("--zones", type=_list, default=list(ZONES))
    parser.add_argument("--first-port", type=int, default=0)
    parser.add_argument("--pace", type=float, default=1.0)
    options = parser.parse_args(arguments)
    if options.json:
        plan = HallPlan(**json.loads(options.json.read_text(encoding="utf-8")))
    else:
        plan = HallPlan(
            server=options.server,
            kiosks=options.kiosks,
            rooms={"east": options.windows_east, "west": options.windows_west},
            zones=options.zones,
            first_port=options.first_port,
            pace=options.pace,
        )
    files = write_plan(plan, options.out)
    answer = {
        "simulator": str(files.simulator),
        "agents": {name: str(path) for name, path in files.agents.items()},
        "control_port": files.control_port,
    }
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def _list(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


if __name__ == "__main__":
    sys.exit(main())
