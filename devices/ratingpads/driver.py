"""Driver of rating pads on one cable: asks after a service, keeps each press, acknowledges it.

A press is on the agent's disk before the pad hears of it: a pad whose press was not kept repeats
it. The driver does not judge a press; the server decides which service it rates, if any.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from devices.bus import by_cable
from devices.config import AgentConfig, DeviceConfig
from devices.device_thread import Outcome, Reports, Task
from devices.link import LinkAddress
from devices.pad_bus import TURNAROUND_SECONDS, PadBus, RecentFrames
from devices.ratingpads.frames import A4Frames, PadFrames, PadPress, Pj06Frames
from devices.ratingpads.values import ValueMap, value_map

log = logging.getLogger(__name__)

MAKES: Mapping[str, Callable[[], PadFrames]] = {"a4-rating": A4Frames, "pj06": Pj06Frames}
DRIVERS = tuple(MAKES)
DEFAULT_MODELS = {"a4-rating": "gov-hall", "pj06": "best-first"}
LATE_SECONDS = 5.0
"""Time after the end of asking in which a press still belongs to the service asked for."""


def _new_id() -> str:
    return uuid.uuid4().hex


@dataclass(slots=True)
class RatingPad:
    """One pad: its address, its value map, and what it is asking for."""

    name: str
    address: int
    values: ValueMap
    ticket: str = ""
    asked_until: float = float("-inf")
    last_frame_at: float | None = None
    recent: RecentFrames[bytes] = field(default_factory=RecentFrames)


class RatingPadDriver(PadBus[RatingPad]):
    """Driver of the pads on one cable. `clock` returns monotonic seconds."""

    def __init__(
        self,
        name: str,
        address: LinkAddress,
        gap_seconds: float,
        pads: Sequence[RatingPad],
        frames: PadFrames,
        reports: Reports,
        clock: Callable[[], float] = time.monotonic,
        new_id: Callable[[], str] = _new_id,
    ) -> None:
        super().__init__(name, address, gap_seconds, pads, reports, clock)
        self._frames = frames
        self._new_id = new_id
        self._due: deque[bytes] = deque()

    def show(self, device: str, state: Mapping[str, object]) -> None:
        """Ask or rest, from `{"ticket": str, "seconds": int}`; without a ticket the pad rests."""
        pad = self._pads[device]
        ticket, seconds = state.get("ticket"), state.get("seconds")
        if not isinstance(ticket, str) or not isinstance(seconds, int) or not ticket:
            if pad.asked_until > self._clock():
                self._due.extend(self._frames.rest(pad.address))
            pad.asked_until = min(pad.asked_until, self._clock())
            return
        is_new = ticket != pad.ticket
        pad.ticket, pad.asked_until = ticket, self._clock() + seconds
        if is_new:
            self._due.extend(self._frames.ask(pad.address, seconds))

    def work(self, task: Task, begin: Callable[[], None]) -> Outcome:
        """Refuse the task: a rating pad has none."""
        del begin
        return Outcome("failed", "not_supported", task.kind)

    def _forget(self) -> None:
        self._frames.quiet()
        self._due.clear()

    def _begin(self, pad: RatingPad) -> None:
        """Let a pad that was asking ask again."""
        now = self._clock()
        if pad.asked_until > now:
            self._due.extend(self._frames.ask(pad.address, int(pad.asked_until - now)))
        else:
            self._due.extend(self._frames.rest(pad.address))

    def _feed(self, data: bytes, now: float) -> None:
        for press in self._frames.feed(data):
            self._receive_press(press, now)

    def _quiet(self) -> None:
        self._frames.quiet()

    def _send(self) -> None:
        if self._due:
            self._cable.write(self._due.popleft())

    def _receive_press(self, press: PadPress, now: float) -> None:
        pad = self._pad_of(press)
        if pad is None:
            log.info("press of no pad here: address %s", press.address)
            return
        self._heard(pad, now)
        is_asked = now <= pad.asked_until + LATE_SECONDS
        if not self._frames.confirms and not is_asked:
            # A bare byte without a question may be noise.
            log.info("%s: a byte that nobody asked for", pad.name)
            return
        if not pad.recent.is_repeat(press.raw, now):
            self._keep(pad, press, pad.ticket if is_asked else "")
        # Only now: a press that could not be kept is no repeat when the pad sends it again.
        pad.recent.note(press.raw, now)
        acknowledgement = self._frames.acknowledge(press)
        if acknowledgement:
            self._due.appendleft(acknowledgement)
            self._cable.hold(TURNAROUND_SECONDS)

    def _keep(self, pad: RatingPad, press: PadPress, ticket: str) -> None:
        level = pad.values.get(press.value)
        if level is None:
            log.warning("%s: value %02X has no level", pad.name, press.value)
            return
        fact = {"press": self._new_id(), "level": level, "ticket": ticket, "raw": press.raw.hex()}
        self._reports.enqueue_facts(pad.name, "press", [fact], "")

    def _pad_of(self, press: PadPress) -> RatingPad | None:
        if press.address is None:
            return next(iter(self._pads.values()))
        return next((pad for pad in self._pads.values() if pad.address == press.address), None)


def build(
    devices: Sequence[DeviceConfig], config: AgentConfig, reports: Reports
) -> list[RatingPadDriver]:
    """Build one driver per bus or cable; problems are collected in the devices' settings."""
    makes = {device.name: device.driver for device in devices if device.driver in MAKES}
    pads = {
        device.name: RatingPad(
            device.name,
            0 if device.driver == "pj06" else device.settings.whole("address", None, 0, 255),
            value_map(device.settings, DEFAULT_MODELS.get(device.driver, "gov-hall")),
        )
        for device in devices
    }
    drivers = []
    for cable in by_cable(pads, devices, config, "评价器/a rating pad"):
        on_cable = {makes.get(pad.name, DRIVERS[0]) for pad in cable.devices}
        if len(on_cable) > 1 or ("pj06" in on_cable and len(cable.devices) > 1):
            config_entry = next(d for d in devices if d.name == cable.devices[-1].name)
            config_entry.settings.problem(
                "一条线上只能接一种评价器；pj06 每台各用一条线",
                "a cable has one make of rating pad; each pj06 has a cable of its own",
            )
            continue
        frames = MAKES[on_cable.pop()]()
        drivers.append(
            RatingPadDriver(
                cable.name, cable.address, cable.gap_seconds, cable.devices, frames, reports
            )
        )
    return drivers
