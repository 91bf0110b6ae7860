"""Driver of a caller keypad bus: receives and echoes keys, shows the waiting count, beeps.

A keypad repeats its key frame until it receives the echo, so an identical frame within a second is
the same press. The driver does not act on a key: it reports the function that the configuration
assigns, and the server decides.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from devices.bus import by_cable
from devices.config import AgentConfig, DeviceConfig
from devices.desk_frames import Frame, FrameReader
from devices.device_thread import Outcome, Reports, Task
from devices.keypads.codec import beep, display
from devices.keypads.keys import KeyMap, function_of, key_map
from devices.link import LinkAddress
from devices.pad_bus import TURNAROUND_SECONDS, PadBus, RecentFrames

log = logging.getLogger(__name__)

DRIVERS = ("a4",)


@dataclass(slots=True)
class Pad:
    """One keypad: its bus address, its key map, and the frame it must show."""

    name: str
    address: int
    keys: KeyMap
    refresh_seconds: float
    display_frame: Frame | None = None
    due: float = float("inf")
    last_frame_at: float | None = None
    recent: RecentFrames[Frame] = field(default_factory=RecentFrames)


class KeypadBusDriver(PadBus[Pad]):
    """Driver of one bus. `clock` returns monotonic seconds, `pause` waits."""

    def __init__(
        self,
        name: str,
        address: LinkAddress,
        gap_seconds: float,
        pads: Sequence[Pad],
        reports: Reports,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(name, address, gap_seconds, pads, reports, clock)
        self._by_address = {pad.address: pad for pad in pads}
        self._pause = pause
        self._reader = FrameReader()
        self._echoes: deque[Frame] = deque()

    def show(self, device: str, state: Mapping[str, object]) -> None:
        """Set the display from `{"waiting": int, "ticket": int | None}`."""
        pad = self._pads[device]
        waiting, ticket = state.get("waiting"), state.get("ticket")
        frame = display(
            pad.address,
            waiting if isinstance(waiting, int) else None,
            ticket if isinstance(ticket, int) else None,
        )
        if frame != pad.display_frame:
            pad.display_frame = frame
            pad.due = min(pad.due, self._clock())

    def work(self, task: Task, begin: Callable[[], None]) -> Outcome:
        """Carry out a `beep`, the only task; its outcome is `done` or `failed`."""
        if task.kind != "beep":
            return Outcome("failed", "not_supported", task.kind)
        if not self._cable.is_open:
            return Outcome("failed", "unreachable")
        begin()
        self._pause(self._cable.free_in())
        success = self._cable.write(beep(self._pads[task.device].address).encode())
        return Outcome("done") if success else Outcome("failed", "unreachable")

    def _forget(self) -> None:
        self._reader = FrameReader()
        self._echoes.clear()

    def _begin(self, pad: Pad) -> None:
        if pad.display_frame is not None:
            pad.due = self._clock()

    def _feed(self, data: bytes, now: float) -> None:
        for frame in self._reader.feed(data):
            self._receive_key(frame, now)

    def _quiet(self) -> None:
        self._reader.quiet()

    def _send(self) -> None:
        """Send one echo, else one display frame that is due."""
        if self._echoes:
            self._cable.write(self._echoes.popleft().encode())
            return
        now = self._clock()
        pad = min(self._pads.values(), key=lambda pad: pad.due)
        if pad.due <= now and pad.display_frame is not None:
            pad.due = now + pad.refresh_seconds
            self._cable.write(pad.display_frame.encode())

    def _receive_key(self, frame: Frame, now: float) -> None:
        pad = self._by_address.get(frame.address)
        if pad is None or frame.key is None:
            log.info("frame of no pad here: address %d", frame.address)
            return
        self._echoes.append(frame)
        self._cable.hold(TURNAROUND_SECONDS)
        self._heard(pad, now)
        is_repeat = pad.recent.is_repeat(frame, now)
        pad.recent.note(frame, now)
        if is_repeat:
            return
        meaning = function_of(pad.keys, frame)
        if meaning is None:
            # The digits before the key are not logged, because a person typed them.
            log.warning("%s: key %02X has no function", pad.name, frame.key)
            return
        function, digits = meaning
        raw = frame.encode().hex()
        self._reports.event(pad.name, "key", {"function": function, "digits": digits, "raw": raw})


def build(
    devices: Sequence[DeviceConfig], config: AgentConfig, reports: Reports
) -> list[KeypadBusDriver]:
    """Build one driver per bus or cable; problems are collected in the devices' settings."""
    pads = {
        device.name: Pad(
            device.name,
            device.settings.whole("address", None, 0, 255),
            key_map(device.settings),
            device.settings.number("refresh_seconds", 30, 1, 3600),
        )
        for device in devices
    }
    return [
        KeypadBusDriver(cable.name, cable.address, cable.gap_seconds, cable.devices, reports)
        for cable in by_cable(pads, devices, config, "叫号键盘/a keypad")
    ]
