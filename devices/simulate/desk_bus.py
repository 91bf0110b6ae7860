"""Simulated bus of desk devices: caller keypads or rating pads.

Written from the frame table alone, without the codec, so that both cannot share a mistake.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from devices.simulate.base import Faults, Journal, Json
from devices.simulate.cable import CableLog
from devices.simulate.endpoints import Wire

BUS_FAULTS = ("cable_pulled",)


class DeskPad(Protocol):
    """Device on the bus."""

    name: str
    address: int
    bus: DeskBusSimulator | None

    def receive(self, body: bytes, frame: bytes) -> None:
        """Receive a frame of the host; `body` is address, function, data."""


class DeskBusSimulator:
    """Simulated bus: splits the host's bytes into frames and passes each to its pad."""

    kind = "bus"

    def __init__(self, name: str, wire: Wire, pads: Sequence[DeskPad], journal: Journal) -> None:
        self.name = name
        self.pads = {pad.address: pad for pad in pads}
        self.faults = Faults(BUS_FAULTS, self._fault_changed)
        self.cable = CableLog("")
        self.rejected = 0
        self._wire = wire
        self._journal = journal
        self._buffer = bytearray()
        for pad in pads:
            pad.bus = self

    def start(self) -> None:
        """Open the bus."""
        self._wire.start(self.receive)

    def stop(self) -> None:
        """Close the bus."""
        self._wire.stop()

    def send(self, data: bytes) -> None:
        """Send bytes of a pad to the host."""
        self._wire.send(data)

    def receive(self, data: bytes) -> None:
        """Receive bytes of the host."""
        self._buffer += data
        while True:
            start = self._buffer.find(0x68)
            if start < 0:
                self._buffer.clear()
                return
            del self._buffer[:start]
            if len(self._buffer) < 2 or len(self._buffer) < self._buffer[1] + 6:
                if len(self._buffer) > 1 and self._buffer[1] > 40:
                    self._reject()
                    continue
                return
            self._frame(self._buffer[1] + 6)

    def _frame(self, total: int) -> None:
        frame = bytes(self._buffer[:total])
        body = frame[4:-2]
        valid = frame[1] == frame[2] and frame[3] == 0x68 and frame[-1] == 0x16
        if not valid or len(body) < 2 or sum(body) % 256 != frame[-2]:
            self._reject()
            return
        del self._buffer[:total]
        pad = self.pads.get(body[0])
        if pad is not None:
            pad.receive(body, frame)

    def _reject(self) -> None:
        self.rejected += 1
        del self._buffer[0]

    def _fault_changed(self, name: str, on: bool) -> None:
        self._wire.plug(connected=not on)
        self._journal.note(self.name, "fault", fault=name, on=on)

    def observable_state(self) -> dict[str, Json]:
        """Return the names of its pads and the number of rejected frames."""
        return {"pads": [pad.name for pad in self.pads.values()], "rejected": self.rejected}
