"""Simulated rating pads: keys to press, a face that asks, thanks or welcomes.

Written from the frame table alone, without the codec, so that both cannot share a mistake. A pad on
the desk bus repeats its press until it is acknowledged, and gives up after some frames; a PJ06
sends one byte and forgets it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from devices.simulate.base import Faults, Journal, Json
from devices.simulate.cable import CableLog
from devices.simulate.desk_bus import PAD_FAULTS, DeskBusSimulator, RepeatingPad, desk_frame
from devices.simulate.endpoints import Wire

PJ06_FAULTS = ("silent", "slow", "noise", "key_bounce", "cable_pulled")
A4_KEYS: Mapping[int, str] = {3: "非常满意", 2: "满意", 1: "基本满意", 0: "不满意"}
PJ06_KEYS: Mapping[int, str] = {
    1: "非常满意",
    2: "满意",
    3: "基本满意",
    4: "不满意",
    5: "非常不满意",
}
WELCOME, ASKS, THANKS = "welcome", "asks", "thanks"


class _PadFace(ABC):
    """Face of a pad, and its keys."""

    kind = "ratingpad"

    def __init__(self, name: str, address: int, keys: Mapping[int, str], journal: Journal) -> None:
        self.name = name
        self.address = address
        self._keys = keys
        self._journal = journal
        self._face = WELCOME
        self._asked = 0
        self._pressed = 0

    def press(self, keys: str) -> None:
        """Press the key with this value; raises ValueError if there is none."""
        if not keys.isdecimal() or int(keys) not in self._keys:
            raise ValueError(f"{keys!r}: one of {', '.join(map(str, self._keys))}")
        self._pressed += 1
        self._journal.note(self.name, "press", keys=keys, face=self._keys[int(keys)])
        self._press(int(keys))

    @abstractmethod
    def _press(self, value: int) -> None:
        """Send the key with this value; does not wait."""

    def _show(self, face: str) -> None:
        if face == ASKS:
            self._asked += 1
        self._face = face
        self._journal.note(self.name, "display", text=face)

    def observable_state(self) -> dict[str, Json]:
        """Return the face, the keys and the counters."""
        return {
            "address": self.address,
            "face": self._face,
            "asked": self._asked,
            "pressed": self._pressed,
            "keys": [{"press": str(value), "face": face} for value, face in self._keys.items()],
        }


class A4RatingSimulator(_PadFace):
    """Simulated pad on the desk bus."""

    def __init__(self, name: str, address: int, journal: Journal) -> None:
        super().__init__(name, address, A4_KEYS, journal)
        self.faults = Faults(PAD_FAULTS, self._fault_changed)
        self.cable = CableLog("a4-rating")
        self.bus: DeskBusSimulator | None = None
        self._sender = RepeatingPad(name, self.faults, self.cable, journal)

    def start(self) -> None:
        """Do nothing: its bus starts the line."""

    def stop(self) -> None:
        """Stop waiting for an acknowledgement."""
        self._sender.stop()

    def _press(self, value: int) -> None:
        frame = desk_frame(bytes((self.address, 0x11, value)))
        answer = desk_frame(bytes((self.address, 0x01, value)))
        self._sender.press(self.bus, frame, answer[1:], "no_answer")

    def receive(self, body: bytes, frame: bytes) -> None:
        """Receive a frame of the host for this pad; `body` is address, function, data."""
        if self.faults["silent"] or self.faults["cable_pulled"]:
            return
        self.cable.frame("in", frame)
        if self._sender.is_answered(frame):
            self._show(THANKS)
        elif body[1:] == b"\x01\x0b":
            self._show(ASKS)
        elif body[1] == 0x02 and body[2:] == b"\x05":
            self._show(WELCOME)

    def observable_state(self) -> dict[str, Json]:
        """Return the face, the keys, the counters, and the presses that nobody answered."""
        return {**super().observable_state(), "unheard": self._sender.unheard}

    def _fault_changed(self, name: str, on: bool) -> None:
        self._journal.note(self.name, "fault", fault=name, on=on)


class Pj06Simulator(_PadFace):
    """Simulated PJ06 on a cable of its own."""

    def __init__(self, name: str, wire: Wire, journal: Journal) -> None:
        super().__init__(name, 0, PJ06_KEYS, journal)
        self.faults = Faults(PJ06_FAULTS, self._fault_changed)
        self.cable = CableLog("pj06")
        self._wire = wire
        self._seconds = 0
        self._buffer = bytearray()

    def start(self) -> None:
        """Open the cable."""
        self._wire.start(self.receive)

    def stop(self) -> None:
        """Close the cable."""
        self._wire.stop()

    def _press(self, value: int) -> None:
        if self.faults["silent"] or self.faults["cable_pulled"]:
            return
        sent = bytes((value,)) * (2 if self.faults["key_bounce"] else 1)
        if self.faults["noise"]:
            sent = b"\xf0" + sent
        self.cable.frame("out", sent)
        self._wire.send(sent)
        self._show(THANKS)

    def receive(self, data: bytes) -> None:
        """Receive bytes of the host."""
        if self.faults["silent"]:
            return
        self._buffer += data
        while (start := self._buffer.find(b"\x55\xaa")) >= 0:
            del self._buffer[:start]
            length = 4 + (self._buffer[2] if len(self._buffer) > 2 else 1 << 30)
            if len(self._buffer) < length:
                return
            frame = bytes(self._buffer[:length])
            del self._buffer[:length]
            self.cable.frame("in", frame)
            self._obey(frame[3:-1])

    def _obey(self, order: Sequence[int]) -> None:
        if order[0] == 0x13:
            self._seconds = order[1]
        elif order[0] == 0x20:
            self._show(ASKS)
        elif order[0] == 0x1F:
            self._show(WELCOME)

    def observable_state(self) -> dict[str, Json]:
        """Return the face, the keys, the counters, and the seconds for which it asks."""
        return {**super().observable_state(), "seconds": self._seconds}

    def _fault_changed(self, name: str, on: bool) -> None:
        if name == "cable_pulled":
            self._wire.plug(connected=not on)
        self._journal.note(self.name, "fault", fault=name, on=on)
