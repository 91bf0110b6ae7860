"""Simulator configuration: parses a TOML file and creates its simulated devices.

Tables: `[simulator]` (control port, pace), `[[printer]]`, `[[strip_bus]]` with its `strip`s,
`[[keypad_bus]]` with its `keypad`s, `[[rating_bus]]` with its `pad`s, `[[rating_pad]]`,
`[[speaker]]`, `[[time_clock]]`. It reports every problem at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from devices.config_table import ConfigError, Problem, Settings
from devices.fingerprint.pull_simulator import PullModel, PullTerminal
from devices.fingerprint.push_simulator import FAMILIES, PushModel, PushTerminal
from devices.fingerprint.simulator import Enrolled, PunchRecord
from devices.keypads.simulator import KeypadSimulator
from devices.led.simulator import READERS, StripBusSimulator, StripSimulator
from devices.link import LinkAddress, parse_link
from devices.link.base import LinkAddressError
from devices.printers.simulator import PrinterModel, PrinterSimulator
from devices.ratingpads.simulator import A4RatingSimulator, Pj06Simulator
from devices.simulate.base import Journal, Simulated
from devices.simulate.desk_bus import DeskBusSimulator
from devices.simulate.endpoints import PtyWire, TcpWire, Wire
from devices.voice.simulator import SpeakerSimulator

TABLES = (
    *("simulator", "printer", "strip_bus", "keypad_bus", "rating_bus", "rating_pad"),
    *("speaker", "time_clock"),
)


@dataclass(frozen=True, slots=True)
class SimulatorPlan:
    """Devices and journal of one simulator process; `port` is the control channel's."""

    port: int
    devices: tuple[Simulated, ...]
    journal: Journal


