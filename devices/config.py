"""Agent configuration: parser of an agent's TOML file (identity, server, buses, devices).

It collects every problem with a sentence in Chinese and in English and guesses nothing. Paths are
relative to the file. Each driver validates its own settings in a device's table; this module does
not.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.config_table import ConfigError, Problem, Settings
from devices.link import LinkAddress, parse_link
from devices.link.base import ONE_WAY, LinkAddressError

PRINTERS_ONLY = ("usb", *ONE_WAY)


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """Configuration of one device.

    `link` and `bus` exclude each other; voice devices have neither.
    """

    name: str
    kind: str
    driver: str
    serves: str
    link: LinkAddress | None
    bus: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class BusConfig:
    """Configuration of a cable that several devices share.

    `gap_seconds` is the minimum silence between two frames, in seconds.
    """

    name: str
    link: LinkAddress
    gap_seconds: float
    settings: Settings


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """Configuration of a whole agent.

    Drivers append to `problems` while they are built, so the list is final only after that.
    """

    name: str
    server: str
    token_file: Path
    enrol_code: str
    state_dir: Path
    folder: Path
    buses: Mapping[str, BusConfig]
    devices: Sequence[DeviceConfig]
    problems: list[Problem]


def read_agent_config(path: Path) -> AgentConfig:
    """Read an agent's configuration file.

    Raises:
        ConfigError: The file cannot be read or is not valid TOML.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problem = Problem(str(path), f"读不了配置文件：{error}", f"cannot be read: {error}")
        raise ConfigError([problem]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = Problem(str(path), f"不是合格的 TOML：{error}", f"is not valid TOML: {error}")
        raise ConfigError([problem]) from None
    return agent_config(table, path.resolve().parent)


def agent_config(table: Mapping[str, object], folder: Path) -> AgentConfig:
    """Build the configuration from a parsed TOML table; its `problems` list every mistake."""
    problems: list[Problem] = []
    agent = Settings("agent", _table(table, "agent", problems), problems)
    buses = [_bus(entry, folder, problems) for entry in _tables(table, "bus", problems)]
    devices = [_device(entry, folder, problems) for entry in _tables(table, "device", problems)]
    problems += [
        Problem(unknown, "不认识的配置段", "unknown table")
        for unknown in sorted(set(table) - {"agent", "bus", "device"})
    ]
    config = AgentConfig(
        name=agent.text("name"),
        server=agent.text("server").rstrip("/"),
        token_file=folder / agent.text("token_file", "agent.token"),
        enrol_code=agent.text("enrol_code", ""),
        state_dir=folder / agent.text("state_dir", "state"),
        folder=folder,
        buses={bus.name: bus for bus in buses},
        devices=devices,
        problems=problems,
    )
    agent.refuse_unknown()
    _check_names(config)
    return config


def _check_names(config: AgentConfig) -> None:
    seen: set[str] = set()
    for device in config.devices:
        if device.name in seen:
            device.settings.problem("设备重名", "two devices have this name")
        seen.add(device.name)
        if device.bus and device.bus not in config.buses:
            device.settings.problem(
                f"没有名为 {device.bus} 的总线", f"there is no bus {device.bus}"
            )
        if device.bus and device.link:
            device.settings.problem(
                "link 与 bus 只能写一个", "only one of link and bus may be given"
            )


def _table(table: Mapping[str, object], key: str, problems: list[Problem]) -> Mapping[str, object]:
    value = table.get(key)
    if isinstance(value, Mapping):
        return value
    problems.append(Problem(key, f"缺少 [{key}] 段", f"table [{key}] is missing"))
    return {}


def _tables(
    table: Mapping[str, object], key: str, problems: list[Problem]
) -> list[Mapping[str, object]]:
    value = table.get(key, [])
    if isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value):
        return value
    problems.append(Problem(key, f"应写成 [[{key}]]", f"must be written [[{key}]]"))
    return []


def _link(settings: Settings, folder: Path, text: str, kind: str = "") -> LinkAddress | None:
    if not text:
        return None
    try:
        link = parse_link(text, folder)
    except LinkAddressError as error:
        settings.problem(error.zh, error.en)
        return None
    if link.scheme in PRINTERS_ONLY and kind != "printers":
        settings.problem(
            f"只有打印机可以用 {link.scheme}: 连接", f"only printers take a {link.scheme}: link"
        )
    return link


def _bus(entry: Mapping[str, object], folder: Path, problems: list[Problem]) -> BusConfig:
    name = str(entry.get("name", "?"))
    settings = Settings(f"bus {name}", entry, problems)
    settings.text("name")
    link = _link(settings, folder, settings.text("link"))
    gap = settings.whole("gap_ms", 120, 100, 5000) / 1000
    return BusConfig(name, link or LinkAddress("file", "/dev/null"), gap, settings)


def _device(entry: Mapping[str, object], folder: Path, problems: list[Problem]) -> DeviceConfig:
    name = str(entry.get("name", "?"))
    settings = Settings(f"device {name}", entry, problems)
    return DeviceConfig(
        name=settings.text("name"),
        kind=settings.text("kind"),
        driver=settings.text("driver"),
        serves=settings.text("serves", ""),
        link=_link(settings, folder, settings.text("link", ""), str(entry.get("kind", ""))),
        bus=settings.text("bus", ""),
        settings=settings,
    )
