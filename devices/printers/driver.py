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
from devices.printers.answers import AnswerReader
from devices.printers.document import Document
from devices.printers.escpos import Encoded, Profile, encode
from devices.printers.status import QUERIES, PrinterStatus, query

Confirm = Literal["processed", "status", "none"]
PROCESSED_QUERY = b"\x1d\x72\x01"
PROCESSED_ANSWERS = 2
"""Asked twice, because one stray byte may look like an answer."""
RETRY_SECONDS = 1.0
SETTLE_SECONDS = 0.05
"""Silence before the question whether all is printed, so that what comes then is its answer."""
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
    pause: Callable[[float], None] = time.sleep

    def probe(self) -> Health:
        """Ask how the printer is; bounded by the deadlines."""
        try:
            with closing(self.address.open(self.timing.connect)) as link:
                if self.confirm == "none":
                    return Health("unknown", "one_way")
                return self._status(link, self.timing.answer).health()
        except LinkError as error:
            return Health("failed", "unreachable", {}, str(error))

    def print_document(
        self, document: Document, begin: Callable[[], None], patience: float = 0.0
    ) -> tuple[Outcome, Health]:
        """Print one slip; `begin` is called right before its first byte leaves.

        `patience`: seconds for which a printer on TCP that does not answer is asked again, since
        another client may hold it. Returns how it ended (`printed`, `failed` with nothing sent, or
        `unknown`) and the health seen at the end.
        """
        encoded = encode(document, self.profile)
        end = self.clock() + (patience if self.address.scheme == "tcp" else 0.0)
        while True:
            ended = self._try(encoded, begin, end)
            if ended[0].reason != "unreachable" or self.clock() + RETRY_SECONDS > end:
                return ended
            self.pause(RETRY_SECONDS)

    def _try(
        self, encoded: Encoded, begin: Callable[[], None], end: float
    ) -> tuple[Outcome, Health]:
        try:
            link = self.address.open(self.timing.connect)
        except LinkError as error:
            return _unreachable(str(error))
        with closing(link):
            refused = self._refusal(link, end)
            if refused:
                return refused
            begin()
            try:
                self._send(link, encoded.data)
                return self._confirmed(link, encoded)
            except LinkError as error:
                health = Health("failed", "unreachable", {}, str(error))
                return Outcome("unknown", "cable", str(error)), health

    def _refusal(self, link: Link, end: float) -> tuple[Outcome, Health] | None:
        if self.confirm == "none":
            return None
        try:
            # A server of one client may take the connection and answer once the other has left.
            status = self._status(link, max(self.timing.answer, end - self.clock()))
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
        link.flush(max(0.05, end - self.clock()))

    def _confirmed(self, link: Link, encoded: Encoded) -> tuple[Outcome, Health]:
        detail = f"substituted {encoded.substituted}" if encoded.substituted else ""
        if self.confirm == "none":
            return Outcome("unknown", "one_way", detail), Health("unknown", "one_way")
        if self.confirm == "processed":
            stopped = self._wait_until_processed(link)
            if stopped is not None:
                reason = stopped.problem() or ("silent" if stopped.silent else "unconfirmed")
                return Outcome("unknown", reason, detail), stopped.health()
        status = self._status(link, self.timing.answer)
        if status.problem() or not status.complete:
            return Outcome("unknown", status.problem() or "silent", detail), status.health()
        return Outcome("printed", "", detail), status.health()

    def _wait_until_processed(self, link: Link) -> PrinterStatus | None:
        """None when the printer worked through the slip; its status when it stopped or is late."""
        reader = AnswerReader()
        while data := link.read(64, SETTLE_SECONDS):
            reader.feed(data)
        if reader.paper:
            return self._status(link, self.timing.answer)  # it says unasked what it will be asked
        link.write(PROCESSED_QUERY * PROCESSED_ANSWERS, self.timing.answer)
        end = self.clock() + self.timing.finish
        while self.clock() < end:
            reader.feed(link.read(64, 0.3))
            if reader.paper < PROCESSED_ANSWERS:
                link.write(query(1), self.timing.answer)
                answer = self._answer(link, reader, self.timing.answer)
                if PrinterStatus({1: answer}).online == "no":
                    break
            if reader.paper >= PROCESSED_ANSWERS:
                return None
        return self._status(link, self.timing.answer)

    def _answer(self, link: Link, reader: AnswerReader, seconds: float) -> int | None:
        """The first status byte that comes within `seconds`."""
        end = self.clock() + seconds
        while (left := end - self.clock()) > 0:
            for byte in reader.feed(link.read(64, left)):
                return byte
        return None

    def _forget(self, link: Link) -> None:
        """Drop what lies in the buffer or comes late: it belongs to an older question."""
        quiet = 0.0 if self.address.scheme == "tcp" else QUIET_SECONDS
        for _ in range(64):
            if not link.read(256, quiet):
                break

    def _status(self, link: Link, first: float) -> PrinterStatus:
        """Ask all four questions; `first`: seconds for the first answer."""
        self._forget(link)
        answers: dict[int, int | None] = dict.fromkeys(QUERIES)
        seconds = first
        reader = AnswerReader()
        for number in QUERIES:
            link.write(query(number), self.timing.answer)
            answers[number] = self._answer(link, reader, seconds)
            if answers[number] is None:
                break  # a silent printer must not cost four deadlines
            seconds = self.timing.answer
        return PrinterStatus(answers)


def _unreachable(detail: str) -> tuple[Outcome, Health]:
    return Outcome("failed", "unreachable", detail), Health("failed", "unreachable", {}, detail)
