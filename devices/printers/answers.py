"""Classifier of the bytes that an ESC/POS printer sends; no I/O.

Answers do not identify their request, so each byte is recognised by its fixed bits only:

- `DLE EOT n` is answered by one byte `b & 0x93 == 0x12` [2SRC];
- `GS r 1` is answered by 00, 03, 0C or 0F: paper present, near its end, at its end [SRC];
- automatic status back comes in frames of four bytes, the first `b & 0x93 == 0x10`, the others
  with bits 4 and 7 off. Some printers keep sending them after `1D 61 00` [MEM]; byte by byte
  their tails look like answers to `GS r`.

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
    """Classifier for one connection; `paper` counts the answers to GS r so far."""

    paper: int = 0
    _tail: int = 0

    def feed(self, data: bytes) -> list[int]:
        """Add received bytes and return the answers to DLE EOT among them, in order."""
        return [byte for byte in data if self._is_answer(byte)]

    def _is_answer(self, byte: int) -> bool:
        if self._tail:
            if byte & TAIL_MASK == 0:
                self._tail -= 1
                return False
            self._tail = 0  # the frame was truncated; this byte belongs to something else
        if byte & FIXED_MASK == AUTOMATIC_BITS:
            self._tail = TAIL_BYTES
            return False
        self.paper += byte in PAPER_ANSWERS
        return is_status(byte)
