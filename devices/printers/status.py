"""ESC/POS printer status: parser of the answers to DLE EOT 1..4, without I/O.

A missing answer, or one without the fixed bits (bit 0 = 0, bit 1 = 1, bit 4 = 1, bit 7 = 0), is
*unknown* and never good [2SRC]. It is not guessed from the other answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from devices.health import Health, HealthCode, Reading

QUERIES = (1, 2, 3, 4)


def query(number: int) -> bytes:
    """Return the real-time query `DLE EOT n`, n = 1..4."""
    return bytes((0x10, 0x04, number))


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """Answers by query number; None for a missing one."""

    answers: Mapping[int, int | None]

    def _bit(self, number: int, mask: int) -> bool | None:
        byte = self.answers.get(number)
        return None if byte is None else bool(byte & mask)

    @property
    def paper(self) -> str:
        """`out`, `near_end`, `ok` or `unknown`."""
        end = self._bit(4, 0x60)
        if end or self._bit(2, 0x20):
            return "out"
        if end is None:
            return "unknown"
        return "near_end" if self._bit(4, 0x0C) else "ok"

    @property
    def cover(self) -> str:
        """`open`, `closed` or `unknown`."""
        return {None: "unknown", True: "open", False: "closed"}[self._bit(2, 0x04)]

    @property
    def cutter(self) -> str:
        """`error`, `ok` or `unknown`."""
        return {None: "unknown", True: "error", False: "ok"}[self._bit(3, 0x08)]

    @property
    def online(self) -> str:
        """`yes`, `no` or `unknown`."""
        return {None: "unknown", True: "no", False: "yes"}[self._bit(1, 0x08)]

    @property
    def trouble(self) -> str:
        """Another error of the mechanism, for the detail; empty if none is reported."""
        for mask, name in ((0x40, "head_hot"), (0x20, "unrecoverable"), (0x04, "mechanical")):
            if self._bit(3, mask):
                return name
        return "error" if self._bit(2, 0x40) and self.cutter != "error" else ""

    @property
    def silent(self) -> bool:
        """True if there is no answer at all."""
        return all(byte is None for byte in self.answers.values())

    @property
    def complete(self) -> bool:
        """True if all four answers arrived."""
        return all(self.answers.get(number) is not None for number in QUERIES)

    def problem(self) -> HealthCode | None:
        """Return the reason why nothing can be printed now; None if no error is reported."""
        if self.paper == "out":
            return "paper_out"
        if self.cover == "open":
            return "cover_open"
        if self.cutter == "error":
            return "cutter"
        if self.online == "no" or self.trouble:
            return "offline"
        return None

    def health(self) -> Health:
        """Return the status as device health."""
        readings: dict[str, Reading] = {
            "paper": self.paper,
            "cover": self.cover,
            "cutter": self.cutter,
            "online": self.online,
        }
        problem = self.problem()
        if problem:
            return Health("failed", problem, readings, self.trouble)
        if not self.complete:
            return Health("unknown", "no_answer" if self.silent else "partial_answer", readings)
        if self.paper == "near_end":
            return Health("degraded", "paper_near_end", readings)
        return Health("ok", "ok", readings)


UNKNOWN = PrinterStatus(dict.fromkeys(QUERIES))
