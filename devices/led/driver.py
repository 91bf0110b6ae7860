"""Driver of an LED strip bus: sends the newest state first, with a pause after every frame.

One thread writes to all strips of a bus. Strips never answer, so the health of a working cable is
`unknown` (`one_way`): sending does not prove that the strip shows the text. Every strip's text is
repeated at intervals, because a strip that lost its power starts dark. Strips have no tasks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from devices.config import AgentConfig, DeviceConfig
from devices.device_thread import Outcome, Reports, Task
from devices.health import Health
from devices.led.codecs import CODECS, CodecError, Colour
from devices.link import Link, LinkAddress, LinkError

DRIVERS = tuple(CODECS)
BITS_A_BYTE = 10
OPEN_SECONDS = 3.0
WRITE_SECONDS = 2.0
RETRY_SECONDS = 1.0
LONG = 3600.0
COLOUR_NAMES: dict[str, Colour] = {"red": "red", "green": "green", "yellow": "yellow"}


@dataclass(slots=True)
class Strip:
    """One strip: its bus address, and the frame it must show (None before the first)."""

    name: str
    address: int
    driver: str
    refresh_seconds: float
    frame: bytes | None = None
    due: float = LONG * 1e6


class StripBusDriver:
    """Driver of one bus. `clock` returns monotonic seconds."""

    def __init__(
        self,
        name: str,
        address: LinkAddress,
        gap_seconds: float,
        strips: Sequence[Strip],
        reports: Reports,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.devices = tuple(strip.name for strip in strips)
        self._address = address
        self._gap = gap_seconds
        self._strips = {strip.name: strip for strip in strips}
        self._reports = reports
        self._clock = clock
        self._link: Link | None = None
        self._free_at = clock()

    def wait(self) -> float:
        """Return the seconds until the bus is free and a strip is due."""
        now = self._clock()
        if self._link is None:
            return max(0.0, self._free_at - now)
        due = min((strip.due for strip in self._strips.values()), default=now + LONG)
        return min(LONG, max(0.0, self._free_at - now, due - now))

    def show(self, device: str, state: Mapping[str, object]) -> None:
        """Set a strip's text; an unchanged text is not sent again.

        `state` is `{"text": str, "colour": "red"|"green"|"yellow"}`.
        """
        strip = self._strips[device]
        text = str(state.get("text", ""))
        colour = COLOUR_NAMES.get(str(state.get("colour", "red")), "red")
        try:
            frame = CODECS[strip.driver](strip.address, text, colour)
        except CodecError as error:
            self._reports.health(device, Health("degraded", "bad_text", {}, str(error)))
            return
        if frame != strip.frame:
            strip.frame = frame
            # Due from now on, so that the strip that has waited longest is served first.
            strip.due = min(strip.due, self._clock())

    def work(self, task: Task, begin: Callable[[], None]) -> Outcome:
        """Reject the task: strips have no tasks."""
        del begin
        return Outcome("failed", "not_supported", task.kind)

    def idle(self) -> None:
        """Open the cable if necessary and send the frame that has been due longest."""
        now = self._clock()
        if now < self._free_at:
            return
        if self._link is None and not self._open():
            return
        strip = min(self._strips.values(), key=lambda strip: strip.due)
        if strip.due > now or strip.frame is None:
            return
        strip.due = now + strip.refresh_seconds
        self._send(strip.frame)

    def close(self) -> None:
        """Release the bus."""
        if self._link is not None:
            self._link.close()
        self._link = None

    def _open(self) -> bool:
        try:
            self._link = self._address.open(OPEN_SECONDS)
        except LinkError as error:
            self._broken(error)
            return False
        now = self._clock()
        for strip in self._strips.values():
            if strip.frame is not None:
                strip.due = now
        self._report(Health("unknown", "one_way", {"cable": "open"}))
        return True

    def _send(self, frame: bytes) -> None:
        if self._link is None:
            return
        on_the_wire = 0.0
        if self._address.scheme == "serial":
            on_the_wire = len(frame) * BITS_A_BYTE / self._address.baud
        try:
            self._link.write(frame, WRITE_SECONDS)
        except LinkError as error:
            self._broken(error)
            return
        self._free_at = self._clock() + on_the_wire + self._gap

    def _broken(self, error: LinkError) -> None:
        self.close()
        self._free_at = self._clock() + RETRY_SECONDS
        self._report(Health("failed", "unreachable", {"cable": "lost"}, str(error)))

    def _report(self, health: Health) -> None:
        for device in self.devices:
            self._reports.health(device, health)


def build(
    devices: Sequence[DeviceConfig], config: AgentConfig, reports: Reports
) -> list[StripBusDriver]:
    """Build one driver per bus or cable; problems are collected in the devices' settings."""
    cables: dict[str, tuple[LinkAddress, float]] = {}
    strips: dict[str, list[Strip]] = {}
    for device in devices:
        strip = Strip(
            device.name,
            device.settings.whole("address", None, 0, 255),
            device.driver,
            device.settings.number("refresh_seconds", 60, 1, 3600),
        )
        if device.bus in config.buses:
            bus = config.buses[device.bus]
            cables[bus.name] = (bus.link, bus.gap_seconds)
            strips.setdefault(bus.name, []).append(strip)
        elif device.link is not None:
            cables[device.name] = (device.link, 0.12)
            strips.setdefault(device.name, []).append(strip)
        elif not device.bus:
            device.settings.problem("条屏需要 bus 或 link", "a strip needs a bus or a link")
    return [
        StripBusDriver(name, *cables[name], bus_strips, reports)
        for name, bus_strips in strips.items()
    ]
