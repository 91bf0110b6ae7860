"""Simulated bus of desk devices: caller keypads or rating pads.

Written from the frame table alone, without the codec, so that both cannot share a mistake.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

from devices.simulate.base import Faults, Journal, Json
from devices.simulate.cable import CableLog
from devices.simulate.endpoints import Wire

BUS_FAULTS = ("cable_pulled",)
PAD_FAULTS = ("silent", "slow", "half_frame", "bad_checksum", "key_bounce", "cable_pulled")
ANSWER_SECONDS = 0.4
ATTEMPTS = 5
SLOW_SECONDS = 1.5


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


class RepeatingPad:
    """Sender of a pad on the bus: a press is repeated until the host answers it, or given up."""

    def __init__(self, name: str, faults: Faults, cable: CableLog, journal: Journal) -> None:
        self.unheard = 0
        self._name = name
        self._faults = faults
        self._cable = cable
        self._journal = journal
        self._pending: bytes | None = None
        self._answer = threading.Condition()
        self._pressing = threading.Lock()

    def press(
        self, bus: DeskBusSimulator | None, frame: bytes, answer: bytes, given_up: str
    ) -> None:
        """Send a frame, in a thread of its own, until `answer` comes.

        `given_up`: kind of the event when it does not come.
        """
        arguments = (bus, frame, answer, given_up)
        threading.Thread(target=self._send, args=arguments, daemon=True).start()

    def is_answered(self, frame: bytes) -> bool:
        """Return True if a frame of the host is the answer that a press waits for."""
        with self._answer:
            if self._pending is None or self._pending != frame:
                return False
            self._pending = None
            self._answer.notify_all()
            return True

    def stop(self) -> None:
        """Stop waiting for an answer."""
        with self._answer:
            self._pending = None
            self._answer.notify_all()

    def _send(
        self, bus: DeskBusSimulator | None, frame: bytes, answer: bytes, given_up: str
    ) -> None:
        if self._faults["silent"] or self._faults["cable_pulled"] or bus is None:
            return
        with self._pressing:
            self._pending = answer
            for _ in range(ATTEMPTS):
                self._transmit(bus, frame)
                with self._answer:
                    if self._answer.wait_for(lambda: self._pending is None, ANSWER_SECONDS):
                        return
            self._pending = None
            self.unheard += 1
            self._journal.note(self._name, given_up)

    def _transmit(self, bus: DeskBusSimulator, frame: bytes) -> None:
        if self._faults["half_frame"]:
            frame = frame[: len(frame) // 2]
        if self._faults["bad_checksum"]:
            frame = frame[:-2] + bytes((frame[-2] ^ 0x01, frame[-1]))
        self._cable.frame("out", frame)
        if self._faults["slow"]:
            for byte in frame:
                bus.send(bytes((byte,)))
                with self._answer:
                    self._answer.wait(SLOW_SECONDS / 100)
        else:
            bus.send(frame)
        if self._faults["key_bounce"]:
            bus.send(frame)


def desk_frame(body: bytes) -> bytes:
    """Return a frame with its wake byte; `body` is address, function, data."""
    head = bytes((0xFF, 0x68, len(body), len(body), 0x68))
    return head + body + bytes((sum(body) % 256, 0x16))
