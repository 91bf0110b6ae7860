"""Rules of remote numbers: the check-in code of a ticket, and who did not come. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from server.appointments.rules import code_from, read_code
from server.queue.tickets import State, is_absent

_ADDRESS = re.compile(r".*/t/([A-Za-z0-9_\-]+)/?", re.DOTALL)


def code_of(token: str) -> str:
    """Return the code with which a remote number is checked in at a kiosk, from its token."""
    digest = hashlib.sha256(f"check-in:{token}".encode()).digest()
    return code_from(int.from_bytes(digest))


def fits(text: str, token: str) -> bool:
    """Return True if a text is the check-in code of a token, or the address of its page."""
    match = _ADDRESS.fullmatch(text.strip())
    scanned = match[1] if match else text.strip()
    return scanned == token or read_code(text) == code_of(token)


@dataclass(frozen=True, slots=True)
class Holder:
    """Person who takes a remote number: keyed hashes of telephone and address."""

    person: str
    source: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Remote number of a person: its day, its ticket's state and lane."""

    ticket: str
    day: date
    item: str
    number: str
    state: State
    lane: str

    @property
    def is_open(self) -> bool:
        """True while it waits for its check-in."""
        return self.state is State.WAITING and is_absent(self.lane)

    @property
    def is_missed(self) -> bool:
        """True if the day ended and nobody had come for it."""
        return self.state is State.EXPIRED and is_absent(self.lane)

    @property
    def is_counted(self) -> bool:
        """True if it counts for the day's most: a number given back does not."""
        return self.state is not State.CANCELLED


def missed_days(numbers: Iterable[Taken]) -> list[date]:
    """Return the days of the numbers that nobody came for."""
    return [number.day for number in numbers if number.is_missed]
