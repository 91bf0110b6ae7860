"""Registry of device drivers: maps the kind and driver names of a configuration to drivers.

To add a driver, add it to its kind's `DRIVERS`; to add a kind, add a line here. Unknown kinds and
drivers are all reported at once, each with a sentence in Chinese and in English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from devices.config import AgentConfig, DeviceConfig
from devices.config_table import ConfigError
from devices.device_thread import Driver, Reports
from devices.fingerprint import driver as fingerprint
from devices.keypads import driver as keypads
from devices.led import driver as led
from devices.printers import printer_driver as printers
from devices.ratingpads import driver as ratingpads
from devices.standby import driver as standby
from devices.voice import driver as voice


@dataclass(frozen=True, slots=True)
class Kind:
    """Kind of device: its driver names and the function that builds its drivers, one per cable."""

    drivers: Sequence[str]
    build: Callable[[Sequence[DeviceConfig], AgentConfig, Reports], Sequence[Driver]]


KINDS: Mapping[str, Kind] = {
    "printers": Kind(printers.DRIVERS, printers.build),
    "led": Kind(led.DRIVERS, led.build),
    "keypads": Kind(keypads.DRIVERS, keypads.build),
    "ratingpads": Kind(ratingpads.DRIVERS, ratingpads.build),
    "voice": Kind(voice.DRIVERS, voice.build),
    "fingerprint": Kind(fingerprint.DRIVERS, fingerprint.build),
    "standby": Kind(standby.DRIVERS, standby.build),
}


def build_drivers(config: AgentConfig, reports: Reports, kinds: Sequence[str]) -> list[Driver]:
    """Build the drivers of the agent's devices, for the allowed `kinds`; raises ConfigError."""
    by_kind: dict[str, list[DeviceConfig]] = {}
    for device in config.devices:
        if _is_supported(device, kinds):
            by_kind.setdefault(device.kind, []).append(device)
    crews: list[Driver] = []
    for kind, devices in by_kind.items():
        crews += KINDS[kind].build(devices, config, reports)
    _check_owners(config)
    tables = [device.settings for device in config.devices]
    for settings_table in (*tables, *(bus.settings for bus in config.buses.values())):
        settings_table.refuse_unknown()
    if config.problems:
        raise ConfigError(config.problems)
    return crews


def _check_owners(config: AgentConfig) -> None:
    kinds: dict[str, str] = {}
    for device in config.devices:
        if device.bus and kinds.setdefault(device.bus, device.kind) != device.kind:
            device.settings.problem(
                f"总线 {device.bus} 上只能有一类设备", f"bus {device.bus} may hold one kind only"
            )


def _is_supported(device: DeviceConfig, kinds: Sequence[str]) -> bool:
    if device.kind not in kinds:
        names = ", ".join(kinds)
        device.settings.problem(
            f"本代理不驱动 {device.kind!r}（可用：{names}）",
            f"this agent does not host {device.kind!r} (it hosts: {names})",
        )
        return False
    drivers = KINDS[device.kind].drivers
    if device.driver not in drivers:
        names = ", ".join(drivers)
        device.settings.problem(
            f"{device.kind} 没有驱动 {device.driver!r}（可用：{names}）",
            f"{device.kind} has no driver {device.driver!r} (it has: {names})",
        )
        return False
    return True
