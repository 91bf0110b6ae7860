"""ESC/POS printer driver: one slip at a time over TCP 9100, a serial port or a device file.

It opens the cable for each slip and each status request and closes it again, because a TCP printer
serves one client at a time and holds the connection [MEM]. It sends nothing unless the status
answers allow it, and never sends a slip twice: in doubt the outcome is `unknown` and a person
decides.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Self

from devices.device_thread import Outcome
from devices.health import Health
from devices.link import Link, LinkAddress, LinkError
from devices.printers.answers import AnswerReader
from devices.printers.document import Document
from devices.printers.escpos import Encoded, Profile, encode
from devices.printers.status import QUERIES, PrinterStatus, query

Confirm = Literal["processed", "status", "none"]
PROCESSED_QUERY = b"\x1d\x72\x01"
PROCESSED_ANSWERS = 2
"""Number of queries sent, because a single stray byte may look like an answer."""
RETRY_SECONDS = 1.0
SETTLE_SECONDS = 0.05
"""Seconds of silence before the query for printed slips, so that the next byte answers it."""
BITS_A_BYTE = 10
CHUNK = 1024
QUIET_SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class Timing:
    """Deadlines in seconds: connect, one answer, accepting the bytes, printing them."""

    connect: float = 3.0
    answer: float = 1.0
    write: float = 10.0
    finish: float = 15.0


class _Slip:
    """One slip on its way: its bytes, and the durable record of its first byte.

    Both are made while the printer still answers. A printer that then refuses the slip makes it
    failed all the same: nothing was sent. Only a crash between the record and the first byte
    leaves a slip unknown that was not printed.
    """

    def __init__(self, document: Document, profile: Profile, begin: Callable[[], None]) -> None:
        self._document = document
        self._profile = profile
        self._begin = begin
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None

    @cached_property
    def encoded(self) -> Encoded:
        """The slip in the printer's bytes."""
        return encode(self._document, self._profile)

    @property
    def started(self) -> bool:
        """True once its record was started."""
        return self._thread is not None

    def start(self) -> None:
        """Start the record, unless it was started before."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._record, name="begin", daemon=True)
            self._thread.start()

    def _record(self) -> None:
        try:
            self._begin()
        except BaseException as error:  # noqa: BLE001 - raised again by `complete`
            self._error = error

    def complete(self) -> None:
        """Return once the record is on disk; raises what the record raised."""
        self.start()
        self._join()
        if self._error is not None:
            raise self._error

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._join()


@dataclass(frozen=True, slots=True)
class EscposPrinter:
    """Printer at one address.

    `confirm` is the method that confirms a printed slip. `processed` sends GS r, which the printer
    answers after everything before it [MEM], and then reads the status; `status` reads the status
    only; `none` is for a printer on a one-way cable and makes every outcome `unknown`.
    """

    address: LinkAddress
    profile: Profile = field(default_factory=Profile)
    timing: Timing = field(default_factory=Timing)
    confirm: Confirm = "processed"
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep

    def probe(self) -> Health:
        """Return the printer's current health, within the deadlines."""
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
        """Print one slip; call `begin` right before its first byte is sent.

        `patience` is the time in seconds for which a silent printer on TCP is retried, since
        another client may occupy it. Return the outcome (`printed`, `failed` with nothing sent, or
        `unknown`) and the final health.
        """
        end = self.clock() + (patience if self.address.scheme == "tcp" else 0.0)
        with _Slip(document, self.profile, begin) as slip:
            while True:
                result = self._try(slip, end)
                if result[0].reason != "unreachable" or self.clock() + RETRY_SECONDS > end:
                    return result
                self.pause(RETRY_SECONDS)

    def _try(self, slip: _Slip, end: float) -> tuple[Outcome, Health]:
        try:
            link = self.address.open(self.timing.connect)
        except LinkError as error:
            return _unreachable(str(error))
        with closing(link):
            refusal = self._refusal(link, end, slip)
            if refusal:
                return refusal
            data = slip.encoded.data
            slip.complete()
            try:
                self._send(link, data)
                return self._confirm(link, slip.encoded)
            except LinkError as error:
                health = Health("failed", "unreachable", {}, str(error))
                return Outcome("unknown", "cable", str(error)), health

    def _refusal(self, link: Link, end: float, slip: _Slip) -> tuple[Outcome, Health] | None:
        if self.confirm == "none":
            return None
        try:
            # A print server may accept the connection while it still serves another client, and
            # answer only after that one has remaining.
            patience = max(self.timing.answer, end - self.clock())
            status = self._status(link, patience, slip)
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

    def _confirm(self, link: Link, encoded: Encoded) -> tuple[Outcome, Health]:
        detail = f"substituted {encoded.substituted}" if encoded.substituted else ""
        if self.confirm == "none":
            return Outcome("unknown", "one_way", detail), Health("unknown", "one_way")
        if self.confirm == "processed":
            status_at_stop = self._wait_until_processed(link)
            if status_at_stop is not None:
                reason = status_at_stop.problem() or (
                    "silent" if status_at_stop.silent else "unconfirmed"
                )
                return Outcome("unknown", reason, detail), status_at_stop.health()
        status = self._status(link, self.timing.answer)
        if status.problem() or not status.complete:
            return Outcome("unknown", status.problem() or "silent", detail), status.health()
        return Outcome("printed", "", detail), status.health()

    def _wait_until_processed(self, link: Link) -> PrinterStatus | None:
        """Return None once the slip is processed; the status if the printer stops or is late."""
        reader = AnswerReader()
        while data := link.read(64, SETTLE_SECONDS):
            reader.feed(data)
        if reader.paper:
            return self._status(
                link, self.timing.answer
            )  # it sends such bytes unrequested, so they prove nothing
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
        """Return the first status byte received within `seconds`; None if there is none."""
        end = self.clock() + seconds
        while (remaining := end - self.clock()) > 0:
            for byte in reader.feed(link.read(64, remaining)):
                return byte
        return None

    def _drop_input(self, link: Link) -> None:
        """Drop buffered and late bytes: they answer an earlier query."""
        quiet = 0.0 if self.address.scheme == "tcp" else QUIET_SECONDS
        for _ in range(64):
            if not link.read(256, quiet):
                break

    def _status(self, link: Link, first: float, slip: _Slip | None = None) -> PrinterStatus:
        """Send all four status queries; `first` is the deadline of the first answer in seconds.

        `slip` is recorded and encoded meanwhile, once the printer is known to be online.
        """
        self._drop_input(link)
        answers: dict[int, int | None] = dict.fromkeys(QUERIES)
        seconds = first
        reader = AnswerReader()
        for number in QUERIES:
            link.write(query(number), self.timing.answer)
            if slip is not None and slip.started and number == QUERIES[-1]:
                _ = (
                    slip.encoded
                )  # by now the record waits for the disk, and encoding holds up nobody
            answers[number] = self._answer(link, reader, seconds)
            if answers[number] is None:
                break  # wait one deadline for a silent printer, not four
            if slip is not None and PrinterStatus(answers).online == "yes":
                slip.start()
            seconds = self.timing.answer
        return PrinterStatus(answers)


def _unreachable(detail: str) -> tuple[Outcome, Health]:
    return Outcome("failed", "unreachable", detail), Health("failed", "unreachable", {}, detail)
