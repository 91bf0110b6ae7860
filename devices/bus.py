"""Bus cable shared by several devices: opened on demand, written with a pause after every frame.

A cable that fails is closed and opened again a second later. Strips and keypads use it; what the
bytes mean is theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from devices.config import AgentConfig, DeviceConfig
from devices.link import Link, LinkAddress, LinkError

BITS_A_BYTE = 10
OPEN_SECONDS = 3.0
WRITE_SECONDS = 2.0
RETRY_SECONDS = 1.0
OWN_CABLE_GAP_SECONDS = 0.12
"""Pause after a frame on the cable of a single device."""

D = TypeVar("D")


class BusCable:
    """Bus cable. `clock`: monotonic seconds; `lost` is called with the error of a failure."""

    def __init__(
        self,
        address: LinkAddress,
        gap_seconds: float,
        clock: Callable[[], float],
        lost: Callable[[LinkError], None],
    ) -> None:
        self._address = address
        self._gap = gap_seconds
        self._clock = clock
        self._lost = lost
        self._link: Link | None = None
        self._free_at = clock()

    @property
    def is_open(self) -> bool:
        """True if the cable is open."""
        return self._link is not None

    def free_in(self) -> float:
        """Return the seconds until the next frame may be sent, or the next attempt to open."""
        return max(0.0, self._free_at - self._clock())

    def hold(self, seconds: float) -> None:
        """Send nothing for at least `seconds` from now."""
        self._free_at = max(self._free_at, self._clock() + seconds)

    def open(self) -> bool:
        """Open the cable; return True if it has just been opened."""
        if self._link is not None or self._clock() < self._free_at:
            return False
        try:
            self._link = self._address.open(OPEN_SECONDS)
        except LinkError as error:
            self._fail(error)
        return self._link is not None

    def write(self, frame: bytes) -> bool:
        """Send a frame; return False if the cable is closed or fails."""
        if self._link is None:
            return False
        on_the_wire = 0.0
        if self._address.scheme == "serial":
            on_the_wire = len(frame) * BITS_A_BYTE / self._address.baud
        try:
            self._link.write(frame, WRITE_SECONDS)
        except LinkError as error:
            self._fail(error)
            return False
        self._free_at = self._clock() + on_the_wire + self._gap
        return True

    def read(self, seconds: float) -> bytes | None:
        """Return bytes that arrive within `seconds`; None if the cable is closed or fails."""
        if self._link is None:
            return None
        try:
            return self._link.read(256, seconds)
        except LinkError as error:
            self._fail(error)
            return None

    def close(self) -> None:
        """Release the cable."""
        if self._link is not None:
            self._link.close()
        self._link = None

    def _fail(self, error: LinkError) -> None:
        self.close()
        self._free_at = self._clock() + RETRY_SECONDS
        self._lost(error)


@dataclass(frozen=True, slots=True)
class Shared(Generic[D]):
    """Devices on one cable."""

    name: str
    address: LinkAddress
    gap_seconds: float
    devices: Sequence[D]


def by_cable(
    devices: Mapping[str, D], configs: Sequence[DeviceConfig], config: AgentConfig, kind: str
) -> list[Shared[D]]:
    """Group devices by the bus or cable that their configuration names.

    `devices`: by name. `kind`: the device in both languages, `条屏/a strip`. A device without a bus
    or link is a problem of its settings.
    """
    shared: dict[str, tuple[LinkAddress, float, list[D]]] = {}
    for entry in configs:
        device = devices[entry.name]
        if entry.bus in config.buses:
            bus = config.buses[entry.bus]
            shared.setdefault(bus.name, (bus.link, bus.gap_seconds, []))[2].append(device)
        elif entry.link is not None:
            own = (entry.link, OWN_CABLE_GAP_SECONDS, [device])
            shared[entry.name] = own
        elif not entry.bus:
            zh, en = kind.split("/")
            entry.settings.problem(f"{zh}需要 bus 或 link", f"{en} needs a bus or a link")
    return [Shared(name, *values) for name, values in shared.items()]
