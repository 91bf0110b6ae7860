"""Driver of an LED strip bus: sends the newest state first, with a pause after every frame.

One thread writes to all strips of a bus. Strips never answer, so the health of a working cable is
`unknown` (`one_way`): sending does not prove that the strip shows the text. Every strip's text is
repeated at intervals, because a strip that lost its power starts dark, and a new text soon after
its first frame: a strip that lost the end of a frame shows the next one joined to it. Strips have
no tasks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from devices.bus import BusCable, by_cable
from devices.config import AgentConfig, DeviceConfig
from devices.device_thread import Outcome, Reports, Task
from devices.health import Health
from devices.led.codecs import CODECS, CodecError, Colour
from devices.link import LinkAddress, LinkError

DRIVERS = tuple(CODECS)
LONG = 3600.0
REPEAT_SECONDS = 2.0
"""Seconds after which a new text is sent once more."""
COLOUR_NAMES: dict[str, Colour] = {"red": "red", "green": "green", "yellow": "yellow"}


@dataclass(slots=True)
class Strip:
    """One strip: its bus address, and the frame it must show (None before the first)."""

    name: str
    address: int
    driver: str
    refresh_seconds: float
    frame: bytes | None = None
    is_new: bool = False
    """True until the frame was sent for the first time."""
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
        self._strips = {strip.name: strip for strip in strips}
        self._reports = reports
        self._clock = clock
        self._cable = BusCable(address, gap_seconds, clock, self._lost)

    def wait(self) -> float:
        """Return the seconds until the bus is free and a strip is due."""
        if not self._cable.is_open:
            return self._cable.free_in()
        now = self._clock()
        due = min((strip.due for strip in self._strips.values()), default=now + LONG)
        return min(LONG, max(self._cable.free_in(), due - now))

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
            strip.is_new = True
            # Due from now on, so that the strip that has waited longest is served first.
            strip.due = min(strip.due, self._clock())

    def work(self, task: Task, begin: Callable[[], None]) -> Outcome:
        """Reject the task: strips have no tasks."""
        del begin
        return Outcome("failed", "not_supported", task.kind)

    def idle(self) -> None:
        """Open the cable if necessary and send the frame that has been due longest."""
        if self._cable.free_in() > 0:
            return
        if self._cable.open():
            self._show_all()
        if not self._cable.is_open:
            return
        now = self._clock()
        strip = min(self._strips.values(), key=lambda strip: strip.due)
        if strip.due > now or strip.frame is None:
            return
        pause = strip.refresh_seconds
        if strip.is_new:
            pause, strip.is_new = min(pause, REPEAT_SECONDS), False
        strip.due = now + pause
        self._cable.write(strip.frame)

    def close(self) -> None:
        """Release the bus."""
        self._cable.close()

    def _show_all(self) -> None:
        """Make every known text due: a strip that lost its power starts dark."""
        now = self._clock()
        for strip in self._strips.values():
            if strip.frame is not None:
                strip.due = now
        self._report(Health("unknown", "one_way", {"cable": "open"}))

    def _lost(self, error: LinkError) -> None:
        self._report(Health("failed", "unreachable", {"cable": "lost"}, str(error)))

    def _report(self, health: Health) -> None:
        for device in self.devices:
            self._reports.health(device, health)


def build(
    devices: Sequence[DeviceConfig], config: AgentConfig, reports: Reports
) -> list[StripBusDriver]:
    """Build one driver per bus or cable; problems are collected in the devices' settings."""
    strips = {
        device.name: Strip(
            device.name,
            device.settings.whole("address", None, 0, 255),
            device.driver,
            device.settings.number("refresh_seconds", 60, 1, 3600),
        )
        for device in devices
    }
    return [
        StripBusDriver(cable.name, cable.address, cable.gap_seconds, cable.devices, reports)
        for cable in by_cable(strips, devices, config, "条屏/a strip")
    ]
