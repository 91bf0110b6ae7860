"""Simulated receipt printer: receives real bytes, stores printed slips, simulates faults.

Without paper it goes offline, keeps its buffer and resumes after the reload, as real ones do [MEM].
It answers DLE EOT even while offline and treats `10 04 n` as a query wherever the bytes are, also
inside image data: the worst behaviour reported of firmware [MEM].
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from dataclasses import dataclass

from devices.printers.paper import Paper, Slip
from devices.printers.paper_picture import render
from devices.simulate.base import Faults, Journal, Json
from devices.simulate.cable import CableLog
from devices.simulate.endpoints import Wire

FAULTS = (
    "silent",
    "slow",
    "half_frame",
    "paper_near",
    "paper_out",
    "cover",
    "cutter",
    "head_hot",
    "cable_pulled",
    "close_after_accept",
    "no_fixed_bits",
    "kanji_off",
    "one_client",
    "asb",
    "stray",
)
STATUS_ONLY = re.compile(rb"(?:\x1d\x72.)*\x1d?", re.DOTALL)
"""GS r queries: the driver sends them after a slip, so they begin none."""
KEPT_SLIPS = 60
HALF_FRAME_BYTES = 40


@dataclass(frozen=True, slots=True)
class PrinterModel:
    """Properties of the simulated printer.

    `seconds_per_line` is the printing speed, `slow_seconds` the delay of each answer while the
    fault `slow` is on, `hold_seconds` the time for which `one_client` keeps the slot of a
    disconnected client.
    """

    columns: int = 48
    kanji_default: bool = True
    kanji_by_gs: bool = False
    codec: str = "gb18030"
    seconds_per_line: float = 0.0
    slow_seconds: float = 2.0
    hold_seconds: float = 10.0
    font: str | None = None


class PrinterSimulator:
    """Simulated printer at the end of one wire."""

    kind = "printer"

    def __init__(self, name: str, wire: Wire, model: PrinterModel, journal: Journal) -> None:
        self.name = name
        self.model = model
        self.faults = Faults(FAULTS, self._fault_changed)
        self.cable = CableLog("escpos")
        self.wire = wire
        wire.greet = self.greet
        wire.hold = lambda: model.hold_seconds if self.faults["one_client"] else 0.0
        self._journal = journal
        self._paper = Paper(
            model.columns,
            lambda: model.kanji_default and not self.faults["kanji_off"],
            codec=model.codec,
            kanji_by_gs=model.kanji_by_gs,
        )
        self._slips: deque[Slip] = deque(maxlen=KEPT_SLIPS)
        self._buffer = bytearray()
        self._half_question = b""
        self._since_connected = 0
        self._slip_begun = False
        self._stopping = False
        self._work = threading.Condition()
        self._thread = threading.Thread(target=self._print, daemon=True, name=f"paper-{name}")

    def greet(self) -> bool:
        """Accept a new connection; on False the wire closes it."""
        self._since_connected = 0
        self._half_question = b""
        return not self.faults["close_after_accept"]

    def start(self) -> None:
        """Switch the printer on."""
        self.wire.start(self.receive)
        self._thread.start()

    def stop(self) -> None:
        """Switch the printer off."""
        with self._work:
            self._stopping = True
            self._work.notify_all()
        self.wire.stop()
        self._thread.join(5)

    def receive(self, data: bytes) -> None:
        """Receive bytes from the cable."""
        self.cable.part("in", data)
        if self.faults["silent"]:
            return
        data = self._half_question + data
        self._half_question = b""
        while data:
            question = data.find(b"\x10\x04")
            if question < 0:
                keep = 1 if data.endswith(b"\x10") else 0
                self._store(data[: len(data) - keep])
                self._half_question = data[len(data) - keep :]
                return
            self._store(data[:question])
            if question + 3 > len(data):
                self._half_question = data[question:]
                return
            self._answer(data[question + 2])
            data = data[question + 3 :]

    def _send(self, data: bytes) -> None:
        self.cable.part("out", data)
        self.wire.send(data)

    def _store(self, data: bytes) -> None:
        if not data:
            return
        if self.faults["half_frame"]:
            room = max(0, HALF_FRAME_BYTES - self._since_connected)
            self._since_connected += len(data)
            data = data[:room]
            if self._since_connected > HALF_FRAME_BYTES:
                self.wire.drop()
        with self._work:
            is_new_slip = not self._slip_begun and STATUS_ONLY.fullmatch(data) is None
            self._slip_begun |= is_new_slip
            self._buffer += data
            self._work.notify_all()
        if self.faults["stray"]:
            self._send(b"\x00")
        if self.faults["asb"]:
            self._send_unsolicited()
        if is_new_slip:
            self._journal.note(self.name, "begun")

    def _send_unsolicited(self) -> None:
        """Send automatic status back in frames of four, which `1D 61 00` should have ended."""
        near = 0x03 * self.faults["paper_near"]
        self._send(bytes((0x10 | 0x08 * self.offline, 0x00, 0x0C, near)))

    def _answer(self, number: int) -> None:
        if self.faults["slow"]:
            time.sleep(self.model.slow_seconds)
        if self.faults["no_fixed_bits"]:
            self._send(b"\x00")
        elif 1 <= number <= 4:
            self._send(bytes((self.status(number),)))

    @property
    def offline(self) -> bool:
        """True while a fault prevents printing."""
        return any(self.faults[name] for name in ("paper_out", "cover", "cutter", "head_hot"))

    def status(self, number: int) -> int:
        """Return the byte that answers DLE EOT n."""
        on = self.faults
        error = on["cutter"] or on["head_hot"]
        bits = {
            1: 0x08 * self.offline,
            2: 0x04 * on["cover"] | 0x20 * on["paper_out"] | 0x40 * error,
            3: 0x08 * on["cutter"] | 0x40 * on["head_hot"],
            4: 0x0C * (on["paper_near"] or on["paper_out"]) | 0x60 * on["paper_out"],
        }
        return 0x12 | bits[number]

    def _fault_changed(self, name: str, on: bool) -> None:
        if name == "cable_pulled":
            self.wire.plug(connected=not on)
        with self._work:
            if name == "kanji_off":
                self._paper.kanji = self.model.kanji_default and not on
            self._work.notify_all()
        self._journal.note(self.name, "fault", fault=name, on=on)
        if self._paper.asb and not self.faults["silent"]:
            self._send(bytes((0x10 | 0x08 * self.offline, 0, 0x0C * on, 0)))

    def _print(self) -> None:
        while True:
            with self._work:
                self._work.wait_for(lambda: self._stopping or self._ready())
                if self._stopping:
                    return
                lines = len(self._paper.slip.rows)
                queries = self._paper.status_asked
                slip = self._paper.slip
                executed = self._paper.execute_next(self._buffer)
                if not executed:
                    self._work.wait(0.5)
                    continue
            self._after_command(slip, lines, queries)

    def _ready(self) -> bool:
        return bool(self._buffer) and not self.offline

    def _after_command(self, slip: Slip, lines: int, queries: int) -> None:
        printed = len(slip.rows) - lines
        if printed > 0 and self.model.seconds_per_line:
            time.sleep(printed * self.model.seconds_per_line)
        if self._paper.status_asked > queries and not self.faults["silent"]:
            near = self.faults["paper_near"]
            self._send(bytes((0x03 * near,)))
        for finished_slip in self._paper.finished:
            with self._work:
                self._slips.append(finished_slip)
                self._slip_begun = False
            self._journal.note(
                self.name,
                "paper",
                number=finished_slip.number,
                text=finished_slip.text(),
                png=f"/devices/{self.name}/paper/{finished_slip.number}.png",
            )
        self._paper.finished.clear()

    def observable_state(self) -> dict[str, Json]:
        """Return the slips in the tray, newest last, and the printer's state."""
        with self._work:
            slips = list(self._slips)
            waiting = len(self._buffer)
            hanging = self._paper.slip.text()
        papers: list[Json] = [
            {
                "number": slip.number,
                "text": slip.text(),
                "png": f"/devices/{self.name}/paper/{slip.number}.png",
                "bytes": len(slip.raw),
            }
            for slip in slips
        ]
        return {
            "columns": self.model.columns,
            "offline": self.offline,
            "buffered": waiting,
            "hanging": hanging,
            "papers": papers,
        }

    def slip(self, number: int) -> Slip:
        """Return a finished slip; KeyError if it is not stored any more."""
        with self._work:
            for slip in self._slips:
                if slip.number == number:
                    return slip
        raise KeyError(number)

    def picture(self, number: int) -> bytes:
        """Return a finished slip as PNG; KeyError if it is not stored any more."""
        return render(self.slip(number), self.model.font)

    def raw(self, number: int) -> bytes:
        """Return the bytes of a finished slip; KeyError if it is not stored any more."""
        return bytes(self.slip(number).raw)