def read_simulator_config(path: Path) -> SimulatorPlan:
    """Read a configuration file; raises ConfigError with every problem."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            [Problem(str(path), f"读不了：{error}", f"unreadable: {error}")]
        ) from None
    return simulator_plan(table, path.resolve().parent)


def simulator_plan(table: Mapping[str, object], folder: Path) -> SimulatorPlan:
    """Create the devices of a parsed table; raises ConfigError with every problem."""
    maker = _Maker(folder)
    unknown = sorted(set(table) - set(TABLES))
    maker.problems += [Problem(name, "不认识的配置段", "unknown table") for name in unknown]
    own_table = table.get("simulator", {})
    settings = Settings(
        "simulator", own_table if isinstance(own_table, Mapping) else {}, maker.problems
    )
    port = settings.whole("port", 0, 0, 65535)
    maker.pace = settings.number("pace", 1.0, 0.0, 10.0)
    settings.refuse_unknown()
    for entry in _entries(table, "printer"):
        maker.printer(entry)
    for entry in _entries(table, "strip_bus"):
        maker.strip_bus(entry)
    for entry in _entries(table, "keypad_bus"):
        maker.keypad_bus(entry)
    for entry in _entries(table, "rating_bus"):
        maker.rating_bus(entry)
    for entry in _entries(table, "rating_pad"):
        maker.rating_pad(entry)
    for entry in _entries(table, "speaker"):
        maker.speaker(entry)
    for entry in _entries(table, "time_clock"):
        maker.time_clock(entry)
    maker.check_names()
    if maker.problems:
        raise ConfigError(maker.problems)
    return SimulatorPlan(port, tuple(maker.devices), maker.journal)


def _entries(table: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    value = table.get(key, [])
    entries = value if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, Mapping)]


def _link(address: LinkAddress | None) -> tuple[str, int | None]:
    """Return the link as its configuration file names it, and the baud rate of a serial line."""
    if address is None:
        return "", None
    if address.scheme == "tcp":
        return f"tcp:{address.target}", None
    return f"serial:{Path(address.target).name}", address.baud


class _Maker:
    def __init__(self, folder: Path) -> None:
        self.problems: list[Problem] = []
        self.devices: list[Simulated] = []
        self.journal = Journal()
        self.pace = 1.0
        self._folder = folder

    def _settings(self, kind: str, entry: Mapping[str, object]) -> Settings:
        return Settings(f"{kind} {entry.get('name', '?')}", entry, self.problems)

    def _address(self, settings: Settings) -> LinkAddress | None:
        try:
            return parse_link(settings.text("link"), self._folder, listening=True)
        except LinkAddressError as error:
            settings.problem(error.zh, error.en)
            return None

    def _wire(self, address: LinkAddress | None) -> Wire:
        if address is None:
            return TcpWire()
        if address.scheme == "tcp":
            return TcpWire(address.host, address.port)
        return PtyWire(Path(address.target), address.baud, self.pace)

    def printer(self, entry: Mapping[str, object]) -> None:
        settings = self._settings("printer", entry)
        font = settings.text("font", "")
        model = PrinterModel(
            columns=settings.whole("columns", 48, 24, 72),
            kanji_default=settings.flag("kanji_default", default=True),
            kanji_by_gs=settings.flag("kanji_by_gs", default=False),
            codec=settings.text("codec", "gb18030", ("gb18030", "gbk", "gb2312")),
            seconds_per_line=settings.number("seconds_per_line", 0.02, 0, 5) * self.pace,
            slow_seconds=settings.number("slow_seconds", 2.0, 0, 60),
            font=font or None,
        )
        address = self._address(settings)
        wire = self._wire(address)
        name = settings.text("name")
        settings.refuse_unknown()
        printer = PrinterSimulator(name, wire, model, self.journal)
        printer.cable.place(*_link(address))
        self.devices.append(printer)

    def strip_bus(self, entry: Mapping[str, object]) -> None:
        settings = self._settings("strip_bus", entry)
        address = self._address(settings)
        name = settings.text("name")
        strips = [self._strip(strip) for strip in self._children(settings, entry, "strip")]
        baud = address.baud if address else 9600
        bus = StripBusSimulator(name, self._wire(address), strips, self.journal, baud)
        bus.cable.place(*_link(address))
        for strip in strips:
            strip.cable.place(*_link(address), name, strip.address)
        self.devices += [bus, *strips]

    def _strip(self, entry: Mapping[str, object]) -> StripSimulator:
        settings = self._settings("strip", entry)
        strip = StripSimulator(
            settings.text("name"),
            settings.whole("address", None, 0, 255),
            settings.text("driver", "w1", tuple(READERS)),
            self.journal,
            settings.number("slow_seconds", 2.0, 0, 60),
        )
        settings.refuse_unknown()
        return strip

    def keypad_bus(self, entry: Mapping[str, object]) -> None:
        settings = self._settings("keypad_bus", entry)
        address = self._address(settings)
        name = settings.text("name")
        pads = [self._keypad(pad) for pad in self._children(settings, entry, "keypad")]
        bus = DeskBusSimulator(name, self._wire(address), pads, self.journal)
        bus.cable.place(*_link(address))
        for pad in pads:
            pad.cable.place(*_link(address), name, pad.address)
        self.devices += [bus, *pads]

    def _keypad(self, entry: Mapping[str, object]) -> KeypadSimulator:
        settings = self._settings("keypad", entry)
        pad = KeypadSimulator(
            settings.text("name"), settings.whole("address", None, 0, 255), self.journal
        )
        settings.refuse_unknown()
        return pad

    def rating_bus(self, entry: Mapping[str, object]) -> None:
        settings = self._settings("rating_bus", entry)
        address = self._address(settings)
        name = settings.text("name")
        pads = [self._rating_pad(pad) for pad in self._children(settings, entry, "pad")]
        bus = DeskBusSimulator(name, self._wire(address), pads, self.journal)
        bus.cable.place(*_link(address))
        for pad in pads:
            pad.cable.place(*_link(address), name, pad.address)
        self.devices += [bus, *pads]

    def _rating_pad(self, entry: Mapping[str, object]) -> A4RatingSimulator:
        settings = self._settings("pad", entry)
        pad = A4RatingSimulator(
            settings.text("name"), settings.whole("address", None, 0, 255), self.journal
        )
        settings.refuse_unknown()
        return pad

    def rating_pad(self, entry: Mapping[str, object]) -> None:
        settings = self._settings("rating_pad", entry)
        address = self._address(settings)
        pad = Pj06Simulator(settings.text("name"), self._wire(address), self.journal)
        pad.cable.place(*_link(address))
        settings.refuse_unknown()
        self.devices.append(pad)

    def speaker(self, entry: Mapping[str, object]) -> None:
        settings = self._settings("speaker", entry)
        speaker = SpeakerSimulator(
            settings.text("name"),
            settings.whole("port", 0, 0, 65535),
            self.journal,
            scale=settings.number("scale", 1.0, 0, 10) * self.pace,
            slow_seconds=settings.number("slow_seconds", 3.0, 0, 60),
        )
        settings.refuse_unknown()
        speaker.cable.place(f"tcp:127.0.0.1:{speaker.port}", None)
        self.devices.append(speaker)

    def time_clock(self, entry: Mapping[str, object]) -> None:
        settings = self._settings("time_clock", entry)
        name = settings.text("name")
        way = settings.text("way", None, ("push", "pull"))
        people = [self._enrolled(settings, text) for text in settings.words("people", [])]
        zone = settings.number("zone_hours", 8, -12, 14)
        if way == "push":
            serial, server = settings.text("serial"), settings.text("server")
            batch = settings.whole("batch", 100, 1, 5000)
            family = settings.text("family", "attlog", FAMILIES)
            push = PushModel(serial, server, zone, self.pace, batch, family)
            clock: PushTerminal | PullTerminal = PushTerminal(name, push, people, self.journal)
            clock.cable.place(server, None)
        else:
            clock = self._pull_terminal(settings, name, people, zone)
        clock.remember([self._touch(settings, text) for text in settings.words("memory", [])])
        self.devices.append(clock)
        settings.refuse_unknown()

    def _pull_terminal(
        self, settings: Settings, name: str, people: Sequence[Enrolled], zone: float
    ) -> PullTerminal:
        address = self._address(settings)
        record_size = settings.whole("record_size", 40, 8, 40)
        if record_size not in (8, 16, 40):
            settings.problem("record_size 应为 8、16 或 40", "record_size must be 8, 16 or 40")
        model = PullModel(
            host=address.host if address else "127.0.0.1",
            port=address.port if address else 0,
            record_size=record_size,
            older=settings.flag("older", default=False),
            user_size=28 if settings.whole("user_size", 72, 28, 72) < 72 else 72,
            comm_key=settings.whole("comm_key", 0, 0, 999_999),
            encoding=settings.text("encoding", "gb18030"),
            zone_hours=zone,
            shift=settings.number("shift", 0, -1e9, 1e9),
        )
        clock = PullTerminal(name, model, people, self.journal)
        clock.cable.place(*_link(address))
        return clock

    def _enrolled(self, settings: Settings, text: str) -> Enrolled:
        number, _, person = text.partition(" ")
        if not number or not person:
            settings.problem(f"人员 {text!r} 应写成“编号 姓名”", f"{text!r} must read NUMBER NAME")
        return Enrolled(number, person)

    def _touch(self, settings: Settings, text: str) -> PunchRecord:
        """Parse a record made before the time clock was switched on: NUMBER YYYY-MM-DDTHH:MM:SS."""
        number, _, moment = text.partition(" ")
        try:
            return PunchRecord(number, datetime.fromisoformat(moment))
        except ValueError:
            settings.problem(f"打卡 {text!r} 应写成“编号 时间”", f"{text!r} must read NUMBER TIME")
            return PunchRecord(number, datetime.min)  # noqa: DTZ901 - a problem is reported anyway

    def _children(
        self, settings: Settings, entry: Mapping[str, object], key: str
    ) -> list[Mapping[str, object]]:
        own_fields = {name: value for name, value in entry.items() if name != key}
        parent = Settings(settings.where, own_fields, self.problems)
        for name in ("name", "link"):
            parent.text(name, "")
        parent.refuse_unknown()
        return _entries(entry, key)

    def check_names(self) -> None:
        names = [device.name for device in self.devices]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.problems.append(Problem(name, "设备重名", "two devices have this name"))
