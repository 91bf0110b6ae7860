"""The ESC/POS driver: one slip at a time over TCP 9100, a serial port or a device file.

It opens the cable for each slip and each question and closes it again, because a TCP printer serves
one client at a time and holds the connection [MEM]. It refuses to send anything unless the status
answers allow it, and it never sends a slip twice: when in doubt the outcome is `unknown` and a
person decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Literal

from devices.health import Health
from devices.link import Link, LinkAddress, LinkError
from devices.owner import Outcome
from devices.printers.document import Document
from devices.printers.escpos import Encoded, Profile, encode
from devices.printers.status import (
    QUERIES,
    PrinterStatus,
    is_answer,
    is_processed_mark,
    query,
)

Confirm = Literal["processed", "status", "none"]
PROCESSED_QUERY = b"\x1d\x72\x01"
BITS_A_BYTE = 10
CHUNK = 1024
QUIET_SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class Timing:
    """Deadlines in seconds: connecting, one answer, taking the bytes, and having printed them."""

    connect: float = 3.0
    answer: float = 1.0
    write: float = 10.0
    finish: float = 15.0


@dataclass(frozen=True, slots=True)
class EscposPrinter:
    """One printer at one address.

    `confirm` says how a slip is known to be on paper: `processed` asks GS r, which the printer
    answers after everything before it [MEM], and then the status; `status` asks the status only;
    `none` is for a printer on a one-way cable and makes every outcome `unknown`.
    """

    address: LinkAddress
    profile: Profile = field(default_factory=Profile)
    timing: Timing = field(default_factory=Timing)
    confirm: Confirm = "processed"
    clock: Callable[[], float] = time.monotonic

    def probe(self) -> Health:
        """Ask how the printer is; bounded by the deadlines."""
        try:
            with closing(self.address.open(self.timing.connect)) as link:
                if self.confirm == "none":
                    return Health("unknown", "one_way")
                return self._status(link).health()
        except LinkError as error:
            return Health("failed", "unreachable", {}, str(error))

    def print_document(
        self, document: Document, begin: Callable[[], None]
    ) -> tuple[Outcome, Health]:
        """Print one slip; `begin` is called right before its first byte leaves.

        Returns how it ended (`printed`, `failed` with nothing sent, or `unknown`) and the health
        seen at the end.
        """
        encoded = encode(document, self.profile)
        try:
            link = self.address.open(self.timing.connect)
        except LinkError as error:
            return _unreachable(str(error))
        with closing(link):
            refused = self._refusal(link)
            if refused:
                return refused
            begin()
            try:
                self._send(link, encoded.data)
                return self._confirmed(link, encoded)
            except LinkError as error:
                health = Health("failed", "unreachable", {}, str(error))
                return Outcome("unknown", "cable", str(error)), health

    def _refusal(self, link: Link) -> tuple[Outcome, Health] | None:
        if self.confirm == "none":
            return None
        try:
            status = self._status(link)
        except LinkError as error:
            return _unreachable(str(error))
        problem = status.problem()
        if problem:
            return Outcome("failed", problem, status.trouble), status.health()
        if not status.complete:
            return Outcome("failed", "unreachable", "no clear status answer"), status.health()
        return None

    def _send(self, link: Link, data: bytes) -> None:
        on_the_wire = 0.0
        if self.address.scheme == "serial":
            on_the_wire = len(data) * BITS_A_BYTE / self.address.baud
        end = self.clock() + self.timing.write + on_the_wire
        for start in range(0, len(data), CHUNK):
            link.write(data[start : start + CHUNK], max(0.05, end - self.clock()))

    def _confirmed(self, link: Link, encoded: Encoded) -> tuple[Outcome, Health]:
        detail = f"substituted {encoded.substituted}" if encoded.substituted else ""
        if self.confirm == "none":
            return Outcome("unknown", "one_way", detail), Health("unknown", "one_way")
        if self.confirm == "processed":
            stopped = self._wait_until_processed(link)
            if stopped is not None:
                reason = stopped.problem() or ("silent" if stopped.silent else "unconfirmed")
                return Outcome("unknown", reason, detail), stopped.health()
        status = self._status(link)
        if status.problem() or not status.complete:
            return Outcome("unknown", status.problem() or "silent", detail), status.health()
        return Outcome("printed", "", detail), status.health()

    def _wait_until_processed(self, link: Link) -> PrinterStatus | None:
        """None when the printer worked through the slip; its status when it stopped or is late."""
        link.write(PROCESSED_QUERY, self.timing.answer)
        end = self.clock() + self.timing.finish
        while self.clock() < end:
            if any(is_processed_mark(byte) for byte in link.read(64, 0.3)):
                return None
            link.write(query(1), self.timing.answer)
            answer, processed = self._answer(link)
            if processed:
                return None
            offline = PrinterStatus({1: answer}).online == "no"
            if offline:
                return self._status(link)
        return self._status(link)

    def _answer(self, link: Link) -> tuple[int | None, bool]:
        """A status byte if one comes in time, and whether a GS r answer came along with it."""
        end = self.clock() + self.timing.answer
        processed = False
        while (left := end - self.clock()) > 0:
            for byte in link.read(64, left):
                if is_answer(byte):
                    return byte, processed
                processed = processed or is_processed_mark(byte)
        return None, processed

    def _status(self, link: Link) -> PrinterStatus:
        # Answers do not say what they answer: what lies in the buffer, or comes late on a cable
        # without connections, belongs to an older question.
        quiet = 0.0 if self.address.scheme == "tcp" else QUIET_SECONDS
        for _ in range(64):
            if not link.read(256, quiet):
                break
        answers: dict[int, int | None] = dict.fromkeys(QUERIES)
        for number in QUERIES:
            link.write(query(number), self.timing.answer)
            answers[number], _ = self._answer(link)
            if answers[number] is None:
                break  # a silent printer must not cost four deadlines
        return PrinterStatus(answers)


def _unreachable(detail: str) -> tuple[Outcome, Health]:
    return Outcome("failed", "unreachable", detail), Health("failed", "unreachable", {}, detail)
