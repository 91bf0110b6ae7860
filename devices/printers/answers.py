"""Bytes that come from an ESC/POS printer, parted into what they are, without any I/O.

Answers do not say what they answer, so each byte is known by its fixed bits only:

- `DLE EOT n` is answered by one byte `b & 0x93 == 0x12` [2SRC];
- `GS r 1` is answered by 00, 03, 0C or 0F: paper there, near its end, at its end [SRC];
- automatic status back comes in frames of four bytes, the first `b & 0x93 == 0x10`, the others
  with bits 4 and 7 off. Some printers go on sending them after `1D 61 00` [MEM]; taken byte by
  byte their tails look like answers to `GS r`.

XON, XOFF and noise are none of these.
"""

from __future__ import annotations

from dataclasses import dataclass

FIXED_MASK = 0x93
STATUS_BITS = 0x12
AUTOMATIC_BITS = 0x10
TAIL_MASK = 0x90
TAIL_BYTES = 3
PAPER_ANSWERS = frozenset((0x00, 0x03, 0x0C, 0x0F))


def is_status(byte: int) -> bool:
    """Return True for a byte with the fixed bits of an answer to DLE EOT."""
    return byte & FIXED_MASK == STATUS_BITS


@dataclass(slots=True)
class AnswerReader:
    """The stream of one connection; `paper` counts the answers to GS r so far."""

    paper: int = 0
    _tail: int = 0

    def feed(self, data: bytes) -> list[int]:
        """Take bytes; return the answers to DLE EOT among them, in order."""
        return [byte for byte in data if self._take(byte)]

    def _take(self, byte: int) -> bool:
        if self._tail:
            if byte & TAIL_MASK == 0:
                self._tail -= 1
                return False
            self._tail = 0  # the frame was cut; this byte begins something else
        if byte & FIXED_MASK == AUTOMATIC_BITS:
            self._tail = TAIL_BYTES
            return False
        self.paper += byte in PAPER_ANSWERS
        return is_status(byte)
