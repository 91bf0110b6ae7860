"""Simulated caller keypads on one bus: keys to press, six digits to read, a beep counter.

Written from the frame table alone, without the codec, so that both cannot share a mistake. A keypad
repeats its key until it receives the echo, and gives up after some frames.
"""

from __future__ import annotations

from devices.simulate.base import Faults, Journal, Json
from devices.simulate.cable import CableLog
from devices.simulate.desk_bus import PAD_FAULTS, DeskBusSimulator, RepeatingPad, desk_frame

KEY_FUNCTION = 0x02
FACES = {
    "0C": "呼叫",
    "0D": "重呼",
    "0E": "过号",
    "0A": "开始",
    "0F": "完成",
    "12": "暂停",
    "13": "转移",
}


class KeypadSimulator:
    """Simulated keypad."""

    kind = "keypad"

    def __init__(self, name: str, address: int, journal: Journal) -> None:
        self.name = name
        self.address = address
        self.faults = Faults(PAD_FAULTS, self._fault_changed)
        self.cable = CableLog("a4")
        self.bus: DeskBusSimulator | None = None
        self._journal = journal
        self._display = " " * 6
        self._beeps = 0
        self._sender = RepeatingPad(name, self.faults, self.cable, journal)

    def start(self) -> None:
        """Do nothing: its bus starts the line."""

    def stop(self) -> None:
        """Stop waiting for an echo."""
        self._sender.stop()

    def press(self, keys: str) -> None:
        """Press digits one by one, then a key by its two-digit code: `"0C"`, `"1 2 0C"`.

        Raises:
            ValueError: `keys` has another form or an unknown key code.
        """
        parts = keys.split()
        digits = [int(part) for part in parts[:-1] if len(part) == 1 and part.isdigit()]
        code = parts[-1].upper() if parts else ""
        if len(digits) != len(parts) - 1 or code not in FACES:
            raise ValueError(f"{keys!r}: digits one by one, then one of {', '.join(FACES)}")
        frame = desk_frame(bytes((self.address, KEY_FUNCTION, *digits, int(code, 16))))
        self._journal.note(self.name, "press", keys=keys, face=FACES[code])
        self._sender.press(self.bus, frame, frame[1:], "no_echo")

    def receive(self, body: bytes, frame: bytes) -> None:
        """Receive a frame of the host for this keypad; `body` is address, function, data."""
        if self.faults["silent"] or self.faults["cable_pulled"]:
            return
        self.cable.frame("in", frame)
        if self._sender.is_answered(frame):
            self._journal.note(self.name, "echo")
            return
        if body[1] == 0x02 and len(body) == 8:
            text = "".join(str(code) if code <= 9 else " " for code in body[2:])
            if text != self._display:
                self._display = text
                self._journal.note(self.name, "display", text=text)
        elif body[1] == 0x03:
            self._beeps += 1
            self._journal.note(self.name, "beep")

    def _fault_changed(self, name: str, on: bool) -> None:
        if name == "cable_pulled" and on:
            self._display = " " * 6
        self._journal.note(self.name, "fault", fault=name, on=on)

    def observable_state(self) -> dict[str, Json]:
        """Return the display, the keys and the counters."""
        return {
            "address": self.address,
            "display": self._display,
            "waiting": self._display[:3].strip(),
            "ticket": self._display[3:].strip(),
            "beeps": self._beeps,
            "unheard": self._sender.unheard,
            "keys": [{"press": code, "face": face} for code, face in FACES.items()],
        }
